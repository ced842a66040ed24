/* import.h - a network that another program trained, as a model of this one
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes safetensors with PyTorch's names: generators of CycleGAN's reference implementation, U-Nets
 * under our names or one of those in exchange-names.h. What the tensors say (blocks, filters,
 * levels, channels, norm) is read off their shapes; what they cannot say (intensities, spacing,
 * labels) comes from the options or is a default. Any thread.
 */

#pragma once

#include "core/io/safetensors.h"
#include "core/method/recipe.h"

G_BEGIN_DECLS

/**
 * TrpImportOptions:
 * @name: of the model, for its recipe
 * @arch: "resnet-9" (any number of blocks), "unet" or "res-unet-2.5d"
 * @net: (nullable): "G_A" or "G_B" for a file of one generator that does not say which it is; G_A
 * @input, @output: (nullable): image values to -1..1 and back. Without: MR by the recipe's
 * percentiles and to 0..1000; CT -1000..1000 HU for generators, the recipe's window for contours
 * @settings: (nullable): further settings of the recipe, "KEY=VALUE"
 */
typedef struct
{
  const char *name;
  const char *arch;
  const char *net;
  const TrpCurve *input, *output;
  const char *const *settings;
} TrpImportOptions;

/**
 * trp_model_import:
 * @path: the inference file to write
 *
 * A recipe in the file's metadata (trp_model_export() leaves one there) is the base of the new one.
 * Every tensor must have its place and every place its tensor, but for statistics of a
 * generator's instance norms and biases that a norm takes up again.
 *
 * Errors: TRP_ERROR_FORMAT naming the tensor that is missing, left over, of another shape or holds
 * what is no weight; TRP_ERROR_UNSUPPORTED for another architecture; TRP_ERROR_IO.
 */
bool trp_model_import (const TrpSafetensors *file,
                       const TrpImportOptions *options,
                       const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
