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
#define LIST "cases.csv"
#define LABELS "labels.csv"
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
  g_autofree char *path = g_build_filename (folder, LABELS, NULL);
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
add_cell (GString *list, GPtrArray *names, unsigned index, const char *suffix, bool wanted)
{
  g_string_append_c (list, ',');
  if (!wanted)
    return;
  g_ptr_array_add (names, name_file (index, suffix));
  g_string_append (list, names->pdata[names->len - 1]);
}

/* The whole of cases.csv, which depends on nothing that is in the volumes, and the files that it
 * names. */
static GString *
make_list (const TrpPhantomOptions *options, GPtrArray *names)
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
        add_cell (list, names, index, files[n].suffix, files[n].is_mr ? has.mr : has.ct);
      g_string_append_printf (list, ",%u", index % N_FOLDS);
      for (int side = 0; side < 2; side++)
        for (unsigned n = 0; n < options->n_observers; n++)
          {
            g_autofree char *suffix = g_strdup_printf ("%s-observer-%u", side == 0 ? "mr" : "ct",
                                                       n + 1);

            add_cell (list, names, index, suffix, side == 0 ? has.mr : has.ct);
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

/* Returns: false with an error; NULL in @out_text without a file. */
static bool
read_text (const char *folder, const char *name, char **out_text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) reason = NULL;

  *out_text = NULL;
  if (g_file_get_contents (path, out_text, NULL, &reason) ||
      g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
      g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
               "What \"%s\" holds cannot be told from its %s (%s); take another folder, or --force "
               "to write over it",
               folder, name, reason->message);
  return false;
}

static bool
is_newer (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
                                                : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* The first of @names that @folder has, newer than @record (nullable); NULL without one. */
static const char *
find_file (const char *folder, const GPtrArray *names, const GStatBuf *record)
{
  for (guint n = 0; n < names->len; n++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[n], NULL);
      GStatBuf file;

      if (g_stat (path, &file) == 0 && (!record || is_newer (&file, record)))
        return names->pdata[n];
    }
  return NULL;
}

/* The record is the last that is written: what is newer was changed, or is of an attempt that came
 * to nothing. */
static bool
check_untouched (const char *folder, const GPtrArray *names, GError **error)
{
  g_autofree char *path = g_build_filename (folder, RECORD, NULL);
  const char *newer;
  GStatBuf record;

  if (g_stat (path, &record) != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "\"%s\" cannot be read: %s", path,
                   g_strerror (errno));
      return false;
    }
  newer = find_file (folder, names, &record);
  if (!newer)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
               "\"%s\" in \"%s\" is newer than " RECORD
               ", so it was changed after this phantom was "
               "written, and would be lost; take another folder, or --force to write it anew",
               newer, folder);
  return false;
}

/* What is of something else, or what somebody has worked on, stays as it is. */
static bool
check_folder (
  const char *folder, const char *list, const char *record, const GPtrArray *names, GError **error)
{
  g_autofree char *old_list = NULL, *old_record = NULL;
  const char *there;

  if (!read_text (folder, LIST, &old_list, error) ||
      !read_text (folder, RECORD, &old_record, error))
    return false;
  there = find_file (folder, names, NULL);
  if (!there)
    return true;
  if (!old_record)
    g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
                 "\"%s\" holds a file %s that is not known to be made by phantom (there is "
                 "no " RECORD ") and that would be lost; take another folder, or --force to write "
                 "over it",
                 folder, there);
  else if (strcmp (old_record, record) != 0)
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_IO,
      "\"%s\" holds another phantom, which would be lost (%.*s); take another folder, or "
      "--force to write over it",
      folder, (int) MIN (strcspn (old_record, "\r\n"), MAX_SAID), old_record);
  else if (old_list && strcmp (old_list, list) != 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
                 "The list " LIST " in \"%s\" was changed after this phantom was written, and "
                 "would be lost; take another folder, or --force to write it anew",
                 folder);
  else
    return check_untouched (folder, names, error);
  return false;
}

static bool
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "\"%s\" cannot be replaced: %s", path,
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
  g_autofree char *list_path = g_build_filename (folder, LIST, NULL);
  g_autofree char *record_path = g_build_filename (folder, RECORD, NULL);
  g_autofree char *record = describe (kind, options);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) list = NULL;

  g_return_val_if_fail (options->n_patients >= 1 && options->n_patients <= TRP_PHANTOM_MAX_PATIENTS,
                        false);
  g_return_val_if_fail (options->n_observers <= TRP_PHANTOM_MAX_OBSERVERS, false);
  list = make_list (options, names);
  g_ptr_array_add (names, g_strdup (LABELS));
  g_ptr_array_add (names, g_strdup (LIST));
  if ((!options->replace && !check_folder (folder, list->str, record, names, error)) ||
      !make_folder (folder, error) || !remove_file (list_path, error) ||
      !remove_file (record_path, error))
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
         trp_write_file (record_path, record, strlen (record), error) &&
         trp_progress_step (progress, 1, NULL, error);
}
