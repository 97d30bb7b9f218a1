/*
 * onnx_export.h
 *		A model in the format of ONNX, for runtimes elsewhere.
 */
#ifndef PLASTICC_CORE_MODEL_ONNX_EXPORT_H
#define PLASTICC_CORE_MODEL_ONNX_EXPORT_H

#include "core/model/model.h"

/*
 * The bytes of an ONNX model: input "features", float [N][n_features], where NaN and
 * infinite elements are missing values; output "probabilities", float [N][n_classes].  One
 * graph holds preprocessing, networks, trees, gate and calibration.  stored is what
 * onnx_stored_model finds in them: the model's own bytes as text.
 */
extern const unsigned char *model_to_onnx(const Model *model, const char *stored,
										  Workspace *workspace, size_t *length);

#endif /* PLASTICC_CORE_MODEL_ONNX_EXPORT_H */
