/* label-map.c - see label-map.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/label-map.h"

#include "core/io/file-name.h"
#include "core/io/label-table.h"
#include "core/io/label-voxels.h"
#include "core/structure/boolean.h"

#include <math.h>
#include <string.h>

#define MAX_DISTINCT 256
#define MAX_EVIDENT 40 /* value: an image of so few greys would show nothing */
#define MAX_STRUCTURES 4096
#define MAX_MASK_BYTES ((uint64_t) 4 << 30)

bool
trp_label_map_looks_like (const TrpVolume *volume)
{
  g_auto (TrpLabelSearch) search = { 0 };

  return trp_label_search_run (volume, MAX_DISTINCT, &search);
}

static bool
says_labels (const char *path)
{
  static const char *const words[] = { "mask",
                                       "masks",
                                       "label",
                                       "labels",
                                       "labelmap",
                                       "seg",
                                       "gt",
                                       "roi",
                                       "contour",
                                       "contours",
                                       "segmentation",
                                       "segmentations",
                                       "gtv",
                                       "gtvp",
                                       "ctv",
                                       "ptv",
                                       "structure",
                                       "structures",
                                       "aseg",
                                       "aparc",
                                       "totalseg",
                                       "totalsegmentator",
                                       NULL };

  return path && trp_file_name_has_word (path, words);
}

/* Few small values, as structures are counted, or two as masks have. */
static bool
has_values_of_labels (const TrpVolume *volume, const TrpLabelSearch *search)
{
  double low, high;

  trp_volume_get_range (volume, &low, &high);
  return high <= MAX_EVIDENT || search->n_distinct <= 2;
}

bool
trp_label_map_is_evident (const TrpVolume *volume, const char *path)
{
  g_auto (TrpLabelSearch) search = { 0 };

  return trp_volume_get_info (volume)->modality == TRP_MODALITY_UNKNOWN &&
         trp_label_search_run (volume, MAX_DISTINCT, &search) &&
         (has_values_of_labels (volume, &search) || says_labels (path));
}

bool
trp_label_map_is_doubtful (const TrpVolume *volume, const char *path)
{
  const bool says = says_labels (path);
  g_auto (TrpLabelSearch) search = { 0 };

  return trp_volume_get_info (volume)->modality == TRP_MODALITY_UNKNOWN &&
         trp_label_search_run (volume, says ? TRP_N_LABELS : MAX_DISTINCT, &search) &&
         (says ? search.n_distinct > MAX_DISTINCT : !has_values_of_labels (volume, &search));
}

static void
append (TrpStructureSet *set, uint16_t value, const TrpLabel *label, TrpMask *mask)
{
  g_autofree char *name = label ? g_strdup (label->name) : g_strdup_printf ("Label %u", value);
  g_autoptr (TrpStructure) structure = trp_structure_new (
    name, label ? label->color : trp_color_get_default ((size_t) value - 1), mask);

  trp_structure_set_label (structure, value);
  trp_structure_set_visible (structure, !label || label->visible);
  trp_structure_set_append (set, structure);
}

static TrpStructureSet *
build_set (const TrpVolume *volume,
           const unsigned char *seen,
           const GPtrArray *labels,
           bool with_empty)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  TrpStructureSet *set = trp_structure_set_new (info->description ? info->description : "Labels",
                                                geometry);
  g_autofree TrpMask **masks = g_new0 (TrpMask *, TRP_N_LABELS);

  trp_structure_set_set_frame_of_reference (set, info->frame_of_reference);
  trp_structure_set_set_patient_id (set, info->patient_id);
  for (size_t value = 1; value < TRP_N_LABELS; value++)
    if (seen[value] || (with_empty && trp_label_table_get (labels, (uint16_t) value)))
      masks[value] = trp_mask_new (geometry);
  trp_label_voxels_fill (volume, masks);
  for (guint n = 0; labels && n < labels->len; n++)
    {
      const TrpLabel *label = labels->pdata[n];

      if (masks[label->value])
        append (set, label->value, label, g_steal_pointer (&masks[label->value]));
    }
  for (size_t value = 1; value < TRP_N_LABELS; value++)
    if (masks[value])
      append (set, (uint16_t) value, NULL, masks[value]);
  return set;
}

