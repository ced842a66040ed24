/* checkpoint.c - see checkpoint.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/checkpoint.h"

#include "config.h"
#include "core/base/json.h"
#include "core/io/safetensors-writer.h"
#include "core/nn/optimizer.h"

#include <math.h>
#include <string.h>

void
trp_model_label_free (TrpModelLabel *label)
{
  if (!label)
    return;
  g_free (label->name);
  g_free (label);
}

/* One tensor on its way to the file. */
typedef struct
{
  TrpStore *store;
  const TrpStored *stored;
} Source;

static bool
fill (void *out_bytes, size_t size, void *data, GError **error)
{
  const Source *source = data;

  g_assert (size == trp_shape_count (source->stored->tensor.shape) * sizeof (float));
  return trp_store_get_file (source->store, source->stored, out_bytes, error);
}

static void
add_tensor (TrpSafetensorsWriter *writer,
            GPtrArray *sources,
            TrpStore *store,
            const char *name,
            const TrpStored *stored)
{
  const TrpFileShape shape = trp_axes_file_shape (stored->axes, stored->tensor.shape);
  Source *source = g_new (Source, 1);

  *source = (Source){ store, stored };
  g_ptr_array_add (sources, source);
  trp_safetensors_writer_add_fill (writer, name, TRP_DTYPE_F32, (size_t) shape.n_axes, shape.axes,
                                   fill, source);
}

static char *
labels_to_json (GPtrArray *labels)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;

  json_builder_begin_array (builder);
  for (guint n = 0; n < labels->len; n++)
    {
      const TrpModelLabel *label = labels->pdata[n];
      const int channels[3] = { label->color.red, label->color.green, label->color.blue };

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "value");
      json_builder_add_int_value (builder, label->value);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, label->name);
      json_builder_set_member_name (builder, "color");
      json_builder_begin_array (builder);
      for (int c = 0; c < 3; c++)
        json_builder_add_int_value (builder, channels[c]);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}

static void
set_texts (TrpSafetensorsWriter *writer, const TrpCheckpointTexts *texts)
{
  const struct
  {
    const char *key, *value;
  } all[] = {
    { "format", TRP_CHECKPOINT_FORMAT }, { "program", "triptych " TRP_VERSION },
    { "recipe", texts->recipe },         { "state", texts->state },
    { "split", texts->split },           { "history", texts->history },
    { "validation", texts->validation }, { "best", texts->best },
    { "parent", texts->parent },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (all); n++)
    if (all[n].value)
      trp_safetensors_writer_set_metadata (writer, all[n].key, all[n].value);
  if (texts->labels)
    {
      g_autofree char *json = labels_to_json (texts->labels);

      trp_safetensors_writer_set_metadata (writer, "labels", json);
    }
}

bool
trp_checkpoint_save (TrpStore *store,
                     const TrpCheckpointTexts *texts,
                     const char *path,
                     GError **error)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_free);

  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      const TrpStored *stored = trp_store_peek (store, n);

      add_tensor (writer, sources, store, stored->name, stored);
    }
  set_texts (writer, texts);
  return trp_safetensors_writer_save (writer, path, error);
}

static bool
has_prefix (const char *name, const char *const *prefixes)
{
  for (size_t n = 0; prefixes[n]; n++)
    if (g_str_has_prefix (name, prefixes[n]))
      return true;
  return false;
}

bool
trp_checkpoint_save_model (TrpStore *store,
                           const char *const *prefixes,
                           const TrpCheckpointTexts *texts,
                           const char *path,
                           GError **error)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_free);
  TrpCheckpointTexts lasting = *texts;

  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      const TrpStored *stored = trp_store_peek (store, n);
      g_autofree char *average = g_strconcat ("ema.", stored->name, NULL);
      const TrpStored *averaged = trp_store_find (store, average);

      if (has_prefix (stored->name, prefixes))
        add_tensor (writer, sources, store, stored->name, averaged ? averaged : stored);
    }
  lasting.state = NULL;
  set_texts (writer, &lasting);
  return trp_safetensors_writer_save (writer, path, error);
}

/* Norms and activations may turn a NAN into numbers again, so results would not show it. */
static bool
check_numbers (const float *values, size_t n, const char *name, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (values[i]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "Tensor \"%s\" holds %g, which is no weight", name, (double) values[i]);
        return false;
      }
  return true;
}

static bool
restore_one (
  TrpStore *store, TrpStored *stored, const TrpSafetensors *file, const char *name, GError **error)
{
  const TrpFileShape shape = trp_axes_file_shape (stored->axes, stored->tensor.shape);
  g_autofree float *values = g_try_new (float, trp_shape_count (stored->tensor.shape));

  if (!values)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                           "There is not enough memory for the weights");
      return false;
    }
  return trp_safetensors_read_f32 (file, name, (size_t) shape.n_axes, shape.axes, values, error) &&
         check_numbers (values, trp_shape_count (stored->tensor.shape), name, error) &&
         trp_store_set_file (store, stored, values, error);
}

/* Scales of the loss that an earlier device did not need keep what they have. */
static bool
is_new_scale (const TrpStored *stored, const TrpSafetensors *file)
{
  return (g_str_has_suffix (stored->name, TRP_LOSS_SCALE_SUFFIX) ||
          g_str_has_suffix (stored->name, TRP_GOOD_STEPS_SUFFIX)) &&
         !trp_safetensors_find (file, stored->name);
}

