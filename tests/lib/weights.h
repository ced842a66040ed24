/* weights.h - a generator and a U-Net as another program saves them, made up, for tests to change
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What cannot be done fails the test.
 */

#pragma once

#include "core/method/import.h"
#include "core/method/model.h"

G_BEGIN_DECLS

/* A tensor; @size: of @bytes. */
typedef struct
{
  char *name;
  TrpDtype dtype;
  size_t n_dims, shape[4], size;
  uint8_t *bytes;
} TrpWeight;

/* @entries: (element-type TrpWeight) */
typedef struct
{
  GPtrArray *entries;
} TrpWeights;

/* A CycleGAN generator with one block, two filters and @n_in channels; @prefix: of its names. */
TrpWeights trp_weights_new_generator (const char *prefix, size_t n_in);
/* A U-Net of two levels with two filters and batch norm under our own names. */
TrpWeights trp_weights_new_unet (size_t n_out);
void trp_weights_clear (TrpWeights *self);

/* Float32 around @offset, by the name; @shape: of up to four axes, ended by 0. */
void trp_weights_add (TrpWeights *self, const char *name, const size_t *shape, float offset);
/* NAME.weight and NAME.bias of a convolution. */
void trp_weights_add_layer (
  TrpWeights *self, const char *name, size_t out, size_t in, size_t kernel, bool transposed);
/* Must be there; owned by @self. */
TrpWeight *trp_weights_find (TrpWeights *self, const char *name);

/* As safetensors; @format: (nullable): in the metadata. */
GBytes *trp_weights_write (const TrpWeights *self, const char *format);
/* trp_model_import() of @bytes, and the model that it wrote; NULL with @error, then there is no
 * file. */
TrpModel *trp_weights_import (GBytes *bytes, const TrpImportOptions *options, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpWeights, trp_weights_clear)

G_END_DECLS
