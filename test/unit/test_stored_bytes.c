/*
 * test_stored_bytes.c
 *		What is stored is the same on every architecture: the bytes of a light
 *		curve, of a model and of the features of a light curve.
 *
 * The expected bytes were written on x86-64 (little-endian, GCC, -O3).
 */
#include "unit.h"

#include "core/curve/observations.h"
#include "core/features/catalog.h"
#include "core/model/model.h"

#define N_OBSERVATIONS 90

/* Compares bytes with hexadecimal text. */
static void
check_bytes(const unsigned char *bytes, size_t size, const char *expected, const char *what)
{
	bool same = strlen(expected) == 2 * size;

	for (size_t i = 0; same && i < size; i++)
	{
		char text[3];

		snprintf(text, sizeof(text), "%02x", bytes[i]);
		same = memcmp(text, expected + 2 * i, 2) == 0;
	}
	CHECK(same, "%s: %zu bytes are not the expected ones:", what, size);
	for (size_t i = 0; !same && i < size; i++)
		printf("%02x%s", bytes[i], i % 40 == 39 || i == size - 1 ? "\n" : "");
}

/* A transient over a steady source, of numbers that arithmetic gives exactly. */
static Observations
make_curve(uint32_t n, Workspace *workspace)
{
	Observations curve = allocate_observations(n, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		double		time = 1.75 * i + 0.125 * (i * 7 % 5);
		double		phase = (time - 60.0) / 16.0;
		double		flux = 400.0 / (1.0 + phase * phase) + 0.5 * (int) (i * 37 % 64) - 16.0;
		double		flux_err = 4.0 + 0.25 * (i * 13 % 8);
		Observation observation;

		make_observation(60000.0 + time, i % 6, flux, flux_err,
						 flux > 5.0 * flux_err ? DETECTED_YES : DETECTED_NO, &observation);
		put_observation(&curve, i, observation);
	}
	curve.count = n;
	curve.n_rejected = 258;
	return curve;
}

static void
test_light_curve(Workspace *workspace)
{
	Observations  curve = make_curve(3, workspace), parsed;
	unsigned char bytes[LIGHTCURVE_BINARY_HEADER + 3 * OBSERVATION_SIZE];
	unsigned char again[sizeof(bytes)];
	ParseError	  error;

	format_lightcurve_binary(&curve, bytes);
	check_bytes(bytes, sizeof(bytes),
				"01000000030000010240ed4c00000000004128e572408000000040ed4c400000000041f64c6040a8"
				"00000940ed4c80000000004199826a4090000002",
				"light curve");
	CHECK(parse_lightcurve_binary(bytes, sizeof(bytes), &parsed, workspace, &error), "%s",
		  error.message);
	format_lightcurve_binary(&parsed, again);
	CHECK(memcmp(bytes, again, sizeof(bytes)) == 0, "read and written again");
}

/* A model's bytes are the expected ones, and those of the model that is read from them. */
static void
check_model_bytes(const Model *model, const char *expected, const char *what, Workspace *workspace)
{
	size_t		   size = model_size(model);
	unsigned char *bytes = workspace_array(workspace, unsigned char, size);
	unsigned char *again = workspace_array(workspace, unsigned char, size);
	const char	  *reason = "";
	Model		  *read;

	model_write(model, bytes);
	check_bytes(bytes, size, expected, what);
	read = model_read(bytes, size, workspace, &reason);
	CHECK(read != NULL, "%s: %s", what, reason);
	if (read == NULL)
		return;
	CHECK(model_size(read) == size, "%s: size of the model that was read", what);
	model_write(read, again);
	CHECK(memcmp(bytes, again, size) == 0, "%s: read and written again", what);
}

