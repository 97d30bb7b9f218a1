-- processor_ms(): the processor time in ms that the session's process has taken so far.  On a busy machine it says more than the clock.
CREATE FUNCTION processor_ms() RETURNS integer LANGUAGE sql VOLATILE AS $$
    SELECT (f[14]::integer + f[15]::integer) * 10 FROM regexp_split_to_array(pg_read_file('/proc/self/stat'), ' ') AS f $$;
