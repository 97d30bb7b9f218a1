-- Every function, procedure and aggregate of the extension called directly, with NULL and with values at the edge of
-- what the types allow in each argument in turn, and every function that has the form of a transition function in
-- aggregates that a user makes of it: the server stays up, and every outcome is a value or an error that tells the
-- caller what is wrong, not an internal one (SQLSTATE XX...).

\set values `echo "${PG_ABS_SRCDIR:-test}/calls/values.sql"`
\set ECHO none
SET client_min_messages = warning;
\o /dev/null
\i :values
\o
\set ECHO all

-- Every type has values.  The usual call of a function is its value, except where only aggregates, or Citus, can call it.
SELECT name, type FROM arguments WHERE usual IS NULL ORDER BY name COLLATE "C";
CREATE VIEW callable AS SELECT * FROM members WHERE NOT 'internal'::regtype = ANY (proargtypes::oid[]);
SELECT sqlstate, array_agg(DISTINCT proname ORDER BY proname) AS functions
FROM callable, sqlstate_of(call_with(oid, '{}')) AS sqlstate WHERE sqlstate <> '00000' GROUP BY 1 ORDER BY 1;

-- Each argument in turn.
CREATE TABLE outcomes (function regprocedure, statement text, sqlstate text);
INSERT INTO outcomes
SELECT function, statement, sqlstate_of(statement)
FROM edges JOIN callable ON oid = function,
    call_with(function, array_fill(NULL::text, ARRAY[ordinal - 1]) || value) AS statement;

-- All arguments NULL.
INSERT INTO outcomes
SELECT oid, statement, sqlstate_of(statement) FROM callable, call_with(oid, array_fill('NULL'::text, ARRAY[pronargs::int])) AS statement;