/* With numbers as classes, and with their names and with trees. */
static void
test_model(Workspace *workspace)
{
	static char *names[] = {"AGN", "\xc3\xa9toile"};
	int32_t		 used[] = {0, 258}, flagged[] = {1}, inputs[] = {0, 2}, classes[] = {-7, 66051};
	float		 lowest[] = {-1.0f, -4.5f}, highest[] = {2.5f, 0.0f};
	float		 center[] = {0.5f, -2.0f, 8.0f, 0.25f}, scale[] = {1.0f, 0.75f},
		  multipliers[] = {0.0f, 0.625f};
	float	   closed[GATE_SIDES * 2] = {0.25f};
	float	   weight[] = {1.0f, -1.5f, 0x1.8p-30f, 3.0e6f}, bias[] = {0.125f, -0.375f};
	DenseLayer layer = {
		.n_in = 2,
		.n_out = 2,
		.activation = ACTIVATION_LINEAR,
		.weight = weight,
		.bias = bias,
	};
	TreeNode leaf = {.input = -1};
	TreeNode nodes[] = {
		{.input = 1, .threshold = -0.75f, .missing_right = true}, {.input = -1}, {.input = -1}};
	Tree		 trees[] = {{.n_nodes = 1, .nodes = &leaf, .leaves = bias},
							{.n_nodes = 3, .nodes = nodes, .leaves = weight}};
	Booster		 booster = {.n_trees = 2, .trees = trees, .base = multipliers};
	DenseNetwork member = {.n_inputs = 2, .inputs = inputs, .n_layers = 1, .layers = &layer};
	Model		 model = {
			   .preprocessing =
				   {
					   .n_features = 259,
					   .n_used = 2,
					   .used = used,
					   .normalisation = NORMALISATION_ZSCORE,
					   .lowest = lowest,
					   .highest = highest,
					   .center = center,
					   .scale = scale,
					   .clip = 3.0f,
					   .n_flagged = 1,
					   .flagged = flagged,
			   },
			   .gate = {.feature = 0, .closed = closed},
			   .n_classes = 2,
			   .classes = classes,
			   .n_networks = 1,
			   .networks = &member,
			   .temperature = 1.5f,
			   .log_multipliers = multipliers,
			   .options = "{\"seed\": 1}",
			   .metrics = "{}",
	   };

	check_model_bytes(
		&model,
		"706c61737469636307000000d900000076e3786e0301000002000000000000000000404000000000"
		"0100000002000000010000000000000000000000000000000000000002010000000080bf000090c0"
		"00002040000000000000003f000000c00000803f0000403f01000000f9ffffff030201000000c03f"
		"000000000000203f010000000000803e000000000000000000000000020000000000000002000000"
		"0100000002000000000000000000803f0000c0bf0000c030001b374a0000003e0000c0be0b000000"
		"7b2273656564223a20317d020000007b7d",
		"model", workspace);
	model.class_names = names;
	model.boosters = &booster;
	model.n_boosters = 1;
	model.n_tree_inputs = 2;
	model.tree_inputs = used;
	model.tree_gains = center + 2;
	model.tree_weight = 0.375f;
	link_tree(&trees[0]);
	link_tree(&trees[1]);
	check_model_bytes(
		&model,
		"706c6173746963630700000043010000b38810650301000002000000000000000000404000000000"
		"0100000002000000010000000100000001000000000000000000000002010000000080bf000090c0"
		"00002040000000000000003f000000c00000803f0000403f01000000f9ffffff030201000000c03f"
		"000000000000203f010000000000803e000000000000000000000000020000000000000002000000"
		"0100000002000000000000000000803f0000c0bf0000c030001b374a0000003e0000c0be02000000"
		"0000000002010000000000410000803e0000c03e000000000000203f020000000100000000000000"
		"0000003e0000c0be0300000005000000000040bf00000000000000000000803f0000c0bf0000c030"
		"001b374a0300000041474e07000000c3a9746f696c650b0000007b2273656564223a20317d020000"
		"007b7d",
		"model with names of classes and trees", workspace);
}

/* The model as version 0.1.0 stored it, in format 4, is read and stays what it is. */
static void
test_old_model(Workspace *workspace)
{
	static const char stored[] =
		"706c61737469636304000000c10000004ccf4bde0301000002000000000000000000404000000000"
		"0100000002000000010000000000000000000000020100000000003f000000c00000803f0000403f"
		"01000000f9ffffff030201000000c03f000000000000203f010000000000803e0000000000000000"
		"000000000200000000000000020000000100000002000000000000000000803f0000c0bf0000c030"
		"001b374a0000003e0000c0be0b0000007b2273656564223a20317d020000007b7d";
	size_t		   size = strlen(stored) / 2;
	unsigned char *bytes = workspace_array(workspace, unsigned char, size);
	unsigned char *again = workspace_array(workspace, unsigned char, size);
	const char	  *reason = "";
	Model		  *read;

	for (size_t i = 0; i < size; i++)
	{
		char digits[3] = {stored[2 * i], stored[2 * i + 1], '\0'};

		bytes[i] = (unsigned char) strtoul(digits, NULL, 16);
	}
	read = model_read(bytes, size, workspace, &reason);
	CHECK(read != NULL && read->preprocessing.unbounded, "%s", reason);
	if (read == NULL || model_size(read) != size)
		return;
	model_write(read, again);
	CHECK(memcmp(bytes, again, size) == 0, "read and written again");
}