bool
trp_checkpoint_restore (TrpStore *store,
                        const TrpSafetensors *file,
                        const char *prefix,
                        GError **error)
{
  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      TrpStored *stored = trp_store_peek (store, n);
      g_autofree char *prefixed = g_strconcat (prefix ? prefix : "", stored->name, NULL);
      /* running statistics are averages already and have no second one */
      const bool is_plain = stored->tensor.kind != TRP_VALUE_PARAMETER &&
                            !trp_safetensors_find (file, prefixed);

      if (is_new_scale (stored, file))
        continue;
      if (!restore_one (store, stored, file, is_plain ? stored->name : prefixed, error))
        return false;
    }
  return true;
}

bool
trp_checkpoint_has_tensor (const TrpSafetensors *file,
                           const char *name,
                           TrpAxes axes,
                           TrpShape shape)
{
  const TrpFileShape wanted = trp_axes_file_shape (axes, shape);
  const TrpTensorView *view = trp_safetensors_find (file, name);

  return view && view->n_dims == (size_t) wanted.n_axes &&
         memcmp (view->shape, wanted.axes, view->n_dims * sizeof *view->shape) == 0;
}

static bool
is_of_part (const TrpStored *stored, TrpCheckpointPart part)
{
  const char *name = stored->name;

  if (g_str_has_suffix (name, TRP_LOSS_SCALE_SUFFIX) ||
      g_str_has_suffix (name, TRP_GOOD_STEPS_SUFFIX) || g_str_has_prefix (name, "pool."))
    return false;
  if (g_str_has_prefix (name, "ema."))
    return part == TRP_CHECKPOINT_AVERAGES;
  return part ==
         (g_str_has_prefix (name, "opt.") ? TRP_CHECKPOINT_MOMENTS : TRP_CHECKPOINT_WEIGHTS);
}

bool
trp_checkpoint_has_part (TrpStore *store, const TrpSafetensors *file, TrpCheckpointPart part)
{
  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      const TrpStored *stored = trp_store_peek (store, n);

      if (is_of_part (stored, part) &&
          !trp_checkpoint_has_tensor (file, stored->name, stored->axes, stored->tensor.shape))
        return false;
    }
  return true;
}

bool
trp_checkpoint_restore_part (TrpStore *store,
                             const TrpSafetensors *file,
                             TrpCheckpointPart part,
                             GError **error)
{
  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      TrpStored *stored = trp_store_peek (store, n);

      if (is_of_part (stored, part) && !restore_one (store, stored, file, stored->name, error))
        return false;
    }
  return true;
}

TrpRecipe *
trp_checkpoint_parse_recipe (const TrpSafetensors *file, GError **error)
{
  const char *format = trp_safetensors_peek_metadata (file, "format");
  const char *recipe = trp_safetensors_peek_metadata (file, "recipe");

  if (g_strcmp0 (format, TRP_CHECKPOINT_FORMAT) != 0 || !recipe)
    {
      g_set_error_literal (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        "The file holds tensors but is no model of this program (it lacks its recipe)");
      return NULL;
    }
  return trp_recipe_parse (recipe, strlen (recipe), error);
}

static TrpModelLabel *
default_label (const TrpRecipe *recipe, size_t index)
{
  TrpModelLabel *label = g_new0 (TrpModelLabel, 1);

  label->value = recipe->labels[index];
  label->name = g_strdup_printf ("Label %u", label->value);
  label->color = trp_color_get_default (index);
  return label;
}

static uint8_t
read_channel (JsonArray *color, guint index)
{
  JsonNode *node = json_array_get_element (color, index);

  return JSON_NODE_HOLDS_VALUE (node) ? (uint8_t) CLAMP (json_node_get_int (node), 0, 255) : 0;
}

static void
read_label (JsonNode *node, GPtrArray *labels)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = object ? json_object_get_string_member_with_default (object, "name", NULL)
                            : NULL;
  JsonArray *color;

  if (!name)
    return;
  for (guint n = 0; n < labels->len; n++)
    {
      TrpModelLabel *label = labels->pdata[n];
      JsonNode *channels = json_object_get_member (object, "color");

      if (label->value != json_object_get_int_member_with_default (object, "value", -1))
        continue;
      g_free (label->name);
      label->name = g_strdup (name);
      color = channels && JSON_NODE_HOLDS_ARRAY (channels) ? json_node_get_array (channels) : NULL;
      if (color && json_array_get_length (color) == 3)
        label->color = (TrpColor){ read_channel (color, 0), read_channel (color, 1),
                                   read_channel (color, 2) };
    }
}

GPtrArray *
trp_checkpoint_parse_labels (const TrpSafetensors *file, const TrpRecipe *recipe, GError **error)
{
  g_autoptr (GPtrArray)
    labels = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_model_label_free);
  const char *text = trp_safetensors_peek_metadata (file, "labels");
  g_autoptr (JsonNode) node = NULL;

  for (size_t n = 0; n < recipe->n_labels; n++)
    g_ptr_array_add (labels, default_label (recipe, n));
  if (!text)
    return g_steal_pointer (&labels);
  node = trp_json_parse (text);
  if (!node || !JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                           "The model's list of labels is damaged");
      return NULL;
    }
  for (guint n = 0; n < json_array_get_length (json_node_get_array (node)); n++)
    read_label (json_array_get_element (json_node_get_array (node), n), labels);
  return g_steal_pointer (&labels);
}
