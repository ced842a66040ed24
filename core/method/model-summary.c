/* model-summary.c - see model-summary.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/model-summary.h"

#include "core/base/json.h"
#include "core/method/infer.h"
#include "core/method/recipe-settings.h"

#include <string.h>

static void
free_part (void *data)
{
  TrpModelPart *part = data;

  g_free (part->architecture);
  g_free (part);
}

static void
free_loss (void *data)
{
  TrpModelLoss *loss = data;

  g_free (loss->name);
  g_free (loss);
}

void
trp_model_summary_free (TrpModelSummary *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->losses);
  g_free (self->program);
  g_free (self->best_score);
  g_free (self->parent);
  g_free (self);
}

/* Strided layers of a patch discriminator see 16, 34, 70, ... pixels: each halving doubles what is
 * behind it, and two layers of 4 x 4 end it. */
static int
count_patch_pixels (int n_layers)
{
  int pixels = 7; /* two layers of 4 x 4 with stride 1 */

  for (int layer = 0; layer < n_layers; layer++)
    pixels = 2 * pixels + 2;
  return pixels;
}

static char *
describe_architecture (const TrpRecipe *recipe, const char *net)
{
  if (strcmp (net, "critic") == 0)
    {
      g_autofree char *kind = trp_recipe_setting_get (
        trp_recipe_setting_find ("critic", "kind", NULL), recipe);

      return g_strdup_printf ("critic, %s", kind);
    }
  if (net[0] == 'D' && recipe->discriminator == TRP_DISCRIMINATOR_PIXEL)
    return g_strdup ("pixel");
  if (net[0] == 'D')
    return g_strdup_printf ("patch-%d", count_patch_pixels (recipe->discriminator_layers));
  if (recipe->trainer == TRP_TRAINER_CYCLEGAN)
    return recipe->generator_halvings > 0
             ? g_strdup_printf ("unet-%d", 1 << recipe->generator_halvings)
             : g_strdup_printf ("resnet-%d", recipe->generator_blocks);
  return g_strdup (recipe->segmenter == TRP_SEGMENTER_UNET ? "unet" : "res-unet-2.5d");
}

static bool
is_parameter (const char *name)
{
  static const char *const states[] = { ".running_mean", ".running_var", ".num_batches_tracked",
                                        ".u", ".v" }; /* of batch and spectral norms */

  for (size_t n = 0; n < G_N_ELEMENTS (states); n++)
    if (g_str_has_suffix (name, states[n]))
      return false;
  return true;
}

static void
add_part (TrpModelSummary *self, const TrpModel *model, const char *net)
{
  const TrpSafetensors *file = trp_model_peek_file (model);
  g_autofree char *prefix = g_strconcat (net, ".", NULL);
  g_autofree char *averages = g_strconcat ("ema.", net, ".", NULL);
  TrpModelPart part = { .net = net };

  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, n);

      if (g_str_has_prefix (view->name, averages))
        part.has_averages = true;
      if (!g_str_has_prefix (view->name, prefix) || !is_parameter (view->name))
        continue;
      part.n_parameters += view->count;
      part.dtype = trp_dtype_get_name (view->dtype);
    }
  if (!part.dtype)
    return;
  part.architecture = describe_architecture (trp_model_get_recipe (model), net);
  g_ptr_array_add (self->parts, g_memdup2 (&part, sizeof part));
}

static bool
is_loss (const char *column)
{
  return strcmp (column, "step") != 0 && strcmp (column, "seconds") != 0 &&
         strcmp (column, "rate") != 0;
}

/* A log is a CSV of numbers with a header, as run-folder.c writes it. */
static void
read_history (TrpModelSummary *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);
  g_auto (GStrv) columns = g_strsplit (lines[0] ? lines[0] : "", ",", -1);
  g_auto (GStrv) first = NULL, last = NULL;
  guint n_lines = g_strv_length (lines), n = g_strv_length (columns);

  while (n_lines > 0 && lines[n_lines - 1][0] == '\0')
    n_lines--;
  if (n_lines < 2)
    return;
  first = g_strsplit (lines[1], ",", -1);
  last = g_strsplit (lines[n_lines - 1], ",", -1);
  if (g_strv_length (first) != n || g_strv_length (last) != n || strcmp (columns[0], "step") != 0)
    return;
  self->last_step = (int) CLAMP (g_ascii_strtoll (last[0], NULL, 10), 0, G_MAXINT);
  for (guint c = 0; c < n; c++)
    if (is_loss (columns[c]))
      {
        TrpModelLoss *loss = g_new (TrpModelLoss, 1);

        *loss = (TrpModelLoss){ g_strdup (columns[c]), g_ascii_strtod (first[c], NULL),
                                g_ascii_strtod (last[c], NULL) };
        g_ptr_array_add (self->losses, loss);
      }
}

static int
count_cases (JsonObject *split, const char *side)
{
  JsonNode *node = json_object_get_member (split, side);

  return node && JSON_NODE_HOLDS_ARRAY (node)
           ? (int) json_array_get_length (json_node_get_array (node))
           : -1;
}

static void
read_split (TrpModelSummary *self, const char *text)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  self->n_train = count_cases (json_node_get_object (node), "train");
  self->n_validate = count_cases (json_node_get_object (node), "validate");
}

/* (transfer full) */
static char *
dup_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? g_strdup (json_node_get_string (node))
           : NULL;
}

/* -1 if there is none. */
static int
get_step (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "step");

  return node && JSON_NODE_HOLDS_VALUE (node) ? (int) CLAMP (json_node_get_int (node), -1, G_MAXINT)
                                              : -1;
}

static void
read_best (TrpModelSummary *self, const char *text)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;
  JsonObject *best = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *value = best ? json_object_get_member (best, "value") : NULL;
  g_autofree char *score = best ? dup_string (best, "score") : NULL;

  if (!score || !value || !JSON_NODE_HOLDS_VALUE (value) || get_step (best) < 0)
    return;
  self->best_step = get_step (best);
  self->best_score = g_steal_pointer (&score);
  self->best_value = json_node_get_double (value);
}

static void
read_parent (TrpModelSummary *self, const char *text)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  self->parent = dup_string (json_node_get_object (node), "sha256");
  self->parent_step = self->parent ? get_step (json_node_get_object (node)) : -1;
}

TrpModelSummary *
trp_model_summarize (const TrpModel *model)
{
  static const char *const nets[] = { "G_A",  "G_B",    "D_A",    "D_B",    "net",
                                      "back", "critic", "D_mask", "D_image" };
  const TrpSafetensors *file = trp_model_peek_file (model);
  TrpModelSummary *self = g_new0 (TrpModelSummary, 1);

  self->parts = g_ptr_array_new_with_free_func (free_part);
  self->losses = g_ptr_array_new_with_free_func (free_loss);
  self->last_step = self->n_train = self->n_validate = -1;
  self->best_step = self->parent_step = -1;
  self->program = g_strdup (trp_safetensors_peek_metadata (file, "program"));
  self->can_resume = trp_safetensors_peek_metadata (file, "state") != NULL;
  for (size_t n = 0; n < G_N_ELEMENTS (nets); n++)
    add_part (self, model, nets[n]);
  read_history (self, trp_safetensors_peek_metadata (file, "history"));
  read_split (self, trp_safetensors_peek_metadata (file, "split"));
  read_best (self, trp_safetensors_peek_metadata (file, "best"));
  read_parent (self, trp_safetensors_peek_metadata (file, "parent"));
  return self;
}
