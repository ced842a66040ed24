/* exchange-names.h - how the files of other programs name the tensors of our networks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Constant tables; any thread. Our own names are PyTorch's already; a naming says where another
 * implementation's module of the same meaning stands. Names here lack the prefix of the network
 * ("G_A.", "net.").
 *
 * Sources: junyanz/pytorch-CycleGAN-and-pix2pix, models/networks.py; milesial/Pytorch-UNet,
 * unet/unet_parts.py; mateuszbuda/brain-segmentation-pytorch, unet.py.
 */

#pragma once

#include "core/method/recipe.h"

G_BEGIN_DECLS

/* TrpNormBias: whether convolutions before a norm have a bias in such files */
typedef enum
{
  TRP_NORM_BIAS_ALWAYS,
  TRP_NORM_BIAS_IF_USED, /* where it is not 0 */
  TRP_NORM_BIAS_NEVER,
} TrpNormBias;

typedef struct _TrpNamePattern TrpNamePattern;

/**
 * TrpNaming:
 * @name: for the command line
 * @anchor: a tensor that every such file has, the weight of the network's first convolution
 * @marker: (nullable): a tensor that only these of all files with this anchor have, "*" in place of
 * a number
 * @patterns: (nullable): what differs from our names, ended by an empty one
 * @upsampled_first: the way up joins (upsampled, passed on), ours (passed on, upsampled): the input
 * halves of the convolution behind are exchanged
 * @needs_batch_norm: knows no other norm
 * @has_background: of several outputs the first is the background
 */
typedef struct
{
  const char *name;
  TrpTrainerKind kind;
  const char *anchor;
  const char *marker;
  const TrpNamePattern *patterns;
  TrpNormBias norm_bias;
  bool upsampled_first;
  bool needs_batch_norm;
  bool has_background;
} TrpNaming;

const TrpNaming *trp_namings (size_t *out_n);
/* (nullable) @name: the plain one. Errors: TRP_ERROR_UNSUPPORTED naming those there are. */
const TrpNaming *trp_naming_find (const char *name, TrpTrainerKind kind, GError **error);

/* The file's name of our tensor @ours ("up.0.conv1.weight") in a network of @n_levels. */
char *trp_naming_translate (const TrpNaming *self, const char *ours, int n_levels);
/* Between the two orders of the halves, in place and either way, where @ours is a convolution that
 * they differ for. @axes: (out, in, h, w) */
void
trp_naming_reorder (const TrpNaming *self, const char *ours, const size_t axes[4], float *values);
/* A bias that the norm behind its convolution takes up: files may lack it. */
bool trp_name_is_norm_bias (TrpTrainerKind kind, const char *ours);

/* @pattern with "*" for any number; @out_number: (out) (optional): the last one, else -1 */
bool trp_name_matches (const char *pattern, const char *name, int *out_number);

G_END_DECLS