/* An image taken for a label map would give a structure for each of its grey values. */
static bool
check_search (const TrpLabelSearch *search, GError **error)
{
  if (search->has_offender)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "This is no label map: it holds the value %g, and labels are whole numbers from "
                 "0 to 65535",
                 search->offender);
  else if (search->n_distinct > MAX_STRUCTURES || search->mask_bytes > MAX_MASK_BYTES)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "This is no label map that can be held: it has %zu different values, whose masks "
                 "take %.1f GB",
                 search->n_distinct, (double) search->mask_bytes / 1e9);
  else
    return true;
  return false;
}

TrpStructureSet *
trp_label_map_to_set (const TrpVolume *volume, const char *labels_path, GError **error)
{
  g_auto (TrpLabelSearch) search = { 0 };
  g_autoptr (GPtrArray) labels = NULL;
  g_autoptr (GError) reason = NULL;
  bool is_own = false;

  (void) trp_label_search_run (volume, TRP_N_LABELS, &search);
  if (!check_search (&search, error))
    {
      if (labels_path)
        trp_format_prefix_error (error, labels_path);
      return NULL;
    }
  if (labels_path)
    labels = trp_label_table_find (labels_path, &is_own, &reason);
  if (reason)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  return build_set (volume, search.seen, labels, is_own);
}

GPtrArray *
trp_label_map_list_labels (const TrpVolume *volume, const char *labels_path, GError **error)
{
  g_auto (TrpLabelSearch) search = { 0 };
  g_autoptr (GPtrArray) labels = NULL;
  g_autoptr (GError) reason = NULL;
  bool is_own, is_complete = true;

  if (!trp_label_search_run (volume, TRP_N_LABELS, &search))
    return NULL;
  labels = trp_label_table_find (labels_path, &is_own, &reason);
  /* a labels.csv about something else does not keep an image of many values from being converted */
  if (reason && (is_own || search.n_distinct <= MAX_DISTINCT))
    g_propagate_error (error, g_steal_pointer (&reason));
  if (!labels || is_own)
    return g_steal_pointer (&labels);
  for (size_t value = 1; value < TRP_N_LABELS; value++)
    is_complete = is_complete &&
                  (!search.seen[value] || trp_label_table_get (labels, (uint16_t) value));
  for (guint n = labels->len; n-- > 0;)
    if (!search.seen[((const TrpLabel *) labels->pdata[n])->value])
      g_ptr_array_remove_index (labels, n);
  return is_complete && labels->len > 0 ? g_steal_pointer (&labels) : NULL;
}

/* Indices of the set's structures, those that win first. */
static bool
sort_by_priority (const TrpStructureSet *set,
                  const char *const *priority,
                  size_t *out_order,
                  GError **error)
{
  const size_t n_structures = trp_structure_set_get_size (set);
  g_autofree bool *taken = g_new0 (bool, n_structures + 1);
  size_t n_sorted = 0;

  for (size_t p = 0; priority && priority[p]; p++)
    {
      bool found = false;

      for (size_t n = 0; n < n_structures; n++)
        if (!taken[n] &&
            strcmp (trp_structure_get_name (trp_structure_set_get (set, n)), priority[p]) == 0)
          {
            out_order[n_sorted++] = n;
            taken[n] = found = true;
          }
      if (!found)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "There is no structure \"%s\" to give priority to", priority[p]);
          return false;
        }
    }
  for (size_t n = 0; n < n_structures; n++)
    if (!taken[n])
      out_order[n_sorted++] = n;
  return true;
}

bool
trp_label_map_check_labels (const TrpStructureSet *set, uint16_t *out_largest, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, TRP_N_LABELS);

  *out_largest = 0;
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);
      const uint16_t label = trp_structure_get_label (structure);

      if (label == 0 || names[label])
        {
          g_set_error (
            error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "\"%s\" and \"%s\" have the same label %u",
            names[label] ? names[label] : "background", trp_structure_get_name (structure), label);
          return false;
        }
      names[label] = trp_structure_get_name (structure);
      *out_largest = MAX (*out_largest, label);
    }
  return true;
}

