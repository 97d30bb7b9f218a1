/*
 * domain_classifier.c
 *		Importance weights of training objects for a target sample, by a classifier that
 *		tells the two samples apart.
 */
#include "core/train/domain_classifier.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/base/statistics.h"
#include "core/train/density_ratio.h"
#include "core/train/folds.h"
#include "core/trees/boosting.h"

#define FOLDS 5
#define MOST_ROUNDS 100

/*
 * Of the odds.  A power below 1 trades bias for variance (Shimodaira 2000).  Where weights help,
 * 1/2 helps almost as much as 1; where the training sample lacks a part of the target sample and
 * weights harm, it harms less (bench/README.md, survey_weights).
 */
#define POWER 0.5

/* With more rows, trees are fitted to a random subset. */
#define MOST_ROWS 65536

enum
{
	TRAINING,
	TARGET,
	N_DOMAINS
};

/* Shallow, because the weights are wanted smooth; held-out rows choose the number of rounds. */
static const BoostingOptions boosting_options = {
	.max_depth = 2,
	.most_rows = MOST_ROWS,
	.most_tree_rows = MOST_ROWS,
	.eta = 0.1,
	.subsample = 0.8,
	.colsample = 0.3,
	.least_inputs = 8,
	.lambda = 1.0,
	.min_child_weight = 5.0,
};

typedef struct Classifier
{
	const Domains *domains;
	int64_t		   seed;
	int			   n_rows;
	int32_t		  *domain; /* [n_rows] */
	int32_t		  *fold;   /* [n_rows], -1 for a row that is never held out */
	int			  *rows;   /* [n_rows], those that a fold's trees are fitted to, then the fold's */
	float		  *weight; /* [n_rows], in a fold */
	double		  *gain;   /* [n_features], of the trees of a fold */
	int			   rounds;
	double		   loss[MOST_ROUNDS + 1]; /* out of fold, after so many rounds */
	double		  *log_odds;			  /* [n_rows], out of fold, after the last round */
} Classifier;

static void
read_row(const void *source, int row, float *inputs)
{
	const Domains *domains = source;

	memcpy(inputs, domains->features[row], sizeof(float) * domains->n_features);
}

/* Folds of objects: each row of the target sample is one. */
static void
choose_folds(Classifier *classifier, Workspace *workspace)
{
	const Domains *domains = classifier->domains;
	int32_t		  *group = workspace_array(workspace, int32_t, classifier->n_rows);
	SplitRows	   rows = {
			 .n_rows = classifier->n_rows,
			 .n_classes = N_DOMAINS,
			 .target = classifier->domain,
			 .group = group,
	 };

	for (int i = 0; i < classifier->n_rows; i++)
		group[i] = domains->group && i < domains->n_training ? domains->group[i] : i;
	stratified_folds(&rows, FOLDS, (uint64_t) classifier->seed, STREAM_DOMAINS, classifier->fold,
					 workspace);
}

static Classifier
create_classifier(const Domains *domains, int64_t seed, Workspace *workspace)
{
	int		   n = domains->n_training + domains->n_target;
	Classifier classifier = {
		.domains = domains,
		.seed = seed,
		.n_rows = n,
		.domain = workspace_array(workspace, int32_t, n),
		.fold = workspace_array(workspace, int32_t, n),
		.rows = workspace_array(workspace, int, n),
		.weight = workspace_array(workspace, float, n),
		.gain = workspace_array(workspace, double, domains->n_features),
		.log_odds = workspace_array(workspace, double, n),
	};

	for (int i = 0; i < n; i++)
	{
		classifier.domain[i] = i < domains->n_training ? TRAINING : TARGET;
		classifier.log_odds[i] = 0.0;
	}
	choose_folds(&classifier, workspace);
	return classifier;
}

/*
 * Lists the rows of the other folds, then those of the fold, and gives both domains of the other
 * folds the same total weight.
 */
static void
split_rows(Classifier *classifier, int fold, TreeSample *sample)
{
	int n = 0, count[N_DOMAINS] = {0};

	for (int held_out = 0; held_out < 2; held_out++)
		for (int i = 0; i < classifier->n_rows; i++)
		{
			if ((classifier->fold[i] == fold) != held_out)
				continue;
			classifier->rows[n++] = i;
			if (!held_out)
				count[classifier->domain[i]]++;
		}
	sample->n_rows = count[TRAINING] + count[TARGET];
	sample->n_held_out = n - sample->n_rows;
	for (int i = 0; i < classifier->n_rows; i++)
		classifier->weight[i] =
			0.5f * (float) sample->n_rows / (float) count[classifier->domain[i]];
}

/* After a round, of held-out row k. */
static double
held_out_log_odds(const float *logits, int k)
{
	const float *row = logits + N_DOMAINS * (size_t) k;

	return (double) row[TARGET] - (double) row[TRAINING];
}

/* Adds the weighted cross-entropy of the held-out rows. */
static bool
add_loss(int round, const TreeSample *sample, const float *logits, void *argument)
{
	Classifier *classifier = argument;

	for (int k = sample->n_rows; k < sample->n_rows + sample->n_held_out; k++)
	{
		double log_odds = held_out_log_odds(logits, k);
		int	   row = sample->rows[k];

		classifier->loss[round] +=
			sample->weight[row] * log1p(exp(sample->target[row] == TARGET ? -log_odds : log_odds));
	}
	return true;
}

