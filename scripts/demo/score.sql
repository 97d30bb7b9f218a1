\pset footer off
\echo
SELECT round(plasticc_log_loss(target, probabilities, classes) FILTER (WHERE target <> 99)::numeric, 4)
           AS "weighted log loss",
       round(plasticc_log_loss(target, probabilities_with_99, classes_with_99)::numeric, 4)
           AS "with class 99",
       round(plasticc_log_loss(target, plasticc_add_unknown(probabilities, 'presentation'), classes_with_99)::numeric, 4)
           AS "(1 - max p) / 14",
       round(avg((target = predicted)::integer) FILTER (WHERE target <> 99), 3) AS "accuracy",
       count(*) FILTER (WHERE target <> 99) AS "objects",
       count(*) FILTER (WHERE target = 99) AS "objects of class 99"
FROM predictions;

\echo 'Confusion matrix: true classes by row (objects, percentage correct), predicted classes by column'
\echo
\pset border 0
\pset null '.'
WITH counted AS (
    SELECT plasticc_confusion(target, probabilities_with_99, classes_with_99) AS n,
           min(classes_with_99) AS classes
    FROM predictions
), cell AS (
    SELECT i, j, classes[i] AS target, classes[j] AS predicted, n[i][j] AS n
    FROM counted, generate_subscripts(n, 1) AS i, generate_subscripts(n, 2) AS j
), row_total AS (
    SELECT i, sum(n) AS n, sum(n) FILTER (WHERE j = i) AS right_ones
    FROM cell GROUP BY i HAVING sum(n) > 0
)
SELECT rpad(t.name, 9) || lpad(r.n::text, 5) || lpad(round(100.0 * r.right_ones / r.n)::text || '%', 5) AS "true class",
       p.name, nullif(cell.n, 0) AS n, j
FROM cell
JOIN row_total r USING (i)
JOIN classes t ON t.class = cell.target
JOIN classes p ON p.class = cell.predicted
ORDER BY i, j
\crosstabview 1 name n j