static bool
check_overlap (const TrpStructureSet *set, GError **error)
{
  size_t first, second, n_voxels;

  if (!trp_structure_set_find_overlap (set, &first, &second, &n_voxels))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "\"%s\" and \"%s\" share %zu voxels, and a label map holds one label per voxel: say "
               "which has priority, or save each in a file of its own",
               trp_structure_get_name (trp_structure_set_get (set, first)),
               trp_structure_get_name (trp_structure_set_get (set, second)), n_voxels);
  return false;
}

static void
append_part (TrpStructureSet *set, const TrpStructure *whole, TrpMask *mask)
{
  g_autoptr (TrpStructure) part = trp_structure_new (trp_structure_get_name (whole),
                                                     trp_structure_get_color (whole), mask);

  trp_structure_set_label (part, trp_structure_get_label (whole));
  trp_structure_set_append (set, part);
}

/* Takes from each structure, in @order, what those before it have. Returns: (transfer full): by
 * index; NULL where an error ended it. */
static GPtrArray *
take_shares (const TrpStructureSet *set, const size_t *order, GError **error)
{
  const size_t n_structures = trp_structure_set_get_size (set);
  g_autoptr (GPtrArray) shares = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_mask_free);
  g_autoptr (TrpMask) taken = trp_mask_new (trp_structure_set_get_geometry (set));

  g_ptr_array_set_size (shares, (int) n_structures);
  for (size_t n = 0; n < n_structures; n++)
    {
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, order[n]));
      TrpMask *all = trp_boolean_combine (TRP_BOOLEAN_UNION, taken, mask, error);

      if (!all || !(shares->pdata[order[n]] = trp_boolean_combine (TRP_BOOLEAN_SUBTRACT, mask,
                                                                   taken, error)))
        {
          trp_mask_free (all);
          return NULL;
        }
      trp_mask_free (taken);
      taken = all;
    }
  return g_steal_pointer (&shares);
}

TrpStructureSet *
trp_label_map_resolve (const TrpStructureSet *set, const char *const *priority, GError **error)
{
  g_autofree size_t *order = g_new (size_t, trp_structure_set_get_size (set) + 1);
  g_autoptr (GPtrArray) shares = NULL;
  size_t first, second, n_voxels;
  TrpStructureSet *resolved;

  if ((!priority && !check_overlap (set, error)) || !sort_by_priority (set, priority, order, error))
    return NULL;
  if (!trp_structure_set_find_overlap (set, &first, &second, &n_voxels))
    return trp_structure_set_copy (set);
  shares = take_shares (set, order, error);
  if (!shares)
    return NULL;
  resolved = trp_structure_set_new (trp_structure_set_get_name (set),
                                    trp_structure_set_get_geometry (set));
  for (guint n = 0; n < shares->len; n++)
    append_part (resolved, trp_structure_set_get (set, n), g_steal_pointer (&shares->pdata[n]));
  return resolved;
}

static TrpVolume *
paint_set (const TrpStructureSet *set, bool is_wide, GError **error)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const size_t count = trp_geometry_count_voxels (geometry), size = is_wide ? 2 : 1;
  TrpVolumeInfo info = { .n_frames = 1, .file_slope = 1, .is_label_map_like = true };
  void *values = g_try_malloc0_n (count, size);
  g_autoptr (GBytes) bytes = NULL;

  if (!values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu voxels", count);
      return NULL;
    }
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);

      trp_label_voxels_paint (trp_structure_peek_mask (structure),
                              trp_structure_get_label (structure), is_wide, 1, values);
    }
  bytes = g_bytes_new_take (values, count * size);
  return trp_volume_new (geometry, is_wide ? TRP_VOXEL_U16 : TRP_VOXEL_U8, bytes, 1, 0, &info,
                         error);
}

TrpVolume *
trp_label_map_from_set (const TrpStructureSet *set, const char *const *priority, GError **error)
{
  g_autoptr (TrpStructureSet) resolved = NULL;
  uint16_t largest;

  if (!trp_label_map_check_labels (set, &largest, error))
    return NULL;
  resolved = trp_label_map_resolve (set, priority, error);
  return resolved ? paint_set (resolved, largest > 255, error) : NULL;
}
