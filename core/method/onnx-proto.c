/* onnx-proto.c - see onnx-proto.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/onnx-proto.h"

enum
{
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_F = 2,
  ATTRIBUTE_I = 3,
  ATTRIBUTE_S = 4,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_TYPE = 20,
  TENSOR_DIMS = 1,
  TENSOR_DATA_TYPE = 2,
  TENSOR_NAME = 8,
  TENSOR_RAW_DATA = 9,
  VALUE_NAME = 1,
  VALUE_TYPE = 2,
  TYPE_TENSOR = 1,
  TENSOR_TYPE_ELEMENT = 1,
  TENSOR_TYPE_SHAPE = 2,
  SHAPE_DIM = 1,
  DIM_VALUE = 1,
  DIM_PARAM = 2,
  OPSET_DOMAIN = 1,
  OPSET_VERSION = 2,
  ENTRY_KEY = 1,
  ENTRY_VALUE = 2,
};

/* AttributeProto.AttributeType and TensorProto.DataType */
enum
{
  TYPE_FLOAT = 1,
  TYPE_INT = 2,
  TYPE_STRING = 3,
  TYPE_INTS = 7,
  DATA_FLOAT = 1,
  DATA_INT64 = 7,
};

static GByteArray *
make_attribute (const TrpOnnxAttribute *attribute)
{
  GByteArray *message = g_byte_array_new ();
  unsigned type = TYPE_FLOAT;

  trp_protobuf_add_string (message, ATTRIBUTE_NAME, attribute->name);
  if (attribute->text)
    {
      type = TYPE_STRING;
      trp_protobuf_add_string (message, ATTRIBUTE_S, attribute->text);
    }
  else if (attribute->is_int)
    {
      type = TYPE_INT;
      trp_protobuf_add_varint (message, ATTRIBUTE_I, (uint64_t) attribute->ints[0]);
    }
  else if (attribute->n > 0)
    {
      type = TYPE_INTS;
      for (int i = 0; i < attribute->n; i++)
        trp_protobuf_add_varint (message, ATTRIBUTE_INTS, (uint64_t) attribute->ints[i]);
    }
  else
    trp_protobuf_add_float (message, ATTRIBUTE_F, (float) attribute->number);
  trp_protobuf_add_varint (message, ATTRIBUTE_TYPE, type);
  return message;
}

GByteArray *
trp_onnx_node (const char *type,
               const char *const *inputs,
               const char *output,
               const TrpOnnxAttribute *attributes)
{
  GByteArray *message = g_byte_array_new ();

  for (size_t n = 0; inputs[n]; n++)
    trp_protobuf_add_string (message, NODE_INPUT, inputs[n]);
  trp_protobuf_add_string (message, NODE_OUTPUT, output);
  trp_protobuf_add_string (message, NODE_NAME, output);
  trp_protobuf_add_string (message, NODE_OP_TYPE, type);
  for (; attributes && attributes->name; attributes++)
    trp_protobuf_add_message (message, NODE_ATTRIBUTE, make_attribute (attributes));
  return message;
}

static GByteArray *
make_tensor (const char *name,
             unsigned type,
             const size_t *axes,
             size_t n_axes,
             const void *values,
             size_t element)
{
  GByteArray *message = g_byte_array_new ();
  size_t size = element;

  for (size_t n = 0; n < n_axes; n++)
    {
      trp_protobuf_add_varint (message, TENSOR_DIMS, axes[n]);
      size *= axes[n];
    }
  trp_protobuf_add_varint (message, TENSOR_DATA_TYPE, type);
  trp_protobuf_add_string (message, TENSOR_NAME, name);
  trp_protobuf_add_bytes (message, TENSOR_RAW_DATA, values, size);
  return message;
}

GByteArray *
trp_onnx_floats (const char *name, const size_t *axes, size_t n_axes, const float *values)
{
  return make_tensor (name, DATA_FLOAT, axes, n_axes, values, sizeof *values);
}

GByteArray *
trp_onnx_ints (const char *name, const int64_t *values, size_t n)
{
  return make_tensor (name, DATA_INT64, &n, 1, values, sizeof *values);
}

static void
add_dim (GByteArray *shape, int value)
{
  GByteArray *dim = g_byte_array_new ();

  if (value > 0)
    trp_protobuf_add_varint (dim, DIM_VALUE, (uint64_t) value);
  else
    trp_protobuf_add_string (dim, DIM_PARAM, "batch");
  trp_protobuf_add_message (shape, SHAPE_DIM, dim);
}

GByteArray *
trp_onnx_image (const char *name, int c, int h, int w)
{
  const int dims[] = { 0, c, h, w };
  GByteArray *message = g_byte_array_new (), *type = g_byte_array_new ();
  GByteArray *tensor = g_byte_array_new (), *shape = g_byte_array_new ();

  for (size_t n = 0; n < G_N_ELEMENTS (dims); n++)
    add_dim (shape, dims[n]);
  trp_protobuf_add_varint (tensor, TENSOR_TYPE_ELEMENT, DATA_FLOAT);
  trp_protobuf_add_message (tensor, TENSOR_TYPE_SHAPE, shape);
  trp_protobuf_add_message (type, TYPE_TENSOR, tensor);
  trp_protobuf_add_string (message, VALUE_NAME, name);
  trp_protobuf_add_message (message, VALUE_TYPE, type);
  return message;
}

GByteArray *
trp_onnx_opset (void)
{
  GByteArray *message = g_byte_array_new ();

  trp_protobuf_add_string (message, OPSET_DOMAIN, "");
  trp_protobuf_add_varint (message, OPSET_VERSION, TRP_ONNX_OPSET);
  return message;
}

GByteArray *
trp_onnx_metadata (const char *key, const char *value)
{
  GByteArray *message = g_byte_array_new ();

  trp_protobuf_add_string (message, ENTRY_KEY, key);
  trp_protobuf_add_string (message, ENTRY_VALUE, value);
  return message;
}
