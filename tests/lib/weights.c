/* weights.c - see weights.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/weights.h"

#include "core/io/safetensors-writer.h"
#include "tests/lib/check.h"

#include <string.h>

static void
free_entry (void *data)
{
  TrpWeight *entry = data;

  g_free (entry->name);
  g_free (entry->bytes);
  g_free (entry);
}

void
trp_weights_clear (TrpWeights *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
}

void
trp_weights_add (TrpWeights *self, const char *name, const size_t *shape, float offset)
{
  TrpWeight *entry = g_new0 (TrpWeight, 1);
  uint32_t state = g_str_hash (name);
  float *values;

  entry->size = sizeof (float);
  for (; entry->n_dims < 4 && shape[entry->n_dims]; entry->n_dims++)
    entry->size *= entry->shape[entry->n_dims] = shape[entry->n_dims];
  values = g_malloc (entry->size);
  for (size_t i = 0; i < entry->size / sizeof *values; i++)
    {
      state = state * 1664525 + 1013904223;
      values[i] = offset + 0.4F * ((float) (state >> 8) / (float) (1 << 24) - 0.5F);
    }
  entry->name = g_strdup (name);
  entry->dtype = TRP_DTYPE_F32;
  entry->bytes = (uint8_t *) values;
  g_ptr_array_add (self->entries, entry);
}

void
trp_weights_add_layer (
  TrpWeights *self, const char *name, size_t out, size_t in, size_t kernel, bool transposed)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  trp_weights_add (self, weight,
                   transposed ? (const size_t[]){ in, out, kernel, kernel }
                              : (const size_t[]){ out, in, kernel, kernel },
                   0);
  trp_weights_add (self, bias, (const size_t[]){ out, 0 }, 0);
}

TrpWeights
trp_weights_new_generator (const char *prefix, size_t n_in)
{
  static const struct
  {
    const char *name;
    size_t out, in, kernel;
    bool transposed;
  } layers[] = {
    { "model.1", 2, 0, 7, false },
    { "model.4", 4, 2, 3, false },
    { "model.7", 8, 4, 3, false },
    { "model.10.conv_block.1", 8, 8, 3, false },
    { "model.10.conv_block.5", 8, 8, 3, false },
    { "model.11", 4, 8, 3, true },
    { "model.14", 2, 4, 3, true },
    { "model.18", 1, 2, 7, false },
  };
  TrpWeights file = { g_ptr_array_new_with_free_func (free_entry) };

  for (size_t n = 0; n < G_N_ELEMENTS (layers); n++)
    {
      g_autofree char *name = g_strconcat (prefix, layers[n].name, NULL);

      trp_weights_add_layer (&file, name, layers[n].out, layers[n].in ? layers[n].in : n_in,
                             layers[n].kernel, layers[n].transposed);
    }
  return file;
}

static void
add_norm (TrpWeights *self, const char *name, size_t n)
{
  static const char *const parts[] = { "weight", "bias", "running_mean", "running_var" };

  for (size_t k = 0; k < G_N_ELEMENTS (parts); k++)
    {
      g_autofree char *full = g_strdup_printf ("%s.%s", name, parts[k]);

      trp_weights_add (self, full, (const size_t[]){ n, 0 }, k == 0 || k == 3);
    }
}

TrpWeights
trp_weights_new_unet (size_t n_out)
{
  static const struct
  {
    const char *block;
    size_t in, out;
  } blocks[] = { { "down.0", 1, 2 }, { "down.1", 2, 4 }, { "up.0", 4, 2 } };
  TrpWeights file = { g_ptr_array_new_with_free_func (free_entry) };

  for (size_t n = 0; n < G_N_ELEMENTS (blocks); n++)
    for (int part = 1; part <= 2; part++)
      {
        g_autofree char *conv = g_strdup_printf ("%s.conv%d", blocks[n].block, part);
        g_autofree char *norm = g_strdup_printf ("%s.norm%d", blocks[n].block, part);

        trp_weights_add_layer (&file, conv, blocks[n].out, part == 1 ? blocks[n].in : blocks[n].out,
                               3, false);
        add_norm (&file, norm, blocks[n].out);
      }
  trp_weights_add_layer (&file, "up.0.transpose", 2, 4, 2, true);
  trp_weights_add_layer (&file, "head", n_out, 2, 1, false);
  return file;
}

TrpWeight *
trp_weights_find (TrpWeights *self, const char *name)
{
  for (guint n = 0; n < self->entries->len; n++)
    if (strcmp (((TrpWeight *) self->entries->pdata[n])->name, name) == 0)
      return self->entries->pdata[n];
  g_assert_not_reached ();
}

GBytes *
trp_weights_write (const TrpWeights *self, const char *format)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  char *text;
  gsize size;

  for (guint n = 0; n < self->entries->len; n++)
    {
      const TrpWeight *entry = self->entries->pdata[n];

      trp_safetensors_writer_add (writer, entry->name, entry->dtype, entry->n_dims, entry->shape,
                                  entry->bytes);
    }
  if (format)
    trp_safetensors_writer_set_metadata (writer, "format", format);
  g_assert_true (trp_safetensors_writer_save (writer, path, &error));
  g_assert_true (g_file_get_contents (path, &text, &size, &error));
  trp_test_remove_folder (folder);
  return g_bytes_new_take (text, size);
}

TrpModel *
trp_weights_import (GBytes *bytes, const TrpImportOptions *options, GError **error)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_parse (bytes, error);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  TrpModel *model = NULL;

  if (file && trp_model_import (file, options, path, error))
    {
      model = trp_model_load (path, error);
      g_assert_nonnull (model);
    }
  else /* nothing half done is left behind */
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  trp_test_remove_folder (folder);
  return model;
}
