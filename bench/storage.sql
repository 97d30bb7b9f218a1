-- Storage of light curves and features by TOAST strategy and compression: table size, time to write, and time to
-- read in object order and for 500 objects by key, for 20,000 light curves of the synthetic survey in the test
-- set's mix and all features of 4,000 of them.

SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
-- Each table is loaded by one statement; timed checkpoints would affect some tables only.
SET synchronous_commit = off;

-- the source is stored uncompressed (STORAGE in CREATE TABLE needs PostgreSQL 16)
CREATE TEMPORARY TABLE lightcurves (object_id bigint, value lightcurve);
ALTER TABLE lightcurves ALTER COLUMN value SET STORAGE EXTERNAL;
INSERT INTO lightcurves
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected)
FROM (SELECT (row).* FROM (SELECT plasticc_simulate_observations(20000, 1, 'test') AS row OFFSET 0) AS survey) AS o
GROUP BY object_id;
CREATE TEMPORARY TABLE features (object_id bigint, value real[]);
ALTER TABLE features ALTER COLUMN value SET STORAGE EXTERNAL;
INSERT INTO features
SELECT object_id, plasticc_features(value) FROM lightcurves WHERE object_id <= 4000;
CREATE TEMPORARY TABLE results (what text, storage text, compression text, fill text, kind text, seconds double precision);
CREATE TEMPORARY TABLE sizes (what text, storage text, compression text, fill text, bytes bigint);

-- what is a table above; read is an expression that fetches the whole value.
CREATE PROCEDURE pg_temp.measure(what text, read text, storage text, compression text, fill text) LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	DROP TABLE IF EXISTS stored;
	-- not a temporary table, which would skip the buffers that others go through
	EXECUTE format('CREATE UNLOGGED TABLE stored AS SELECT * FROM %I LIMIT 0', what);
	ALTER TABLE stored ADD PRIMARY KEY (object_id);
	EXECUTE format('ALTER TABLE stored ALTER COLUMN value SET STORAGE %s', storage);
	IF compression <> '-' THEN
		EXECUTE format('ALTER TABLE stored ALTER COLUMN value SET COMPRESSION %s', compression);
	END IF;
	IF fill <> '-' THEN
		EXECUTE format('ALTER TABLE stored SET (toast_tuple_target = %s)', fill);
	END IF;
	start := clock_timestamp();
	EXECUTE format('INSERT INTO stored SELECT * FROM %I ORDER BY object_id', what);
	INSERT INTO results VALUES (what, storage, compression, fill, 'write', extract(epoch FROM clock_timestamp() - start));
	ANALYZE stored;
	INSERT INTO sizes VALUES (what, storage, compression, fill, pg_table_size('stored'));
	FOR round IN 1..5 LOOP
		start := clock_timestamp();
		EXECUTE format('SELECT sum(%s) FROM stored', read);
		INSERT INTO results VALUES (what, storage, compression, fill, 'read', extract(epoch FROM clock_timestamp() - start));
		start := clock_timestamp();
		EXECUTE format('SELECT sum(%s) FROM stored WHERE object_id = ANY (ARRAY(
			SELECT 1 + i * 7919 %% 4000 FROM generate_series(1, 500) AS i))', read);
		INSERT INTO results VALUES (what, storage, compression, fill, 'by key', extract(epoch FROM clock_timestamp() - start));
	END LOOP;
END
$$;

SELECT format('CALL pg_temp.measure(%L, %L, %L, %L, %L)', what, read, storage, compression, fill)
FROM (VALUES ('lightcurves', 'length(lightcurve_send(value))'), ('features', 'value[1]')) AS w (what, read),
     (VALUES ('EXTENDED', 'pglz', '-'), ('EXTENDED', 'lz4', '-'), ('EXTERNAL', '-', '-'), ('MAIN', 'pglz', '-'),
             ('MAIN', 'lz4', '-'), ('EXTERNAL', '-', '8160')) AS s (storage, compression, fill) \gexec

SELECT what, count(*), round(avg(bytes)) AS bytes, max(bytes) AS largest
FROM (SELECT 'lightcurves' AS what, pg_column_size(value) AS bytes FROM lightcurves
      UNION ALL SELECT 'features', pg_column_size(value) FROM features) AS v GROUP BY 1;

\echo storage: size, and median seconds
SELECT what, storage, compression, fill AS toast_tuple_target, round(bytes / 1e6, 1) AS megabytes,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'write'))::numeric, 3) AS write_s,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'read'))::numeric, 3) AS read_s,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'by key'))::numeric * 1000, 1) AS by_key_ms
FROM results JOIN sizes USING (what, storage, compression, fill)
GROUP BY what, storage, compression, fill, bytes
ORDER BY what, bytes;

DROP TABLE stored;
