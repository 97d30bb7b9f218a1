/*
 * fuzz_onnx_import.c
 *		Any bytes are refused as a file of ONNX with a reason, or hold a stored model within them.
 */
#include "fuzz.h"

#include "core/model/onnx_import.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *reason = NULL;
	size_t		length = 0;
	const char *stored = onnx_stored_model(data, size, &length, &reason);

	if (stored == NULL)
		REQUIRE(reason != NULL);
	else
		REQUIRE((const uint8_t *) stored >= data &&
				(const uint8_t *) stored + length <= data + size);
	return 0;
}
