-- The module must not start threads in the backend: a threaded BLAS would, as soon as it is loaded.
-- Where the system has no /proc there is nothing to count.
LOAD 'plasticc';
SELECT CASE WHEN (pg_stat_file('/proc/self/task', true)).isdir
            THEN (SELECT count(*) FROM pg_ls_dir('/proc/self/task'))
            ELSE 1 END AS threads;
