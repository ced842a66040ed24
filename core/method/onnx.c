/* onnx.c - see onnx.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One small function per kind of operation, in a table. The engine's axes are n, h, w, c and ONNX's
 * n, c, h, w; weights already stand in files as ONNX wants them. Where one operation of ours is
 * several of ONNX's, the last of them makes the value.
 */

#include "core/method/onnx.h"

#include "config.h"
#include "core/io/atomic-write.h"
#include "core/method/infer.h"
#include "core/method/model-network.h"
#include "core/method/onnx-proto.h"

#include <string.h>

#define CHANNEL_AXIS 1

typedef struct
{
  const TrpModelNetwork *network;
  GByteArray *message; /* GraphProto */
  char **names;        /* by TrpValue */
  int n_helpers;
} Writer;

static const char *
input_name (const Writer *self, const TrpOp *op, int index)
{
  return self->names[op->inputs[index]];
}

/* A name for what stands between; free it. */
static char *
new_name (Writer *self)
{
  return g_strdup_printf ("h%d", self->n_helpers++);
}

static void
add_node (Writer *self,
          const char *type,
          const char *const *inputs,
          const char *output,
          const TrpOnnxAttribute *attributes)
{
  trp_protobuf_add_message (self->message, TRP_ONNX_GRAPH_NODE,
                            trp_onnx_node (type, inputs, output, attributes));
}

#define INPUTS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ATTRIBUTES(...) ((const TrpOnnxAttribute[]){ __VA_ARGS__, { NULL } })

static char *
add_ints (Writer *self, const int64_t *values, size_t n)
{
  char *name = new_name (self);

  trp_protobuf_add_message (self->message, TRP_ONNX_GRAPH_INITIALIZER,
                            trp_onnx_ints (name, values, n));
  return name;
}

static char *
add_floats (Writer *self, const float *values, size_t n)
{
  char *name = new_name (self);

  trp_protobuf_add_message (self->message, TRP_ONNX_GRAPH_INITIALIZER,
                            trp_onnx_floats (name, &n, 1, values));
  return name;
}

static char *
add_constant (Writer *self, float value, size_t n)
{
  g_autofree float *values = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    values[i] = value;
  return add_floats (self, values, n);
}

/* --- steps that several operations share: each goes from @from to @to --- */

static void
write_activation (Writer *self, const TrpOpAttributes *a, const char *from, const char *to)
{
  static const char *const types[] = {
    [TRP_ACTIVATION_NONE] = "Identity",        [TRP_ACTIVATION_RELU] = "Relu",
    [TRP_ACTIVATION_LEAKY_RELU] = "LeakyRelu", [TRP_ACTIVATION_TANH] = "Tanh",
    [TRP_ACTIVATION_SIGMOID] = "Sigmoid",
  };

  add_node (self, types[a->activation], INPUTS (from), to,
            a->activation == TRP_ACTIVATION_LEAKY_RELU
              ? ATTRIBUTES ({ .name = "alpha", .number = a->alpha })
              : NULL);
}

static void
write_pad (Writer *self, const TrpOpAttributes *a, const char *from, const char *to)
{
  static const char *const modes[] = {
    [TRP_PAD_ZERO] = "constant", [TRP_PAD_REFLECT] = "reflect", [TRP_PAD_REPLICATE] = "edge"
  };
  const int64_t pads[] = { 0, 0, a->pad_top, a->pad_left, 0, 0, a->pad_bottom, a->pad_right };
  g_autofree char *amounts = add_ints (self, pads, G_N_ELEMENTS (pads));

  add_node (self, "Pad", INPUTS (from, amounts), to,
            ATTRIBUTES ({ .name = "mode", .text = modes[a->mode] }));
}

/* --- one function per kind --- */

static void
write_conv (Writer *self, const TrpOp *op)
{
  const TrpOpAttributes *a = &op->attributes;
  const TrpShape filter = trp_graph_get_shape (self->network->graph, op->inputs[1]);
  const TrpOnnxAttribute attributes[] = {
    { .name = "kernel_shape", .n = 2, .ints = { filter.h, filter.w } },
    { .name = "strides", .n = 2, .ints = { a->stride, a->stride } },
    { .name = "pads", .n = 4, .ints = { a->pad_top, a->pad_left, a->pad_bottom, a->pad_right } },
    { NULL },
  };

  add_node (self, "Conv",
            INPUTS (input_name (self, op, 0), input_name (self, op, 1),
                    op->n_inputs > 2 ? input_name (self, op, 2) : NULL),
            self->names[op->outputs[0]], attributes);
}

