-- How light curves are best stored: TOAST strategy and compression, by size and by time to write and to read 20,000
-- light curves of the synthetic survey in the test set's mix, in object order and for 500 objects by key.

SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
-- A load of one statement; checkpoints by time would hit one table and not another.
SET synchronous_commit = off;

CREATE TEMPORARY TABLE curves AS
SELECT object_id, plasticc_lightcurve(mjd, passband, flux, flux_err, detected) AS lightcurve
FROM (SELECT (row).* FROM (SELECT plasticc_simulate_observations(20000, 1, 'test') AS row OFFSET 0) AS survey) AS o
GROUP BY object_id;
CREATE TEMPORARY TABLE results (storage text, compression text, fill text, kind text, seconds double precision);
CREATE TEMPORARY TABLE sizes (storage text, compression text, fill text, bytes bigint);

CREATE PROCEDURE pg_temp.measure(storage text, compression text, fill text) LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	DROP TABLE IF EXISTS stored;
	-- not a temporary table, which would skip the buffers that others go through
	CREATE UNLOGGED TABLE stored (object_id bigint PRIMARY KEY, lightcurve lightcurve);
	EXECUTE format('ALTER TABLE stored ALTER COLUMN lightcurve SET STORAGE %s', storage);
	IF compression <> '-' THEN
		EXECUTE format('ALTER TABLE stored ALTER COLUMN lightcurve SET COMPRESSION %s', compression);
	END IF;
	IF fill <> '-' THEN
		EXECUTE format('ALTER TABLE stored SET (toast_tuple_target = %s)', fill);
	END IF;
	start := clock_timestamp();
	-- || makes each a value of its own, not compressed yet
	INSERT INTO stored SELECT object_id, lightcurve || NULL FROM curves ORDER BY object_id;
	INSERT INTO results VALUES (storage, compression, fill, 'write', extract(epoch FROM clock_timestamp() - start));
	ANALYZE stored;
	INSERT INTO sizes VALUES (storage, compression, fill, pg_table_size('stored'));
	FOR round IN 1..5 LOOP
		start := clock_timestamp();
		PERFORM sum(length(lightcurve_send(lightcurve))) FROM stored;
		INSERT INTO results VALUES (storage, compression, fill, 'read', extract(epoch FROM clock_timestamp() - start));
		start := clock_timestamp();
		PERFORM sum(length(lightcurve_send(lightcurve))) FROM stored
		WHERE object_id = ANY (ARRAY(SELECT 1 + i * 7919 % 20000 FROM generate_series(1, 500) AS i));
		INSERT INTO results VALUES (storage, compression, fill, 'by key', extract(epoch FROM clock_timestamp() - start));
	END LOOP;
END
$$;

CALL pg_temp.measure('EXTENDED', 'pglz', '-');
CALL pg_temp.measure('EXTENDED', 'lz4', '-');
CALL pg_temp.measure('EXTERNAL', '-', '-');
CALL pg_temp.measure('MAIN', 'pglz', '-');
CALL pg_temp.measure('MAIN', 'lz4', '-');
CALL pg_temp.measure('EXTERNAL', '-', '8160');

\echo 20,000 light curves
SELECT count(*), round(avg(cardinality)) AS observations, round(avg(bytes)) AS bytes, max(bytes) AS largest
FROM (SELECT (SELECT count(*) FROM plasticc_observations(lightcurve)) AS cardinality, pg_column_size(lightcurve || NULL) AS bytes
	  FROM curves) AS c;

\echo storage: size, and median seconds
SELECT storage, compression, fill AS toast_tuple_target, round(bytes / 1e6, 1) AS megabytes,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'write'))::numeric, 3) AS write_s,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'read'))::numeric, 3) AS read_s,
	   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE kind = 'by key'))::numeric * 1000, 1) AS by_key_ms
FROM results JOIN sizes USING (storage, compression, fill)
GROUP BY storage, compression, fill, bytes
ORDER BY bytes;

DROP TABLE stored;