-- SQL has no values of the type internal: functions that take it are called by the server alone, and not with NULL.
SELECT oid::regprocedure AS function, proisstrict, sqlstate_of(format('SELECT %s('''')', oid::regproc)) IN ('42883', '0A000') AS refused
FROM members WHERE 'internal'::regtype = ANY (proargtypes::oid[]) ORDER BY 1;

-- The receive functions get bytes from COPY: those of values, changed and cut off, and others.
CREATE TABLE received_lightcurve (value lightcurve);
CREATE TABLE received_plasticc_scores (value plasticc_scores);
CREATE FUNCTION received(bytes bytea, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file CONSTANT text := current_setting('data_directory') || '/plasticc_direct_calls.bin';
BEGIN
    EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, file);
    RETURN calls.sqlstate_of(format('COPY calls.received_%1$s FROM %2$L (FORMAT binary); SELECT value::text FROM calls.received_%1$s', type, file));
END $$;
CREATE TABLE sent AS
SELECT 'lightcurve' AS type, 'plasticc_scores' AS other_type, lightcurve_send(curve) AS bytes, name = 'usual' AS changed FROM curves
UNION ALL SELECT 'plasticc_scores', 'lightcurve', plasticc_scores_send(scores), name IN ('usual', 'text') FROM scores;
INSERT INTO outcomes
SELECT (type || '_recv(internal)')::regprocedure, left(encode(bytes, 'hex'), 1000), received(bytes, type)
FROM (SELECT type, bytes FROM sent
      UNION ALL SELECT other_type, bytes FROM sent WHERE length(bytes) < 1000
      UNION ALL SELECT type, set_byte(bytes, i % length(bytes), (i * 37) % 256) FROM sent, generate_series(0, 150) AS i WHERE changed
      UNION ALL SELECT type, substr(bytes, 1, i) FROM sent, generate_series(0, length(bytes), 7) AS i WHERE changed
      UNION ALL SELECT type, bytes FROM models, unnest('{lightcurve,plasticc_scores}'::text[]) AS type WHERE id < 5) AS v;
SELECT oid::regprocedure AS not_called FROM members WHERE proname LIKE '%\_recv' AND oid NOT IN (SELECT function FROM outcomes);
COPY (SELECT) TO PROGRAM 'rm -f plasticc_direct_calls.bin';

SELECT count(DISTINCT function) >= 75 AS functions, count(*) >= 4500 AS calls, count(*) FILTER (WHERE sqlstate = '00000') >= 750 AS values
FROM outcomes;
SELECT sqlstate, function, left(statement, 300) FROM outcomes WHERE sqlstate LIKE 'XX%';

-- Aggregates of users: each function f(state, ...) -> state as transition function, with each value of the state as
-- initial condition and each value of the inputs; alone, with each final function, over one state that several final
-- functions share, and in windows that move.
CREATE TABLE transition_functions AS
SELECT m.oid AS function, pronargs, proisstrict, prorettype::regtype AS state,
    (SELECT string_agg(type::text, ', ' ORDER BY ordinal) FROM arguments WHERE function = m.oid AND ordinal > 1) AS inputs
FROM members m WHERE prokind = 'f' AND pronargs > 1 AND NOT proretset AND proargtypes[0] = prorettype;

-- Makes the aggregates, runs them, and drops them; the initial condition is an SQL expression, or "NULL" for none.
CREATE FUNCTION aggregate_outcomes(transition oid, condition text, given text[]) RETURNS SETOF outcomes LANGUAGE plpgsql AS $$
DECLARE
    made record;
    initial text;
    definition text;
    arguments text;
    statement text;
    over_rows CONSTANT text := ' FROM generate_series(1, 3) AS i';
    names text[] := '{alone}';
    found outcomes[];
BEGIN
    SELECT INTO made * FROM transition_functions WHERE function = transition;
    IF condition <> 'NULL' THEN
        EXECUTE format('SELECT (%s)::%s', condition, made.state) INTO initial;
    END IF;
    definition := format('SFUNC = %s, STYPE = %s', transition::regproc, made.state) || CASE WHEN initial IS NULL THEN '' ELSE format(', INITCOND = %L', initial) END;
    SELECT INTO arguments string_agg(format('CASE WHEN i <> 2 THEN (%s)::%s END', coalesce(given[ordinal], usual), type), ', ' ORDER BY ordinal)
    FROM arguments WHERE function = transition AND ordinal > 1;

    EXECUTE format('CREATE AGGREGATE alone(%s) (%s)', made.inputs, definition);
    EXECUTE format('CREATE AGGREGATE moving(%s) (%s, M%s, MINVFUNC = %s)', made.inputs, definition, replace(replace(definition, ', STYPE', ', MSTYPE'), ', INITCOND', ', MINITCOND'), transition::regproc);
    FOR statement IN SELECT oid::regproc FROM members WHERE prokind = 'f' AND pronargs = 1 AND proargtypes[0] = made.state AND NOT proretset AND procost < 1000 LOOP
        names := names || format('finally_%s', cardinality(names));
        EXECUTE format('CREATE AGGREGATE %I(%s) (%s, FINALFUNC = %s, FINALFUNC_MODIFY = READ_WRITE)', names[cardinality(names)], made.inputs, definition, statement);
    END LOOP;

    FOR statement IN
        SELECT format('SELECT %I(%s)::text', name, arguments) || over_rows FROM unnest(names) AS name
        UNION ALL SELECT format('SELECT %s', string_agg(format('%I(%s)::text', name, arguments), ', ')) || over_rows FROM unnest(names) AS name
        UNION ALL SELECT format('SELECT alone(%1$s), alone(%1$s ORDER BY -i) FILTER (WHERE i > 1)', arguments) || over_rows || ' GROUP BY GROUPING SETS ((), (i))'
        UNION ALL SELECT format('SELECT %s', string_agg(format('%I(%s) OVER w', name, arguments), ', ')) || over_rows
            || ' WINDOW w AS (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)' FROM unnest(names || '{moving}'::text[]) AS name
    LOOP
        found := found || (transition, format('(%s): %s', left(definition, 300), statement), sqlstate_of(statement))::outcomes;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'Y0000';
EXCEPTION
    WHEN SQLSTATE 'Y0000' THEN
        RETURN QUERY SELECT * FROM unnest(found);
    WHEN OTHERS THEN
        RETURN QUERY SELECT transition::regprocedure, definition, SQLSTATE::text;
END $$;
CREATE TABLE aggregate_runs AS
SELECT o.* FROM transition_functions t JOIN edges e USING (function),
    aggregate_outcomes(t.function, CASE WHEN e.ordinal = 1 THEN e.value ELSE (SELECT usual FROM arguments a WHERE a.function = t.function AND a.ordinal = 1) END,
         array_fill(NULL::text, ARRAY[e.ordinal - 1]) || e.value) AS o;
SELECT count(DISTINCT function) >= 17 AS functions, count(*) >= 10000 AS calls, count(*) FILTER (WHERE sqlstate = '00000') >= 1800 AS values
FROM aggregate_runs;
SELECT sqlstate, function, statement FROM aggregate_runs WHERE sqlstate LIKE 'XX%';

-- States that parallel workers begin and that any function of the right types combines.
CREATE TABLE spread AS SELECT i, repeat('x', 1000) AS filler FROM generate_series(1, 40) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
CREATE FUNCTION parallel_outcomes(transition oid, combine regproc) RETURNS SETOF outcomes LANGUAGE plpgsql AS $$
DECLARE
    made record;
    statement text;
    found outcomes;
    plan text;
BEGIN
    SELECT INTO made * FROM transition_functions WHERE function = transition;
    EXECUTE format('CREATE AGGREGATE combined(%s) (SFUNC = %s, STYPE = %s, COMBINEFUNC = %s, PARALLEL = SAFE)', made.inputs, transition::regproc, made.state, combine);
    SELECT INTO statement format('SELECT combined(%s)::text FROM spread', string_agg(format('CASE WHEN i %% 3 > 0 THEN (%s)::%s END', usual, type), ', ' ORDER BY ordinal))
    FROM arguments WHERE function = transition AND ordinal > 1;
    EXECUTE 'EXPLAIN (COSTS off, FORMAT json) ' || statement INTO plan;
    found := (transition, combine || ': ' || statement, CASE WHEN plan LIKE '%"Gather"%' THEN sqlstate_of(statement) ELSE 'not parallel' END);
    RAISE EXCEPTION USING ERRCODE = 'Y0000';
EXCEPTION WHEN SQLSTATE 'Y0000' THEN
    RETURN NEXT found;
END $$;
CREATE TABLE parallel_runs AS
SELECT o.* FROM transition_functions AS t JOIN transition_functions AS c ON c.pronargs = 2 AND c.state = t.state AND c.inputs = t.state::text,
    parallel_outcomes(t.function, c.function::regproc) AS o
-- a strict function without a first state takes its first input for it
WHERE NOT t.proisstrict OR t.inputs = t.state::text;
SELECT count(*) >= 28 AS calls, count(*) FILTER (WHERE sqlstate = '00000') >= 15 AS values, count(*) FILTER (WHERE sqlstate = 'not parallel') AS not_parallel
FROM parallel_runs;
SELECT sqlstate, function, statement FROM parallel_runs WHERE sqlstate LIKE 'XX%';
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;

-- Transition and combine functions work in place, and therefore in aggregates only.  Whoever may not execute them uses
-- the aggregates all the same, but makes none of them.
SELECT plasticc_log_loss_accum(NULL, 5, '{0,1}', '{5,6}');
SELECT plasticc_log_loss_combine('{1,6,1,1,0,0.5}', '{1,6,1,1,0,0.5}');
SELECT plasticc_calibration_error_accum(NULL, 5, '{0,1}', '{5,6}', '{1,1}');
SELECT plasticc_confusion_accum('{1,6,4}', 6, '{1}', '{6}');
SELECT plasticc_confusion_combine('{1,6,4}', '{1,6,5}');
SELECT lightcurve_accum(NULL, 1, 1, 1, 1);
SELECT lightcurve_combine('{}', '{}');
CREATE ROLE plasticc_nobody;
GRANT USAGE ON SCHEMA calls TO plasticc_nobody;
GRANT SELECT ON observations, spread TO plasticc_nobody;
SET ROLE plasticc_nobody;
SELECT plasticc_log_loss_accum(NULL, 5, '{0,1}', '{5,6}');
SELECT lightcurve_final('{}');
CREATE AGGREGATE pg_temp.stolen(lightcurve) (SFUNC = lightcurve_combine, STYPE = lightcurve);
SELECT plasticc_n_observations(plasticc_merge(curve)) > 100 AS merged
FROM (SELECT plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS curve FROM observations GROUP BY object_id) AS curves;
SELECT i, plasticc_log_loss(15, '{0.5,0.5}', '{15,42}') OVER (ORDER BY i) > 0.69 AS log_loss FROM generate_series(1, 2) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT plasticc_confusion(15, '{0.5,0.5}', '{15,42}') FROM spread;
SELECT plasticc_confusion(15, '{0.5,0.5}', '{15,42}') FROM spread;
RESET ROLE;

DROP SCHEMA calls CASCADE;
DROP ROLE plasticc_nobody;
DELETE FROM plasticc_models WHERE name = 'm';
DELETE FROM plasticc_training_log WHERE name = 'm';
DELETE FROM plasticc_aliases;