/* What is cut off less at the end is PyTorch's output padding. */
static void
write_conv_transpose (Writer *self, const TrpOp *op)
{
  const TrpOpAttributes *a = &op->attributes;
  const TrpShape filter = trp_graph_get_shape (self->network->graph, op->inputs[1]);
  const TrpOnnxAttribute attributes[] = {
    { .name = "kernel_shape", .n = 2, .ints = { filter.h, filter.w } },
    { .name = "strides", .n = 2, .ints = { a->stride, a->stride } },
    { .name = "pads", .n = 4, .ints = { a->pad_top, a->pad_left, a->pad_top, a->pad_left } },
    { .name = "output_padding",
      .n = 2,
      .ints = { a->pad_top - a->pad_bottom, a->pad_left - a->pad_right } },
    { NULL },
  };

  add_node (self, "ConvTranspose",
            INPUTS (input_name (self, op, 0), input_name (self, op, 1),
                    op->n_inputs > 2 ? input_name (self, op, 2) : NULL),
            self->names[op->outputs[0]], attributes);
}

static void
write_pad_op (Writer *self, const TrpOp *op)
{
  write_pad (self, &op->attributes, input_name (self, op, 0), self->names[op->outputs[0]]);
}

/* y = activation (norm (x)) + residual, and y once more with a border */
static void
write_instance_norm (Writer *self, const TrpOp *op)
{
  const TrpOpAttributes *a = &op->attributes;
  const size_t n = (size_t) trp_graph_get_shape (self->network->graph, op->inputs[0]).c;
  const bool activates = a->activation != TRP_ACTIVATION_NONE, adds = op->n_inputs > 1;
  const char *y = self->names[op->outputs[0]];
  g_autofree char *scale = add_constant (self, 1, n), *shift = add_constant (self, 0, n);
  g_autofree char *norm = new_name (self), *active = new_name (self);
  const char *normed = activates || adds ? norm : y, *activated = adds ? active : y;

  add_node (self, "InstanceNormalization", INPUTS (input_name (self, op, 0), scale, shift), normed,
            ATTRIBUTES ({ .name = "epsilon", .number = a->eps }));
  if (activates)
    write_activation (self, a, normed, activated);
  if (adds)
    add_node (self, "Add", INPUTS (activates ? activated : normed, input_name (self, op, 1)), y,
              NULL);
  if (op->n_outputs > 3)
    write_pad (self, a, y, self->names[op->outputs[3]]);
}

static void
write_batch_norm (Writer *self, const TrpOp *op)
{
  const TrpOpAttributes *a = &op->attributes;
  const bool activates = a->activation != TRP_ACTIVATION_NONE;
  const char *y = self->names[op->outputs[0]];
  g_autofree char *norm = new_name (self);

  add_node (self, "BatchNormalization",
            INPUTS (input_name (self, op, 0), input_name (self, op, 1), input_name (self, op, 2),
                    input_name (self, op, 3), input_name (self, op, 4)),
            activates ? norm : y, ATTRIBUTES ({ .name = "epsilon", .number = a->eps }));
  if (activates)
    write_activation (self, a, norm, y);
}

static void
write_activation_op (Writer *self, const TrpOp *op)
{
  write_activation (self, &op->attributes, input_name (self, op, 0), self->names[op->outputs[0]]);
}

static void
write_add (Writer *self, const TrpOp *op)
{
  add_node (self, "Add", INPUTS (input_name (self, op, 0), input_name (self, op, 1)),
            self->names[op->outputs[0]], NULL);
}

static void
write_scale (Writer *self, const TrpOp *op)
{
  g_autofree char *factor = add_constant (self, (float) op->attributes.alpha, 1);

  add_node (self, "Mul", INPUTS (input_name (self, op, 0), factor), self->names[op->outputs[0]],
            NULL);
}

static void
write_concat (Writer *self, const TrpOp *op)
{
  g_autofree const char **inputs = g_new0 (const char *, (size_t) op->n_inputs + 1);

  for (int n = 0; n < op->n_inputs; n++)
    inputs[n] = input_name (self, op, n);
  add_node (self, "Concat", inputs, self->names[op->outputs[0]],
            ATTRIBUTES ({ .name = "axis", .is_int = true, .ints = { CHANNEL_AXIS } }));
}

static void
write_slice (Writer *self, const TrpOp *op)
{
  const int64_t first = op->attributes.offset, end = first + op->attributes.shape.c;
  const int64_t axis = CHANNEL_AXIS;
  g_autofree char *starts = add_ints (self, &first, 1), *ends = add_ints (self, &end, 1);
  g_autofree char *axes = add_ints (self, &axis, 1);

  add_node (self, "Slice", INPUTS (input_name (self, op, 0), starts, ends, axes),
            self->names[op->outputs[0]], NULL);
}

