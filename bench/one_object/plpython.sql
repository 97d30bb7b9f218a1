-- The same service by PL/Python and XGBoost: a table that keeps the trained model, of the objects that the extension's model is
-- trained on, and a function that a session's first call makes read it.

CREATE EXTENSION plpython3u;

CREATE FUNCTION train_xgboost(query text, rounds integer) RETURNS bytea LANGUAGE plpython3u AS $$
import numpy
import xgboost

rows = plpy.execute(query)
features = numpy.array([row["features"] for row in rows], dtype=numpy.float32)
classes, label = numpy.unique([row["target"] for row in rows], return_inverse=True)
parameters = {
    "objective": "multi:softprob", "num_class": len(classes), "tree_method": "hist", "nthread": 1,
    "subsample": 0.6, "colsample_bytree": 0.15, "eta": 0.05, "max_depth": 5,
}
model = xgboost.train(parameters, xgboost.DMatrix(features, label, nthread=1), rounds)
return bytes(model.save_raw("ubj"))
$$;

CREATE TABLE xgboost_model AS
SELECT train_xgboost('SELECT features, target FROM objects WHERE object_id <= 600 ORDER BY object_id', 300) AS model;

CREATE FUNCTION classify_xgboost(features real[]) RETURNS real[] LANGUAGE plpython3u AS $$
import numpy
import xgboost

if "model" not in GD:
    GD["model"] = xgboost.Booster({"nthread": 1})
    GD["model"].load_model(bytearray(plpy.execute("SELECT model FROM xgboost_model")[0]["model"]))
row = numpy.array(features, dtype=numpy.float32).reshape(1, -1)
return GD["model"].inplace_predict(row)[0].tolist()
$$;
