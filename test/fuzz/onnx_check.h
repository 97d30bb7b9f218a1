/*
 * onnx_check.h
 *		What holds of every model that is written in the format of ONNX: messages end where
 *		their fields do, constants have as many bytes as their shape says, each value is made
 *		once, before it is used, and the last one is the probabilities; the text that stands for
 *		the model is found in it.
 *
 * Numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
#ifndef PLASTICC_FUZZ_ONNX_CHECK_H
#define PLASTICC_FUZZ_ONNX_CHECK_H

#include "fuzz.h"

#include "core/model/onnx_export.h"
#include "core/model/onnx_import.h"

#define ONNX_MAX_VALUES 4096

typedef struct OnnxMessage
{
	const unsigned char *at;
	const unsigned char *end;
} OnnxMessage;

/* A field: an integer, or the bytes of a string or message. */
typedef struct OnnxField
{
	int			number;
	uint64_t	integer;
	OnnxMessage bytes;
} OnnxField;

static uint64_t
take_varint(OnnxMessage *message)
{
	uint64_t value = 0;
	int		 shift = 0;

	do
	{
		REQUIRE(message->at < message->end && shift < 64);
		value |= (uint64_t) (*message->at & 0x7f) << shift;
		shift += 7;
	} while (*message->at++ & 0x80);
	return value;
}

static bool
take_field(OnnxMessage *message, OnnxField *field)
{
	uint64_t tag;

	if (message->at == message->end)
		return false;
	tag = take_varint(message);
	*field = (OnnxField){.number = (int) (tag >> 3), .integer = take_varint(message)};
	REQUIRE((tag & 7) == 0 || (tag & 7) == 2);
	if ((tag & 7) == 2)
	{
		REQUIRE(field->integer <= (uint64_t) (message->end - message->at));
		field->bytes = (OnnxMessage){message->at, message->at + field->integer};
		message->at = field->bytes.end;
	}
	return true;
}

/* 0 for the features, 1 for the probabilities, n for "vn". */
static int
onnx_value(OnnxMessage name)
{
	char text[16] = "";

	REQUIRE(name.end - name.at < (long) sizeof(text));
	memcpy(text, name.at, name.end - name.at);
	if (strcmp(text, "features") == 0 || strcmp(text, "probabilities") == 0)
		return *text == 'p';
	REQUIRE(*text == 'v' && atoi(text + 1) > 1 && atoi(text + 1) < ONNX_MAX_VALUES);
	return atoi(text + 1);
}

static void
make_onnx_value(bool *made, OnnxMessage name)
{
	int value = onnx_value(name);

	REQUIRE(!made[value]);
	made[value] = true;
}

/* Type 1 is a float, 7 an integer of 64 bits. */
static void
require_constant(OnnxMessage tensor, bool *made)
{
	OnnxField field;
	uint64_t  n = 1, type = 0, length = 0;

	while (take_field(&tensor, &field))
		switch (field.number)
		{
			case 1: /* a dimension */
				REQUIRE(field.integer > 0 && field.integer < 65536);
				n *= field.integer;
				break;
			case 2:
				type = field.integer;
				break;
			case 8:
				make_onnx_value(made, field.bytes);
				break;
			default:
				REQUIRE(field.number == 9);
				length = field.integer;
		}
	REQUIRE(type == 1 || type == 7);
	REQUIRE(length == n * (type == 1 ? 4 : 8));
}

static void
require_node(OnnxMessage node, bool *made)
{
	OnnxField field;

	while (take_field(&node, &field))
		if (field.number == 1)
			REQUIRE(made[onnx_value(field.bytes)]);
		else if (field.number == 2)
			make_onnx_value(made, field.bytes);
}

static void
require_graph(OnnxMessage graph)
{
	bool	  made[ONNX_MAX_VALUES] = {true}; /* the features */
	OnnxField field;

	while (take_field(&graph, &field))
	{
		REQUIRE(!made[1]);
		if (field.number == 1)
			require_node(field.bytes, made);
		else if (field.number == 5)
			require_constant(field.bytes, made);
	}
	REQUIRE(made[1]);
}

static void
require_onnx(const Model *model, Workspace *workspace)
{
	static const char	 stored[] = "the bytes of the model";
	size_t				 length, stored_length;
	const unsigned char *bytes = model_to_onnx(model, stored, workspace, &length);
	const char			*reason;
	const char			*found = onnx_stored_model(bytes, length, &stored_length, &reason);
	OnnxMessage			 message = {bytes, bytes + length};
	OnnxField			 field;
	int					 graphs = 0;

	while (take_field(&message, &field))
		if (field.number == 7)
		{
			require_graph(field.bytes);
			graphs++;
		}
	REQUIRE(graphs == 1);
	REQUIRE(found && stored_length == strlen(stored) && memcmp(found, stored, stored_length) == 0);
}

#endif /* PLASTICC_FUZZ_ONNX_CHECK_H */
