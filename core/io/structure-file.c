/* structure-file.c - see structure-file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/structure-file.h"

#include "core/io/atomic-write.h"
#include "core/io/file-name.h"
#include "core/io/label-map.h"
#include "core/io/label-table.h"
#include "core/io/staging.h"
#include "core/structure/boolean.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* ---- loading ---- */

static TrpStructureSet *
load (const char *path, const TrpLoadOptions *options, GError **error)
{
  const TrpFormat *format = trp_format_find (path, NULL); /* its error is that of loading */
  g_autoptr (TrpVolume) volume = NULL;
  TrpStructureSet *set;

  if (format && format->load_structures)
    {
      set = format->load_structures (path, error);
      if (!set)
        trp_format_prefix_error (error, path);
      return set;
    }
  volume = trp_volume_load (path, options, error);
  return volume ? trp_label_map_to_set (volume, path, error) : NULL;
}

TrpStructureSet *
trp_structure_set_load (const char *path, const TrpLoadOptions *options, GError **error)
{
  TrpStructureSet *set = load (path, options, error);
  g_autofree char *stem = trp_format_dup_stem (path);

  if (set)
    trp_structure_set_set_name (set, stem);
  return set;
}

/* ---- whether what was read back is what was to be saved ---- */

static bool
check_mask (const TrpStructure *wanted, const TrpStructure *found, GError **error)
{
  const TrpMask *mask = trp_structure_peek_mask (wanted), *other = trp_structure_peek_mask (found);
  g_autoptr (TrpMask) difference = NULL;

  if (trp_mask_equal (mask, other))
    return true;
  difference = trp_boolean_combine (TRP_BOOLEAN_EXCLUSIVE, mask, other, error);
  if (difference)
    g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "\"%s\" differs in %zu voxels",
                 trp_structure_get_name (wanted), trp_mask_count (difference));
  return false;
}

static bool
check_structure (const TrpStructure *wanted, const TrpStructure *found, GError **error)
{
  const TrpColor color = trp_structure_get_color (wanted), other = trp_structure_get_color (found);
  const char *name = trp_structure_get_name (wanted), *what = NULL;

  if (strcmp (name, trp_structure_get_name (found)) != 0)
    what = "name";
  else if (trp_structure_get_label (wanted) != trp_structure_get_label (found))
    what = "label";
  else if (color.red != other.red || color.green != other.green || color.blue != other.blue)
    what = "colour";
  if (!what)
    return check_mask (wanted, found, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "the %s of \"%s\" is another", what, name);
  return false;
}

static bool
check_set (const TrpStructureSet *wanted, const TrpStructureSet *found, GError **error)
{
  const size_t size = trp_structure_set_get_size (wanted);

  if (!trp_geometry_check_equal (trp_structure_set_get_geometry (wanted),
                                 trp_structure_set_get_geometry (found), error))
    return false;
  if (size != trp_structure_set_get_size (found))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "it has %zu structures instead of %zu",
                   trp_structure_set_get_size (found), size);
      return false;
    }
  for (size_t n = 0; n < size; n++)
    if (!check_structure (trp_structure_set_get (wanted, n), trp_structure_set_get (found, n),
                          error))
      return false;
  return true;
}

/* @staged must give @wanted; @path is what the user calls it. */
static bool
verify (const TrpStructureSet *wanted, const char *staged, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (TrpStructureSet) found = trp_structure_set_load (staged, NULL, &reason);

  if (found && check_set (wanted, found, &reason))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
               "What was written could not be read back as it should be (%s); nothing was replaced "
               "and nothing counts as saved: save in another place",
               reason->message);
  return false;
}

/* ---- saving ---- */

static bool
save_table (const TrpStructureSet *set, const char *image_path, GError **error)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_label_free);
  g_autofree char *path = trp_label_table_dup_path (image_path);
  g_autofree char *text = NULL;

  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);
      TrpLabel *label = g_new0 (TrpLabel, 1);

      label->value = trp_structure_get_label (structure);
      label->name = g_strdup (trp_structure_get_name (structure));
      label->color = trp_structure_get_color (structure);
      g_ptr_array_add (labels, label);
    }
  text = trp_label_table_write (labels);
  return trp_write_file (path, text, strlen (text), error);
}

