/* onnx.h - a model's network as an ONNX file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The engine's own inference graph, operation by operation, weights inline: input "x" (batch, c, h,
 * w) in -1..1, output "y": images in -1..1, or a probability per label. Opset 13, float32, any
 * batch, one size. What the numbers mean (recipe, intensity mapping, labels) is in metadata_props.
 * Any thread.
 */

#pragma once

#include "core/method/model.h"

G_BEGIN_DECLS

#define TRP_ONNX_DEFAULT_SIZE 256

/**
 * TrpOnnxOptions:
 * @net, @raw: as in TrpExportOptions
 * @width, @height: 0: TRP_ONNX_DEFAULT_SIZE
 */
typedef struct
{
  const char *net;
  bool raw;
  int width, height;
} TrpOnnxOptions;

/* Errors: TRP_ERROR_GEOMETRY for a size that the network does not take, TRP_ERROR_UNSUPPORTED,
 * TRP_ERROR_LIMIT beyond ONNX's 2 GB, TRP_ERROR_IO. */
bool trp_model_export_onnx (const TrpModel *model,
                            const TrpOnnxOptions *options,
                            const char *path,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