static void
write_max_pool (Writer *self, const TrpOp *op)
{
  add_node (self, "MaxPool", INPUTS (input_name (self, op, 0)), self->names[op->outputs[0]],
            ATTRIBUTES ({ .name = "kernel_shape", .n = 2, .ints = { 2, 2 } },
                        { .name = "strides", .n = 2, .ints = { 2, 2 } }));
}

static void
write_upsample (Writer *self, const TrpOp *op)
{
  const float factors[] = { 1, 1, 2, 2 };
  g_autofree char *scales = add_floats (self, factors, G_N_ELEMENTS (factors));

  add_node (self, "Resize", INPUTS (input_name (self, op, 0), "", scales),
            self->names[op->outputs[0]],
            ATTRIBUTES ({ .name = "mode", .text = "nearest" },
                        { .name = "coordinate_transformation_mode", .text = "asymmetric" },
                        { .name = "nearest_mode", .text = "floor" }));
}

/* The corners keep their values. */
static void
write_upsample_bilinear (Writer *self, const TrpOp *op)
{
  const float factors[] = { 1, 1, 2, 2 };
  g_autofree char *scales = add_floats (self, factors, G_N_ELEMENTS (factors));

  add_node (self, "Resize", INPUTS (input_name (self, op, 0), "", scales),
            self->names[op->outputs[0]],
            ATTRIBUTES ({ .name = "mode", .text = "linear" },
                        { .name = "coordinate_transformation_mode", .text = "align_corners" }));
}

static void (*const writers[TRP_N_OPS]) (Writer *self, const TrpOp *op) = {
  [TRP_OP_conv] = write_conv,
  [TRP_OP_conv_transpose] = write_conv_transpose,
  [TRP_OP_pad] = write_pad_op,
  [TRP_OP_instance_norm] = write_instance_norm,
  [TRP_OP_batch_norm_infer] = write_batch_norm,
  [TRP_OP_activation] = write_activation_op,
  [TRP_OP_add] = write_add,
  [TRP_OP_scale] = write_scale,
  [TRP_OP_concat] = write_concat,
  [TRP_OP_slice] = write_slice,
  [TRP_OP_max_pool] = write_max_pool,
  [TRP_OP_upsample] = write_upsample,
  [TRP_OP_upsample_bilinear] = write_upsample_bilinear,
};

/* --- the graph --- */

/* Weights have PyTorch's names, all else numbers. */
static char **
name_values (const TrpModelNetwork *network)
{
  const int n = trp_graph_get_n_values (network->graph);
  char **names = g_new0 (char *, (size_t) n + 1);

  for (int value = 0; value < n; value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (network->graph, value);
      const bool is_weight = info->tensor.kind == TRP_VALUE_PARAMETER ||
                             info->tensor.kind == TRP_VALUE_STATE;

      if (is_weight)
        names[value] = g_strdup (info->name + strlen (network->net) + 1);
      else
        names[value] = info->name ? g_strdup (info->name) : g_strdup_printf ("v%d", value);
    }
  g_free (names[trp_graph_find (network->graph, "y")]);
  names[trp_graph_find (network->graph, "y")] = g_strdup ("y");
  return names;
}

static bool *
find_used (const TrpGraph *graph)
{
  bool *used = g_new0 (bool, (size_t) trp_graph_get_n_values (graph));

  for (int n = 0; n < trp_graph_get_n_ops (graph); n++)
    {
      const TrpOp *op = trp_graph_peek_op (graph, n);

      for (int i = 0; i < op->n_inputs; i++)
        used[op->inputs[i]] = true;
    }
  return used;
}

/* Biases that a norm takes up again are nobody's input and stay out. */
static bool
write_weights (Writer *self, GError **error)
{
  const TrpGraph *graph = self->network->graph;
  g_autofree bool *used = find_used (graph);
  size_t bytes = 0;

  for (int value = 0; value < trp_graph_get_n_values (graph); value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, value);
      const TrpFileShape shape = trp_axes_file_shape (info->axes, info->tensor.shape);
      g_autoptr (GError) failure = NULL;
      g_autofree float *values = used[value]
                                   ? trp_model_network_dup_weights (self->network, value, &failure)
                                   : NULL;

      if (failure)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return false;
        }
      if (!values)
        continue;
      bytes += trp_shape_count (info->tensor.shape) * sizeof *values;
      if (bytes > (size_t) G_MAXINT32 - (1 << 24))
        {
          g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                               "The network's weights exceed the 2 GB of an ONNX file");
          return false;
        }
      trp_protobuf_add_message (
        self->message, TRP_ONNX_GRAPH_INITIALIZER,
        trp_onnx_floats (self->names[value], shape.axes, (size_t) shape.n_axes, values));
    }
  return true;
}

