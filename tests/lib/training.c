/* training.c - see training.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/training.h"

#include "core/io/format.h"
#include "core/io/png-image.h"
#include "core/io/structure-file.h"
#include "core/method/model.h"
#include "core/metrics/overlap.h"
#include "tests/lib/check.h"

#include <string.h>

void
trp_training_set_up (TrpTraining *f, const void *data)
{
  f->folder = trp_test_make_folder ();
  f->list = trp_tiny_data (f->folder);
}

void
trp_training_tear_down (TrpTraining *f, const void *data)
{
  trp_data_list_unref (f->list);
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
}

/* Cancels once @stop_at steps are done, as seen by a preview. */
typedef struct
{
  GCancellable *cancellable;
  int stop_at;
} Stop;

static void
stop_at_preview (const char *path, int step, void *data)
{
  const Stop *stop = data;

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  if (step == stop->stop_at)
    g_cancellable_cancel (stop->cancellable);
}

TrpTrainOptions
trp_training_options (const TrpTraining *f,
                      const TrpRecipe *recipe,
                      const char *folder,
                      bool resume)
{
  return (TrpTrainOptions){ .recipe = recipe,
                            .list = f->list,
                            .fold = -1,
                            .folder = folder,
                            .device = "cpu",
                            .resume = resume };
}

char *
trp_training_subfolder (const TrpTraining *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

void
trp_training_run (const TrpTraining *f, const TrpRecipe *recipe, const char *folder, bool resume)
{
  const TrpTrainOptions options = trp_training_options (f, recipe, folder, resume);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
}

/* Trains until a preview at @step stops it. */
void
trp_training_run_until (
  const TrpTraining *f, const TrpRecipe *recipe, const char *folder, bool resume, int step)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Stop stop = { cancellable, step };
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  TrpTrainOptions options = trp_training_options (f, recipe, folder, resume);
  g_autoptr (GError) error = NULL;

  options.watch.preview = stop_at_preview;
  options.watch.data = &stop;
  g_assert_false (trp_train (&options, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

TrpSafetensors *
trp_training_load (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  TrpSafetensors *file = trp_safetensors_load (path, &error);

  g_assert_no_error (error);
  return file;
}

double
trp_training_measure_dice (const TrpTraining *f, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *image_path = g_build_filename (f->folder, "c1.nii", NULL);
  g_autofree char *mask_path = g_build_filename (f->folder, "k1.nii", NULL);
  const TrpInferOptions options = { .device = "cpu" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (path, &error);
  g_autoptr (TrpVolume) volume = trp_volume_load (image_path, NULL, &error);
  g_autoptr (TrpStructureSet) truth = trp_structure_set_load (mask_path, NULL, &error);
  g_autoptr (TrpStructureSet) set = trp_model_segment (model, volume, &options, NULL, &error);
  TrpOverlap overlap;

  g_assert_no_error (error);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, "Gland");
  g_assert_true (trp_overlap_count (trp_structure_peek_mask (trp_structure_set_get (truth, 0)),
                                    trp_structure_peek_mask (trp_structure_set_get (set, 0)),
                                    &overlap, &error));
  return trp_overlap_dice (&overlap);
}

void
trp_training_assert_same (const TrpSafetensors *a, const TrpSafetensors *b)
{
  g_assert_cmpuint (trp_safetensors_get_n_tensors (a), >, 0);
  g_assert_cmpuint (trp_safetensors_get_n_tensors (a), ==, trp_safetensors_get_n_tensors (b));
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (a); n++)
    {
      const TrpTensorView *one = trp_safetensors_peek_tensor (a, n);
      const TrpTensorView *other = trp_safetensors_find (b, one->name);

      g_assert_nonnull (other);
      g_assert_cmpmem (one->data, one->count * trp_dtype_get_size (one->dtype), other->data,
                       other->count * trp_dtype_get_size (other->dtype));
    }
}

/* log.csv without its second column, the seconds. */
char *
trp_training_read_log (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "log.csv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) kept = g_string_new (NULL);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (size_t n = 0; lines[n] && lines[n][0]; n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[n], ",", 3);

      g_string_append_printf (kept, "%s,%s\n", fields[0], fields[2]);
    }
  return g_strdup (kept->str);
}

uint8_t *
trp_training_read_preview (const char *folder, int step, size_t n_columns, size_t side)
{
  g_autofree char *path = g_strdup_printf ("%s/previews/%06d.png", folder, step), *bytes = NULL;
  TrpPngImage image;
  size_t size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (trp_png_parse (bytes, size, &image, NULL));
  g_assert_cmpuint (image.width, ==, n_columns * (side + 2));
  g_assert_cmpuint (image.height, ==, 4 * (side + 2));
  g_assert_cmpint (image.bits, ==, 8);
  return image.values;
}

const uint8_t *
trp_training_peek_tile (
  const uint8_t *preview, size_t n_columns, size_t side, size_t column, size_t row)
{
  return preview + (row * n_columns * (side + 2) + column) * (side + 2);
}