static bool
keep_log_odds(int round, const TreeSample *sample, const float *logits, void *argument)
{
	Classifier *classifier = argument;

	for (int k = sample->n_rows;
		 k < sample->n_rows + sample->n_held_out && round == classifier->rounds; k++)
		classifier->log_odds[sample->rows[k]] = held_out_log_odds(logits, k);
	return true;
}

/* Trains on the rows of all folds but one. */
static void
boost_fold(Classifier *classifier, int fold, RoundCallback callback, Workspace *workspace)
{
	BoostingOptions options = boosting_options;
	TreeSample		sample = {
			 .rows = classifier->rows,
			 .n_inputs = classifier->domains->n_features,
			 .n_classes = N_DOMAINS,
			 .target = classifier->domain,
			 .weight = classifier->weight,
			 .read_inputs = read_row,
			 .source = classifier->domains,
	 };

	options.rounds = classifier->rounds;
	split_rows(classifier, fold, &sample);
	boost_trees(&sample, &options, classifier->seed, workspace, classifier->gain, NULL, callback,
				classifier);
}

/* Sets the rounds of the least loss out of fold; 0 if trees do not lower it. */
static void
choose_rounds(Classifier *classifier, Workspace *workspace)
{
	int best = 0;

	classifier->rounds = MOST_ROUNDS;
	for (int fold = 0; fold < FOLDS; fold++)
	{
		boost_fold(classifier, fold, add_loss, workspace);
		for (int i = 0; i < classifier->n_rows; i++)
			if (classifier->fold[i] == fold)
				classifier->loss[0] += classifier->weight[i] * log(2.0);
	}
	for (int round = 1; round <= MOST_ROUNDS; round++)
		if (classifier->loss[round] < classifier->loss[best])
			best = round;
	classifier->rounds = best;
}

/* Sets the log-odds, and adds to gain [n_features] those of the trees that they come from. */
static void
classify(Classifier *classifier, double *gain, Workspace *workspace)
{
	for (int fold = 0; fold < FOLDS && classifier->rounds > 0; fold++)
	{
		boost_fold(classifier, fold, keep_log_odds, workspace);
		for (int j = 0; j < classifier->domains->n_features; j++)
			gain[j] += classifier->gain[j];
	}
}

/* The features of the largest gains; of equal ones, that of the lower index. */
static void
list_separating_features(int n, const double *gain, Separation *separation)
{
	SeparatingFeature *features = separation->features;
	double			   sum = 0.0;

	for (int j = 0; j < n; j++)
	{
		int place = separation->n_features;

		sum += gain[j];
		while (place > 0 && features[place - 1].gain < gain[j])
			place--;
		if (gain[j] <= 0.0 || place == SEPARATING_FEATURES)
			continue;
		if (separation->n_features < SEPARATING_FEATURES)
			separation->n_features++;
		memmove(features + place + 1, features + place,
				sizeof(SeparatingFeature) * (separation->n_features - place - 1));
		features[place] = (SeparatingFeature){j, gain[j]};
	}
	for (int k = 0; k < separation->n_features; k++)
		features[k].gain /= sum;
}

/*
 * The probability that a row of the target sample has larger odds than a training row; equal ones
 * count half (Mann and Whitney).
 */
static double
area_under_curve(const Classifier *classifier, Workspace *workspace)
{
	int		n[N_DOMAINS] = {classifier->domains->n_training, classifier->domains->n_target};
	double *sorted[N_DOMAINS];
	double *scratch = workspace_array(workspace, double, classifier->n_rows);
	double	larger = 0.0;
	int		below = 0, up_to = 0;

	for (int domain = 0; domain < N_DOMAINS; domain++)
	{
		sorted[domain] = workspace_array(workspace, double, n[domain]);
		memcpy(sorted[domain], classifier->log_odds + (domain == TARGET ? n[TRAINING] : 0),
			   sizeof(double) * n[domain]);
		sort_values(sorted[domain], n[domain], scratch);
	}
	for (int i = 0; i < n[TARGET]; i++)
	{
		double odds = sorted[TARGET][i];

		while (below < n[TRAINING] && sorted[TRAINING][below] < odds)
			below++;
		while (up_to < n[TRAINING] && sorted[TRAINING][up_to] <= odds)
			up_to++;
		larger += 0.5 * ((double) below + up_to);
	}
	return larger / n[TRAINING] / n[TARGET];
}

void
classifier_weights(const Domains *domains, int64_t seed, double *weights, Separation *separation,
				   Workspace *workspace)
{
	Classifier classifier = create_classifier(domains, seed, workspace);
	double	  *gain = workspace_array(workspace, double, domains->n_features);
	double	   limit = log(IMPORTANCE_MAX_WEIGHT), sum = 0.0;

	memset(gain, 0, sizeof(double) * domains->n_features);
	choose_rounds(&classifier, workspace);
	classify(&classifier, gain, workspace);
	*separation = (Separation){.n_features = 0};
	list_separating_features(domains->n_features, gain, separation);
	separation->auc = area_under_curve(&classifier, workspace);
	for (int i = 0; i < domains->n_training; i++)
	{
		weights[i] = exp(POWER * fmin(fmax(classifier.log_odds[i], -limit), limit));
		sum += weights[i];
	}
	for (int i = 0; i < domains->n_training; i++)
		weights[i] *= domains->n_training / sum;
}