/* The features of each group, as FNV-1a of their bytes from the least significant on. */
static const struct
{
	const char *group;
	uint64_t	hash;
} expected_groups[] = {
	{"sampling", UINT64_C(0x4b7f44521f3e4fce)},	  {"rejection", UINT64_C(0x4b6f537f9c5a0e25)},
	{"flux", UINT64_C(0xaf7301747200b4ce)},		  {"rolling_flux", UINT64_C(0xd2189b6f127ae8f0)},
	{"flux_err", UINT64_C(0x94d62c2776065c0c)},	  {"signal_to_noise", UINT64_C(0x998c954da4236b98)},
	{"passband", UINT64_C(0x9d6dcd4904dabff4)},	  {"time", UINT64_C(0xb2660ff27199a33d)},
	{"pair", UINT64_C(0x3261d30ef667c095)},		  {"shrunken_flux", UINT64_C(0x6624cd08df74f073)},
	{"shape", UINT64_C(0x21e502c639da4b1c)},	  {"passband_share", UINT64_C(0xb83d004537852dd8)},
	{"detection", UINT64_C(0x1414a55746bbfde4)},  {"timing", UINT64_C(0x394baf12da67606a)},
	{"peak_delay", UINT64_C(0x0aac6b08e4f19f44)}, {"peak_window", UINT64_C(0xd20c4e0966036890)},
	{"gp", UINT64_C(0x7ef34e20bba06f4e)},		  {"gp_curve", UINT64_C(0xf224c55cb89db6c7)},
	{"gp_flux", UINT64_C(0xb346f208cce69eb3)},	  {"gp_color", UINT64_C(0xa645dc404031498f)},
	{"fit", UINT64_C(0x68c68d42035ebdc8)},		  {"fit_amplitude", UINT64_C(0xdcbdf97089d8fa2f)},
	{"period", UINT64_C(0xec8c4c4245bca1cd)},	  {"period_band", UINT64_C(0x21e5a766db22125e)},
};

static void
check_group(const char *group, uint64_t hash)
{
	for (size_t i = 0; i < sizeof(expected_groups) / sizeof(expected_groups[0]); i++)
		if (strcmp(group, expected_groups[i].group) == 0)
		{
			CHECK(hash == expected_groups[i].hash, "{\"%s\", UINT64_C(0x%016llx)},", group,
				  (unsigned long long) hash);
			return;
		}
	CHECK(false, "{\"%s\", UINT64_C(0x%016llx)}, is a new group", group, (unsigned long long) hash);
}

static void
test_features(Workspace *workspace)
{
	Observations curve = make_curve(N_OBSERVATIONS, workspace);
	int			 n = feature_count(FEATURES_ALL);
	float		*features = workspace_array(workspace, float, n);
	const char	*group = NULL;
	uint64_t	 hash = 0;

	compute_features(&curve, FEATURES_ALL, features, workspace);
	for (int i = 0; i < n; i++)
	{
		FeatureDescription description;
		uint32_t		   bits = 0x7FC00000; /* any NaN */

		describe_feature(i, &description);
		if (group == NULL || strcmp(group, description.group) != 0)
		{
			if (group != NULL)
				check_group(group, hash);
			group = description.group;
			hash = UINT64_C(0xCBF29CE484222325);
		}
		if (!isnan(features[i]))
			memcpy(&bits, &features[i], sizeof(bits));
		for (int byte = 0; byte < 4; byte++)
			hash = (hash ^ (bits >> (8 * byte) & 0xFF)) * UINT64_C(0x100000001B3);
	}
	check_group(group, hash);
}

int
main(void)
{
	Workspace workspace = unit_workspace();

	test_light_curve(&workspace);
	test_model(&workspace);
	test_old_model(&workspace);
	test_features(&workspace);
	return unit_report();
}