static bool
write_nodes (Writer *self, GError **error)
{
  for (int n = 0; n < trp_graph_get_n_ops (self->network->graph); n++)
    {
      const TrpOp *op = trp_graph_peek_op (self->network->graph, n);

      if (!writers[op->kind])
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "The network's operation %s cannot be written as ONNX",
                       trp_op_class (op->kind)->name);
          return false;
        }
      writers[op->kind](self, op);
    }
  return true;
}

static void
write_image (Writer *self, unsigned field, const char *name)
{
  const TrpShape s = trp_graph_get_shape (self->network->graph,
                                          trp_graph_find (self->network->graph, name));

  trp_protobuf_add_message (self->message, field, trp_onnx_image (name, s.c, s.h, s.w));
}

/* (transfer full) */
static GByteArray *
make_graph (const TrpModelNetwork *network, const char *name, GError **error)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_auto (GStrv) names = name_values (network);
  Writer self = { network, message, names, 0 };

  trp_protobuf_add_string (message, TRP_ONNX_GRAPH_NAME, name);
  write_image (&self, TRP_ONNX_GRAPH_INPUT, "x");
  write_image (&self, TRP_ONNX_GRAPH_OUTPUT, "y");
  return write_nodes (&self, error) && write_weights (&self, error) ? g_steal_pointer (&message)
                                                                    : NULL;
}

static char *
mapping_text (const TrpIntensity *intensity)
{
  g_autoptr (JsonNode) node = trp_intensity_to_json (intensity);

  return json_to_string (node, FALSE);
}

static void
add_metadata (GByteArray *message, const TrpModel *model, const char *net)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const bool is_segmenter = trp_recipe_makes_contours (recipe);
  const bool from_mr = trp_recipe_takes_mr (recipe, strcmp (net, "G_B") == 0);
  g_autofree char *text = trp_recipe_to_text (recipe);
  g_autofree char *input = mapping_text (from_mr ? &recipe->mr : &recipe->ct);
  g_autofree char *output = mapping_text (from_mr ? &recipe->ct : &recipe->mr);
  const struct
  {
    const char *key, *value;
  } all[] = {
    { "net", net },
    { "recipe", text },
    { "input_mapping", input },
    { "output_mapping", is_segmenter ? "{\"kind\": \"probabilities\"}" : output },
    { "labels", trp_safetensors_peek_metadata (trp_model_peek_file (model), "labels") },
    { "model_sha256", trp_model_get_hash (model) },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (all); n++)
    if (all[n].value)
      trp_protobuf_add_message (message, TRP_ONNX_MODEL_METADATA,
                                trp_onnx_metadata (all[n].key, all[n].value));
}

/* Others would come out larger than they went in. */
static bool
check_size (const TrpRecipe *recipe, int width, int height, GError **error)
{
  const int multiple = (int) trp_recipe_get_multiple (recipe);

  if (width % multiple == 0 && height % multiple == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
               "The network takes images whose sides are multiples of %d pixels, not %d x %d",
               multiple, width, height);
  return false;
}

bool
trp_model_export_onnx (const TrpModel *model,
                       const TrpOnnxOptions *options,
                       const char *path,
                       GError **error)
{
  const int width = options->width > 0 ? options->width : TRP_ONNX_DEFAULT_SIZE;
  const int height = options->height > 0 ? options->height : TRP_ONNX_DEFAULT_SIZE;
  g_auto (TrpModelNetwork) network = { 0 };
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *graph;

  if (!check_size (trp_model_get_recipe (model), width, height, error) ||
      !trp_model_network_init (&network, model, options->net, options->raw, height, width, error))
    return false;
  graph = make_graph (&network, trp_model_get_name (model), error);
  if (!graph)
    return false;
  trp_protobuf_add_varint (message, TRP_ONNX_MODEL_IR_VERSION, TRP_ONNX_IR_VERSION);
  trp_protobuf_add_string (message, TRP_ONNX_MODEL_PRODUCER_NAME, "triptych");
  trp_protobuf_add_string (message, TRP_ONNX_MODEL_PRODUCER_VERSION, TRP_VERSION);
  trp_protobuf_add_message (message, TRP_ONNX_MODEL_GRAPH, graph);
  trp_protobuf_add_message (message, TRP_ONNX_MODEL_OPSET_IMPORT, trp_onnx_opset ());
  add_metadata (message, model, network.net);
  return trp_write_file (path, message->data, message->len, error);
}
