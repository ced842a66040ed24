/* phantom-write.c - a folder of phantom patients with its data list
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/method/phantom-anatomy.h"
#include "core/method/phantom-observer.h"
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

/* Which of them a case has. */
typedef struct
{
  bool mr, ct;
} Modalities;

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

/* Adds the cell of one file to @list and writes the file, unless the case lacks the modality. */
static bool
write_volume (const TrpVolume *volume,
              const char *folder,
              unsigned index,
              const char *suffix,
              bool wanted,
              GString *list,
              GError **error)
{
  g_autofree char *name = g_strdup_printf ("%03u-%s.nii.gz", index + 1, suffix);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_string_append_printf (list, ",%s", wanted ? name : "");
  return !wanted || trp_volume_save (volume, path, error);
}

/* The structures of one modality as each observer sees them. */
static GPtrArray *
read_observers (const TrpPhantomKind *kind,
                const TrpPhantomOptions *options,
                unsigned index,
                const TrpVolume *labels,
                bool is_ct,
                GError **error)
{
  const double reach = trp_observer_get_reach (options->observer_error);
  g_autoptr (TrpContourTruth)
    truth = trp_contour_truth_new (labels, (unsigned) kind->n_labels, reach, error);
  GPtrArray *readings;

  if (!truth)
    return NULL;
  readings = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_volume_unref);
  for (unsigned n = 0; n < options->n_observers; n++)
    {
      const unsigned purpose = TRP_PHANTOM_STREAM_OBSERVERS + 2 * n;
      const TrpObserver observer = {
        .seed = options->seed,
        .person = trp_phantom_stream (TRP_PHANTOM_ID_OBSERVERS, 0, purpose),
        .reading = trp_phantom_stream (kind->id, index, purpose + is_ct),
        .error = options->observer_error,
      };

      g_ptr_array_add (readings, trp_contour_truth_read (truth, &observer));
    }
  return readings;
}

static bool
write_observers (const TrpPhantomKind *kind,
                 const TrpPhantomOptions *options,
                 unsigned index,
                 Modalities has,
                 const TrpPhantomCase *phantom,
                 const char *folder,
                 GString *list,
                 GError **error)
{
  const struct
  {
    const char *name;
    const TrpVolume *labels;
    bool wanted;
  } sides[] = { { "mr", phantom->mr_labels, has.mr }, { "ct", phantom->ct_labels, has.ct } };
  bool done = true;

  for (size_t side = 0; side < G_N_ELEMENTS (sides) && done; side++)
    {
      g_autoptr (GPtrArray) readings = NULL;

      if (sides[side].wanted &&
          !(readings = read_observers (kind, options, index, sides[side].labels, side == 1, error)))
        return false;
      for (unsigned n = 0; n < options->n_observers && done; n++)
        {
          g_autofree char *suffix = g_strdup_printf ("%s-observer-%u", sides[side].name, n + 1);

          done = write_volume (readings ? readings->pdata[n] : NULL, folder, index, suffix,
                               sides[side].wanted, list, error);
        }
    }
  return done;
}

/* Patient @index with the modalities asked for; adds its row to the data list. */
static bool
write_case (const TrpPhantomKind *kind,
            const TrpPhantomOptions *options,
            unsigned index,
            Modalities has,
            const char *folder,
            GString *list,
            GError **error)
{
  TrpPhantomCase phantom;
  bool done = true;

  if (!trp_phantom_make_as (kind, options, index, &phantom, error))
    return false;
  g_string_append_printf (list, "%03u", index + 1); /* people count from 1 */
  for (size_t n = 0; n < G_N_ELEMENTS (files) && done; n++)
    {
      TrpVolume *const *volume = (TrpVolume *const *) ((const char *) &phantom + files[n].offset);

      done = write_volume (*volume, folder, index, files[n].suffix,
                           files[n].is_mr ? has.mr : has.ct, list, error);
    }
  g_string_append_printf (list, ",%u", index % N_FOLDS);
  done = done && (options->n_observers == 0 ||
                  write_observers (kind, options, index, has, &phantom, folder, list, error));
  g_string_append_c (list, '\n');
  trp_phantom_case_clear (&phantom);
  return done;
}

static GString *
begin_list (unsigned n_observers)
{
  GString *list = g_string_new ("case,mr,ct,ct_on_mr,mr_structures,ct_structures,fold");

  for (int side = 0; side < 2; side++)
    for (unsigned n = 0; n < n_observers; n++)
      g_string_append_printf (list, ",%s_observer_%u", side == 0 ? "mr" : "ct", n + 1);
  g_string_append_c (list, '\n');
  return list;
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
  g_autoptr (GString) list = begin_list (options->n_observers);

  g_return_val_if_fail (options->n_patients >= 1 && options->n_patients <= TRP_PHANTOM_MAX_PATIENTS,
                        false);
  g_return_val_if_fail (options->n_observers <= TRP_PHANTOM_MAX_OBSERVERS, false);
  if (!make_folder (folder, error))
    return false;
  for (unsigned n = 0; n < n_cases; n++)
    {
      const bool is_mr = n < options->n_patients;
      const Modalities has = { .mr = is_mr, .ct = !options->unpaired || !is_mr };
      g_autofree char *text = g_strdup_printf ("patient %u of %u", n + 1, n_cases);

      if (!trp_progress_step (progress, (double) n / n_cases, text, error) ||
          !write_case (kind, options, n, has, folder, list, error))
        return false;
    }
  return write_labels (kind, folder, error) &&
         trp_write_file (list_path, list->str, list->len, error) &&
         trp_progress_step (progress, 1, NULL, error);
}