/* What @format can hold of @set. (transfer full) */
static TrpStructureSet *
reduce (const TrpFormat *format,
        const TrpStructureSet *set,
        const char *const *priority,
        GError **error)
{
  g_autoptr (TrpStructureSet) reduced = NULL;
  uint16_t largest;

  if (!trp_label_map_check_labels (set, &largest, error))
    return NULL;
  reduced = format->save_structures ? trp_structure_set_copy (set)
                                    : trp_label_map_resolve (set, priority, error);
  for (size_t n = 0; reduced && n < trp_structure_set_get_size (reduced); n++)
    {
      TrpStructure *structure = trp_structure_set_get (reduced, n);
      g_autofree char *name = g_strdup_printf ("Label %u", trp_structure_get_label (structure));

      if (trp_structure_get_name (structure)[0] == '\0')
        trp_structure_set_name (structure, name); /* as it would be read */
    }
  return g_steal_pointer (&reduced);
}

static bool
write_set (const TrpFormat *format, const TrpStructureSet *set, const char *path, GError **error)
{
  g_autoptr (TrpVolume) volume = NULL;

  if (format->save_structures)
    return format->save_structures (set, path, error);
  volume = trp_label_map_from_set (set, NULL, error);
  return volume && format->save (volume, path, error) && save_table (set, path, error);
}

static bool
stage (TrpStaging *staging,
       const TrpFormat *format,
       const TrpStructureSet *set,
       const char *path,
       GError **error)
{
  g_autofree char *staged = trp_staging_dup_path (staging, path);

  if (!write_set (format, set, staged, error))
    return false;
  trp_staging_forget_pages (staging);
  return verify (set, staged, path, error);
}

static bool
save (const TrpStructureSet *set, const char *path, const char *const *priority, GError **error)
{
  const TrpFormat *format = trp_format_find_for_saving (path, error);
  g_autoptr (TrpStructureSet) reduced = format ? reduce (format, set, priority, error) : NULL;
  g_autoptr (TrpStaging) staging = reduced ? trp_staging_new (path, error) : NULL;
  g_autofree char *folder = g_path_get_dirname (path);

  return staging && stage (staging, format, reduced, path, error) &&
         trp_staging_commit (staging, folder, error);
}

bool
trp_structure_set_save (const TrpStructureSet *set,
                        const char *path,
                        const char *const *priority,
                        GError **error)
{
  if (save (set, path, priority, error))
    return true;
  trp_format_prefix_error (error, path);
  return false;
}

bool
trp_structure_file_holds_overlaps (const char *path)
{
  const TrpFormat *format = trp_format_find_for_saving (path, NULL);

  return format && format->save_structures;
}

/* ---- one file per structure ---- */

char **
trp_structure_set_list_files (const TrpStructureSet *set)
{
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const size_t size = trp_structure_set_get_size (set);
  char **files = g_new0 (char *, size + 1);

  for (size_t n = 0; n < size; n++)
    {
      const char *name = trp_structure_get_name (trp_structure_set_get (set, n));
      g_autofree char *safe = trp_file_name_make_safe (name, used);

      files[n] = g_strconcat (safe, ".nii.gz", NULL);
    }
  return files;
}

static TrpStructureSet *
make_single (const TrpStructureSet *set, const TrpStructure *structure)
{
  const char *name = trp_structure_get_name (structure);
  TrpStructureSet *single = trp_structure_set_new (name, trp_structure_set_get_geometry (set));
  g_autoptr (TrpStructure) copy = trp_structure_copy (structure);

  trp_structure_set_label (copy, 1);
  trp_structure_set_append (single, copy);
  return single;
}

static bool
save_each (const TrpStructureSet *set, const char *folder, GError **error)
{
  g_auto (GStrv) files = trp_structure_set_list_files (set);
  g_autoptr (TrpStaging) staging = NULL;

  for (size_t n = 0; files[n]; n++)
    {
      g_autoptr (TrpStructureSet) single = make_single (set, trp_structure_set_get (set, n));
      g_autofree char *path = g_build_filename (folder, files[n], NULL);
      const TrpFormat *format = trp_format_find_for_saving (path, error);
      g_autoptr (TrpStructureSet) reduced = format ? reduce (format, single, NULL, error) : NULL;

      if (reduced && !staging)
        staging = trp_staging_new (path, error);
      if (!reduced || !staging || !stage (staging, format, reduced, path, error))
        {
          trp_format_prefix_error (error, path);
          return false;
        }
    }
  return !staging || trp_staging_commit (staging, folder, error);
}

bool
trp_structure_set_save_separately (const TrpStructureSet *set, const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return save_each (set, folder, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder cannot be made: %s", g_strerror (errno));
  trp_format_prefix_error (error, folder);
  return false;
}
