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
#include <glib/gstdio.h>
#include <string.h>

#define N_FOLDS 5
#define RECORD "phantom.txt"
#define MAX_SAID 200 /* characters of a record that a message shows */

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

static char *
name_file (unsigned index, const char *suffix)
{
  return g_strdup_printf ("%03u-%s.nii.gz", index + 1, suffix);
}

static bool
write_volume (
  const TrpVolume *volume, const char *folder, unsigned index, const char *suffix, GError **error)
{
  g_autofree char *name = name_file (index, suffix);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return trp_volume_save (volume, path, error);
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

      if (!sides[side].wanted)
        continue;
      readings = read_observers (kind, options, index, sides[side].labels, side == 1, error);
      if (!readings)
        return false;
      for (unsigned n = 0; n < options->n_observers && done; n++)
        {
          g_autofree char *suffix = g_strdup_printf ("%s-observer-%u", sides[side].name, n + 1);

          done = write_volume (readings->pdata[n], folder, index, suffix, error);
        }
    }
  return done;
}

/* Patient @index with the modalities asked for. */
static bool
write_case (const TrpPhantomKind *kind,
            const TrpPhantomOptions *options,
            unsigned index,
            Modalities has,
            const char *folder,
            GError **error)
{
  TrpPhantomCase phantom;
  bool done = true;

  if (!trp_phantom_make_as (kind, options, index, &phantom, error))
    return false;
  for (size_t n = 0; n < G_N_ELEMENTS (files) && done; n++)
    {
      TrpVolume *const *volume = (TrpVolume *const *) ((const char *) &phantom + files[n].offset);

      if (files[n].is_mr ? has.mr : has.ct)
        done = write_volume (*volume, folder, index, files[n].suffix, error);
    }
  done = done && (options->n_observers == 0 ||
                  write_observers (kind, options, index, has, &phantom, folder, error));
  trp_phantom_case_clear (&phantom);
  return done;
}

static unsigned
count_cases (const TrpPhantomOptions *options)
{
  return options->unpaired ? 2 * options->n_patients : options->n_patients;
}

static Modalities
get_modalities (const TrpPhantomOptions *options, unsigned index)
{
  const bool is_mr = index < options->n_patients;

  return (Modalities){ .mr = is_mr, .ct = !options->unpaired || !is_mr };
}

static void
add_cell (GString *list, unsigned index, const char *suffix, bool wanted)
{
  g_autofree char *name = wanted ? name_file (index, suffix) : g_strdup ("");

  g_string_append_printf (list, ",%s", name);
}

/* The whole of cases.csv, which depends on nothing that is in the volumes. */
static GString *
make_list (const TrpPhantomOptions *options)
{
  GString *list = g_string_new ("case,mr,ct,ct_on_mr,mr_structures,ct_structures,fold");

  for (int side = 0; side < 2; side++)
    for (unsigned n = 0; n < options->n_observers; n++)
      g_string_append_printf (list, ",%s_observer_%u", side == 0 ? "mr" : "ct", n + 1);
  g_string_append_c (list, '\n');
  for (unsigned index = 0; index < count_cases (options); index++)
    {
      const Modalities has = get_modalities (options, index);

      g_string_append_printf (list, "%03u", index + 1); /* people count from 1 */
      for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
        add_cell (list, index, files[n].suffix, files[n].is_mr ? has.mr : has.ct);
      g_string_append_printf (list, ",%u", index % N_FOLDS);
      for (int side = 0; side < 2; side++)
        for (unsigned n = 0; n < options->n_observers; n++)
          {
            g_autofree char *suffix = g_strdup_printf ("%s-observer-%u", side == 0 ? "mr" : "ct",
                                                       n + 1);

            add_cell (list, index, suffix, side == 0 ? has.mr : has.ct);
          }
      g_string_append_c (list, '\n');
    }
  return list;
}

/* As the command line would say it. (transfer full) */
static char *
describe (const TrpPhantomKind *kind, const TrpPhantomOptions *options)
{
  char error[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (error, sizeof error, options->observer_error);
  return g_strdup_printf ("%s --patients %u --seed %" G_GUINT64_FORMAT
                          " --matrix %zu --ct-matrix %zu --observers %u --observer-error %s%s%s\n",
                          kind->name, options->n_patients, options->seed, options->matrix,
                          options->ct_matrix ? options->ct_matrix : options->matrix,
                          options->n_observers, options->n_observers > 0 ? error : "0",
                          options->unpaired ? " --unpaired" : "",
                          options->without_bias ? " --no-bias" : "");
}

/* NULL without one. */
static char *
read_text (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* A list of something else, or one that somebody has worked on, stays as it is. */
static bool
check_folder (const char *folder, const char *list, const char *record, GError **error)
{
  g_autofree char *old_list = read_text (folder, "cases.csv");
  g_autofree char *old_record = read_text (folder, RECORD);
  const bool is_same = old_record && strcmp (old_record, record) == 0;

  if (!old_list || (is_same && strcmp (old_list, list) == 0))
    return true;
  if (!old_record)
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_IO,
      "\"%s\" holds a list cases.csv that no phantom left there and that would be lost; take "
      "another folder, or --force to write over it",
      folder);
  else if (is_same)
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_IO,
      "The list cases.csv in \"%s\" was changed after this phantom was written, and would "
      "be lost; take another folder, or --force to write it anew",
      folder);
  else
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_IO,
      "\"%s\" holds another phantom, which would be lost (%.*s); take another folder, or "
      "--force to write over it",
      folder, (int) MIN (strcspn (old_record, "\r\n"), MAX_SAID), old_record);
  return false;
}

static bool
remove_list (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The list \"%s\" cannot be replaced: %s", path,
               g_strerror (errno));
  return false;
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
  const unsigned n_cases = count_cases (options);
  g_autofree char *list_path = g_build_filename (folder, "cases.csv", NULL);
  g_autofree char *record_path = g_build_filename (folder, RECORD, NULL);
  g_autofree char *record = describe (kind, options);
  g_autoptr (GString) list = NULL;

  g_return_val_if_fail (options->n_patients >= 1 && options->n_patients <= TRP_PHANTOM_MAX_PATIENTS,
                        false);
  g_return_val_if_fail (options->n_observers <= TRP_PHANTOM_MAX_OBSERVERS, false);
  list = make_list (options);
  if (!(options->replace ? remove_list (list_path, error)
                         : check_folder (folder, list->str, record, error)) ||
      !make_folder (folder, error) || !trp_write_file (record_path, record, strlen (record), error))
    return false;
  for (unsigned n = 0; n < n_cases; n++)
    {
      g_autofree char *text = g_strdup_printf ("patient %u of %u", n + 1, n_cases);

      if (!trp_progress_step (progress, (double) n / n_cases, text, error) ||
          !write_case (kind, options, n, get_modalities (options, n), folder, error))
        return false;
    }
  return write_labels (kind, folder, error) &&
         trp_write_file (list_path, list->str, list->len, error) &&
         trp_progress_step (progress, 1, NULL, error);
}
