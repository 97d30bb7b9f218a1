-- Classifies every object by the model that was not trained on its fold.  A model can lack a class that has
-- only one object; the class gets probability 0 there, so that all rows have the same classes.
CREATE TABLE predictions AS
WITH models AS MATERIALIZED (
    SELECT fold, model, plasticc_classes(model) AS model_classes
    FROM (SELECT fold, plasticc_model(model) AS model FROM scored) AS m
), known AS MATERIALIZED (
    SELECT array_agg(DISTINCT class ORDER BY class) AS classes
    FROM models, unnest(model_classes) AS class
), classified AS MATERIALIZED (
    SELECT object_id, target, model_classes, plasticc_classify(model, features) AS probabilities
    FROM features JOIN models USING (fold)
), completed AS MATERIALIZED (
    SELECT object_id, target, classes,
           CASE WHEN classes = model_classes THEN probabilities
                ELSE ARRAY(SELECT coalesce(probabilities[array_position(model_classes, class)], 0)
                           FROM unnest(classes) AS class ORDER BY class)
           END AS probabilities
    FROM classified, known
)
SELECT object_id, target, classes, probabilities,
       classes || 99 AS classes_with_99, plasticc_add_unknown(probabilities, classes => classes) AS probabilities_with_99,
       likeliest.class AS predicted, likeliest.probability
FROM completed,
     LATERAL (SELECT * FROM unnest(classes, probabilities) AS p (class, probability)
              ORDER BY probability DESC, class LIMIT 1) AS likeliest;
ALTER TABLE predictions ADD PRIMARY KEY (object_id);
ANALYZE predictions;
