/* plan.h - the graph of an experiment: which work, from what, for whom
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A step of the file becomes one node for every different work it means: (arm, seed, fold) with
 * equal settings and inputs share it. A node's key is the SHA-256 of the program's version, the
 * step's kind, its settings (of a training the whole recipe), seed, fold and the keys of its
 * inputs; of a user's list the hashes of its files. Immutable once made; one thread.
 */

#pragma once

#include "core/method/experiment/cases.h"
#include "core/method/experiment/file.h"
#include "core/method/experiment/hash.h"
#include "core/method/recipe.h"

G_BEGIN_DECLS

typedef struct _TrpNode TrpNode;

/* @side: (nullable): "mr" or "ct" only */
typedef struct
{
  const TrpNode *node;
  char *side;
} TrpNodeInput;

/**
 * TrpNode:
 * @values: every key of the kind with its text
 * @recipe: of trainings, else NULL
 * @seed: as given; what it is used for is the kind's business
 * @fold: of what this work is or comes from; -1: none. @n_folds: of its list; 0: none
 * @data: (element-type TrpNodeInput)
 * @model: (nullable)
 * @cases: of a set: the user's rows, else NULL
 * @name: its folder below nodes
 * @uses: (element-type utf8): "ssim, seed 1, fold 2"
 */
struct _TrpNode
{
  const TrpExperimentStep *step;
  GHashTable *values;
  TrpRecipe *recipe;
  uint64_t seed;
  int fold;
  size_t n_folds;
  GPtrArray *data;
  const TrpNode *model;
  TrpCases *cases;
  char *key;
  char *name;
  char *title;
  GPtrArray *uses;
  size_t n_cases;
  double flop;
  bool is_done;
  bool is_left; /* it failed, or hangs on work that did */
};

/* An evaluation that an arm asks for. */
typedef struct
{
  const TrpExperimentArm *arm;
  uint64_t seed;
  const TrpNode *node;
} TrpPlanResult;

/**
 * TrpExperimentPlan:
 * @root: (nullable): the experiment's folder, absolute
 * @nodes: (element-type TrpNode): inputs before what needs them
 * @results: of TrpPlanResult, in the order of arms and seeds
 */
struct _TrpExperimentPlan
{
  const TrpExperiment *experiment;
  const TrpExperimentOptions *options;
  char *root;
  TrpFileHashes *hashes;
  GPtrArray *nodes;
  GHashTable *by_key;
  GArray *results;
  GArray *seeds;
};

const char *trp_node_get_text (const TrpNode *node, const char *key);
/* Of a WHOLE key. */
size_t trp_node_get_whole (const TrpNode *node, const char *key);
bool trp_node_get_bool (const TrpNode *node, const char *key);
/* The one input of kinds that have a single list. */
const TrpNodeInput *trp_node_get_input (const TrpNode *node, size_t index);
/* (transfer full) */
char *trp_plan_dup_folder (const TrpExperimentPlan *plan, const TrpNode *node);

G_END_DECLS
