/* infer.h - what running a model needs of it; the functions for users are in model.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/model.h"
#include "core/method/preprocess/frame.h"

G_BEGIN_DECLS

const TrpSafetensors *trp_model_peek_file (const TrpModel *self);

/* Whether the file has tensors of @net, such as "G_B". */
bool trp_model_has_network (const TrpModel *model, const char *net);

/* Fills a store that has a network's tensors: averages unless @raw asks for the last step's;
 * inference files have plain names only. */
bool trp_model_load_weights (const TrpModel *model, TrpStore *store, bool raw, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* The stack that a network of @recipe sees of a grid: for contours exactly the trained size about
 * the middle, for images the whole field of view, but no less than the trained size (norms depend
 * on what is in view). */
bool trp_infer_frame (TrpFrame *out_frame,
                      const TrpGeometry *geometry,
                      const TrpRecipe *recipe,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
