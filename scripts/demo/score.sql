\pset footer off
\echo
SELECT round(plasticc_log_loss(target, probabilities, classes)::numeric, 4) AS "weighted log loss",
       round(avg((target = predicted)::integer), 3) AS "accuracy",
       count(*) AS "objects of known classes"
FROM predictions WHERE target <> 99;

\echo 'With class 99, which no network has seen, by some methods of plasticc_add_unknown; the first is the default'
\echo
SELECT method, round(max(weighted_log_loss)::numeric, 4) AS "log loss of 15 classes", round(max(accuracy)::numeric, 3) AS "accuracy",
       round(max(recall) FILTER (WHERE class = 42)::numeric, 3) AS "SNII recognised",
       round(max(recall) FILTER (WHERE class = 99)::numeric, 3) AS "class 99 recognised"
FROM (SELECT method, n, plasticc_scores(target, plasticc_add_unknown(probabilities, method, classes), classes_with_99) AS scores
      FROM predictions, unnest('{confidence,boone,prior,presentation}'::plasticc_unknown_method[]) WITH ORDINALITY AS m (method, n)
      GROUP BY method, n) AS scored,
     plasticc_evaluate(scores)
GROUP BY method, n ORDER BY n;

\echo 'Confusion matrix: true classes by row (objects, percentage correct), predicted classes by column'
\echo
\pset border 0
\pset null '.'
WITH cell AS (
    SELECT c.*
    FROM (SELECT plasticc_scores(target, probabilities_with_99, classes_with_99) AS scores FROM predictions) AS scored,
         plasticc_confusion_rows(scores) AS c
), row_total AS (
    SELECT true_class, sum(count) AS n, max(share) FILTER (WHERE predicted_class = true_class) AS recall
    FROM cell GROUP BY true_class HAVING sum(count) > 0
)
SELECT rpad(t.name, 9) || lpad(r.n::text, 5) || lpad(round(100 * r.recall)::text || '%', 5) AS "true class",
       p.name, nullif(cell.count, 0) AS n, predicted_class
FROM cell
JOIN row_total r USING (true_class)
JOIN classes t ON t.class = cell.true_class
JOIN classes p ON p.class = cell.predicted_class
ORDER BY true_class, predicted_class
\crosstabview 1 name n predicted_class
