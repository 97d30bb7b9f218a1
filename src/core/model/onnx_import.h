/*
 * onnx_import.h
 *		The model in a file that model_to_onnx has made.
 */
#ifndef PLASTICC_CORE_MODEL_ONNX_IMPORT_H
#define PLASTICC_CORE_MODEL_ONNX_IMPORT_H

#include <stddef.h>

/*
 * Finds the text "stored" of model_to_onnx, of *stored_length bytes, in untrusted bytes.  If
 * there is none, or the graph is not the one that was made of the model, returns NULL and sets
 * *reason to a static text without a full stop.
 */
extern const char *onnx_stored_model(const unsigned char *bytes, size_t length,
									 size_t *stored_length, const char **reason);

#endif /* PLASTICC_CORE_MODEL_ONNX_IMPORT_H */
