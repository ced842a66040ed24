/* export.h - a model's network for PyTorch: safetensors under plain names
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * load_state_dict() of the class that the naming stands for takes them as they are. The recipe goes
 * along in the metadata, so that trp_model_import() makes the same model again. Any thread.
 */

#pragma once

#include "core/method/model.h"

G_BEGIN_DECLS

/**
 * TrpExportOptions:
 * @net: (nullable): "G_A", "G_B" or "net"; the only or the first one
 * @names: (nullable): one of exchange-names.h; our own
 * @raw: the weights of the last step instead of their averages
 */
typedef struct
{
  const char *net;
  const char *names;
  bool raw;
} TrpExportOptions;

/* Errors: TRP_ERROR_UNSUPPORTED for a network that is not there, or that the naming cannot hold;
 * TRP_ERROR_IO. */
bool trp_model_export (const TrpModel *model,
                       const TrpExportOptions *options,
                       const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
