/* settings.h - what a step's keys are for one arm
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/experiment/file.h"
#include "core/method/recipe.h"

G_BEGIN_DECLS

/* Defaults, the file's own, those of --small, then the arm's (and of the arms it begins with), with
 * what --small says of each. Keys of recipes are among them. (transfer full) Errors:
 * TRP_ERROR_FORMAT for a key that has to be given. */
GHashTable *trp_experiment_settings (const TrpExperiment *experiment,
                                     const TrpExperimentArm *arm,
                                     bool small,
                                     const TrpExperimentStep *step,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The recipe that @settings of a training name, with the settings in it, @seed and the experiment's
 * threads. */
TrpRecipe *trp_experiment_make_recipe (const TrpExperiment *experiment,
                                       GHashTable *settings,
                                       uint64_t seed,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of an arm, or of the one it begins with. */
const char *const *trp_experiment_arm_get_evaluations (const TrpExperiment *experiment,
                                                       const TrpExperimentArm *arm);

G_END_DECLS
