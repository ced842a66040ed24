/* run-left-out.c - which slices a training does not see, and why; see run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "core/method/run.h"
#include "core/study/csv.h"

#include <string.h>

#define FILE_NAME "left-out.csv"

static size_t
add_rows (GString *text, const TrpDataset *dataset)
{
  const GPtrArray *left_out = trp_dataset_peek_left_out (dataset);
  size_t n_slices = 0;

  for (guint n = 0; n < left_out->len; n++)
    {
      const TrpLeftOut *one = left_out->pdata[n];

      trp_csv_append_field (text, one->name);
      g_string_append_printf (text, ",%zu,%zu,", one->n_slices, one->n_all);
      trp_csv_append_field (text, one->why);
      g_string_append_c (text, '\n');
      n_slices += one->n_slices;
    }
  return n_slices;
}

bool
trp_run_write_left_out (const TrpRun *run, GError **error)
{
  const TrpTrainer *t = &run->base;
  g_autofree char *path = g_build_filename (t->options->folder, FILE_NAME, NULL);
  g_autofree char *sentence = NULL;
  g_autoptr (GString) text = g_string_new ("case,slices,of,why\n");
  size_t n_left_out = 0, n_used = 0;

  for (size_t n = 0; n < G_N_ELEMENTS (t->data) && t->data[n]; n++)
    {
      n_left_out += add_rows (text, t->data[n]);
      n_used += trp_dataset_get_n_slices (t->data[n]);
    }
  if (n_left_out == 0)
    return true;
  if (!trp_write_file (path, text->str, text->len, error))
    return false;
  if (run->resumed.step > 0)
    return true;
  sentence = g_strdup_printf ("%zu slices are left out and %zu used; " FILE_NAME
                              " in the folder of the training says which and why",
                              n_left_out, n_used);
  trp_trainer_say (t, sentence);
  return true;
}
