/* onnx-proto.h - the messages of an ONNX file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only those that a graph of float tensors needs. Everything returned is (transfer full) and goes
 * into trp_protobuf_add_message(). Source: onnx/onnx, onnx/onnx.proto (field numbers). Any thread.
 */

#pragma once

#include "core/io/protobuf.h"

G_BEGIN_DECLS

#define TRP_ONNX_IR_VERSION 7 /* the first with opset 13 is 7 */
#define TRP_ONNX_OPSET 13

/* Fields of ModelProto and GraphProto. */
enum
{
  TRP_ONNX_MODEL_IR_VERSION = 1,
  TRP_ONNX_MODEL_PRODUCER_NAME = 2,
  TRP_ONNX_MODEL_PRODUCER_VERSION = 3,
  TRP_ONNX_MODEL_GRAPH = 7,
  TRP_ONNX_MODEL_OPSET_IMPORT = 8,
  TRP_ONNX_MODEL_METADATA = 14,
  TRP_ONNX_GRAPH_NODE = 1,
  TRP_ONNX_GRAPH_NAME = 2,
  TRP_ONNX_GRAPH_INITIALIZER = 5,
  TRP_ONNX_GRAPH_INPUT = 11,
  TRP_ONNX_GRAPH_OUTPUT = 12,
};

/* TrpOnnxAttribute: the member set says which it is; @n: of @ints */
typedef struct
{
  const char *name;
  const char *text;
  int n;
  int64_t ints[4];
  double number; /* without the others */
  bool is_int;   /* ints[0] alone, not a list */
} TrpOnnxAttribute;

/* @inputs: NULL-terminated, "" for one left out; @attributes: ended by one without a name */
GByteArray *trp_onnx_node (const char *type,
                           const char *const *inputs,
                           const char *output,
                           const TrpOnnxAttribute *attributes);
GByteArray *
trp_onnx_floats (const char *name, const size_t *axes, size_t n_axes, const float *values);
GByteArray *trp_onnx_ints (const char *name, const int64_t *values, size_t n);
/* Float images (batch, c, h, w), of any batch. */
GByteArray *trp_onnx_image (const char *name, int c, int h, int w);
GByteArray *trp_onnx_opset (void);
GByteArray *trp_onnx_metadata (const char *key, const char *value);

G_END_DECLS
