/* export.c - see export.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/export.h"

#include "core/io/safetensors-writer.h"
#include "core/method/exchange-names.h"
#include "core/method/infer.h"
#include "core/method/model-network.h"

#include <string.h>

/* One tensor until it is written. */
typedef struct
{
  const char *ours; /* borrowed from the graph, without prefix */
  char *name;
  TrpFileShape shape;
  size_t count;
  float *values;
} Entry;

static void
free_entry (void *data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->values);
  g_free (entry);
}

static GPtrArray *
collect (const TrpModelNetwork *network, const TrpNaming *naming, int n_levels, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);

  for (int value = 0; value < trp_graph_get_n_values (network->graph); value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (network->graph, value);
      g_autoptr (GError) failure = NULL;
      g_autofree float *values = trp_model_network_dup_weights (network, value, &failure);
      Entry *entry;

      if (failure)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (!values)
        continue;
      entry = g_new0 (Entry, 1);
      entry->ours = info->name + strlen (network->net) + 1;
      entry->name = trp_naming_translate (naming, entry->ours, n_levels);
      entry->shape = trp_axes_file_shape (info->axes, info->tensor.shape);
      entry->count = trp_shape_count (info->tensor.shape);
      entry->values = g_steal_pointer (&values);
      trp_naming_reorder (naming, entry->ours, entry->shape.axes, entry->values);
      g_ptr_array_add (entries, entry);
    }
  return g_steal_pointer (&entries);
}

static const Entry *
find_used_norm_bias (GPtrArray *entries, TrpTrainerKind kind)
{
  for (guint n = 0; n < entries->len; n++)
    {
      const Entry *entry = entries->pdata[n];

      for (size_t i = 0; i < entry->count && trp_name_is_norm_bias (kind, entry->ours); i++)
        if (entry->values[i] != 0)
          return entry;
    }
  return NULL;
}

/* The classes behind a naming have a bias before all norms or before none. */
static bool
drop_norm_biases (GPtrArray *entries, const TrpNaming *naming, TrpTrainerKind kind, GError **error)
{
  const Entry *used = find_used_norm_bias (entries, kind);

  if (naming->norm_bias == TRP_NORM_BIAS_ALWAYS ||
      (used && naming->norm_bias == TRP_NORM_BIAS_IF_USED))
    return true;
  if (used)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "This network has biases before its norms (%s), for which the names \"%s\" have "
                   "no place; export it under its own names",
                   used->ours, naming->name);
      return false;
    }
  for (guint n = entries->len; n > 0; n--)
    if (trp_name_is_norm_bias (kind, ((Entry *) entries->pdata[n - 1])->ours))
      g_ptr_array_remove_index (entries, n - 1);
  return true;
}

static bool
check_naming (const TrpNaming *naming, const TrpRecipe *recipe, GError **error)
{
  const bool is_plain = recipe->segmenter == TRP_SEGMENTER_UNET &&
                        recipe->segmenter_norm == TRP_NORM_KIND_BATCH;

  if (naming->marker && recipe->generator_halvings > 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The names \"%s\" are those of a ResNet, which this generator is not; export it "
                   "under its own names",
                   naming->name);
      return false;
    }
  if (naming->upsampled_first && recipe->segmenter_upsample == TRP_SEGMENTER_BILINEAR)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The names \"%s\" are those of a U-Net with transposed convolutions, which this "
                   "model has not; export it under its own names or milesial's",
                   naming->name);
      return false;
    }
  if (!naming->needs_batch_norm || is_plain)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "The names \"%s\" are those of a U-Net with batch norm, which this model is not; "
               "export it under its own names",
               naming->name);
  return false;
}

static bool
save (GPtrArray *entries, const TrpModel *model, const char *net, const char *path, GError **error)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autofree char *recipe = trp_recipe_to_text (trp_model_get_recipe (model));
  const char *labels = trp_safetensors_peek_metadata (trp_model_peek_file (model), "labels");

  for (guint n = 0; n < entries->len; n++)
    {
      const Entry *entry = entries->pdata[n];

      trp_safetensors_writer_add (writer, entry->name, TRP_DTYPE_F32, (size_t) entry->shape.n_axes,
                                  entry->shape.axes, entry->values);
    }
  trp_safetensors_writer_set_metadata (writer, "format", "pt");
  trp_safetensors_writer_set_metadata (writer, "net", net);
  trp_safetensors_writer_set_metadata (writer, "recipe", recipe);
  if (labels)
    trp_safetensors_writer_set_metadata (writer, "labels", labels);
  return trp_safetensors_writer_save (writer, path, error);
}

bool
trp_model_export (const TrpModel *model,
                  const TrpExportOptions *options,
                  const char *path,
                  GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const TrpTrainerKind kind = trp_recipe_makes_contours (recipe) ? TRP_TRAINER_SEGMENTER
                                                                 : TRP_TRAINER_CYCLEGAN;
  const TrpNaming *naming = trp_naming_find (options->names, kind, error);
  g_auto (TrpModelNetwork) network = { 0 };
  g_autoptr (GPtrArray) entries = NULL;

  if (!naming || !check_naming (naming, recipe, error) ||
      !trp_model_network_init (&network, model, options->net, options->raw, 0, 0, error))
    return false;
  entries = collect (&network, naming, recipe->segmenter_levels, error);
  return entries && drop_norm_biases (entries, naming, kind, error) &&
         save (entries, model, network.net, path, error);
}
