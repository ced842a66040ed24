/* phantom-write.c - a folder of phantom patients with its data list
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/method/phantom-anatomy.h"
#include "core/method/phantom.h"

#include <errno.h>
#include <string.h>

#define N_FOLDS 5

/* The files of one modality, in the data list's order. */
static const struct
{
  const char *suffix;
  size_t offset;
  bool is_mr;
} files[] = {
  { "mr", offsetof (TrpPhantomCase, mr), true },
  { "ct", offsetof (TrpPhantomCase, ct), false },
  { "ct-on-mr", offsetof (TrpPhantomCase, ct_on_mr), true },
  { "mr-structures", offsetof (TrpPhantomCase, mr_labels), true },
  { "ct-structures", offsetof (TrpPhantomCase, ct_labels), false },
};

static bool
write_labels (const TrpPhantomKind *kind, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "labels.csv", NULL);
  g_autoptr (GString) text = g_string_new ("value,name,red,green,blue\n");

  for (size_t n = 0; n < kind->n_labels; n++)
    g_string_append_printf (text, "%zu,%s,%u,%u,%u\n", n + 1, kind->labels[n].name,
                            (unsigned) kind->labels[n].red, (unsigned) kind->labels[n].green,
                            (unsigned) kind->labels[n].blue);
  return trp_write_file (path, text->str, text->len, error);
}

/* Patient @index with the modalities asked for; adds its row to the data list. */
static bool
write_case (const TrpPhantomKind *kind,
            const TrpPhantomOptions *options,
            unsigned index,
            bool with_mr,
            bool with_ct,
            const char *folder,
            GString *list,
            GError **error)
{
  TrpPhantomCase phantom;
  bool done = true;

  if (!trp_phantom_make_matrices (kind, options->seed, index, options->matrix,
                                  options->ct_matrix ? options->ct_matrix : options->matrix,
                                  &phantom, error))
    return false;
  g_string_append_printf (list, "%03u", index + 1); /* people count from 1 */
  for (size_t n = 0; n < G_N_ELEMENTS (files) && done; n++)
    {
      g_autofree char *name = g_strdup_printf ("%03u-%s.nii.gz", index + 1, files[n].suffix);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      TrpVolume *const *volume = (TrpVolume *const *) ((const char *) &phantom + files[n].offset);
      const bool wanted = files[n].is_mr ? with_mr : with_ct;

      g_string_append_printf (list, ",%s", wanted ? name : "");
      done = !wanted || trp_volume_save (*volume, path, error);
    }
  g_string_append_printf (list, ",%u\n", index % N_FOLDS);
  trp_phantom_case_clear (&phantom);
  return done;
}

static bool
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0755) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder \"%s\" cannot be made: %s", folder,
               g_strerror (errno));
  return false;
}

bool
trp_phantom_write (const TrpPhantomKind *kind,
                   const TrpPhantomOptions *options,
                   const char *folder,
                   TrpProgress *progress,
                   GError **error)
{
  const unsigned n_cases = options->unpaired ? 2 * options->n_patients : options->n_patients;
  g_autofree char *list_path = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (GString)
    list = g_string_new ("case,mr,ct,ct_on_mr,mr_structures,ct_structures,fold\n");

  g_return_val_if_fail (options->n_patients >= 1 && options->n_patients <= TRP_PHANTOM_MAX_PATIENTS,
                        false);
  if (!make_folder (folder, error))
    return false;
  for (unsigned n = 0; n < n_cases; n++)
    {
      const bool with_mr = n < options->n_patients, with_ct = !options->unpaired || !with_mr;
      g_autofree char *text = g_strdup_printf ("patient %u of %u", n + 1, n_cases);

      if (!trp_progress_step (progress, (double) n / n_cases, text, error) ||
          !write_case (kind, options, n, with_mr, with_ct, folder, list, error))
        return false;
    }
  return write_labels (kind, folder, error) &&
         trp_write_file (list_path, list->str, list->len, error) &&
         trp_progress_step (progress, 1, NULL, error);
}
