/* image-pool.h - earlier made images that discriminators see again
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: A. Shrivastava et al., CVPR 2017.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/* What a discriminator is shown instead of @made: some of it, and some of what was kept in the
 * state
 * @name. @choices: input of one number per image, for trp_image_pool_feed(). @made itself where the
 * recipe has no pool. */
TrpValue trp_image_pool_add (
  TrpGraph *graph, const TrpRecipe *recipe, const char *name, TrpValue made, TrpValue choices);
/* Draws pool @which's (0 or 1) choices for the step about to be run. */
bool trp_image_pool_feed (TrpTrainer *trainer, int which, TrpValue choices, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
