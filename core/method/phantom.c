/* phantom.c - see phantom.h: the list of kinds
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/phantom.h"

#include "core/method/phantom-anatomy.h"
#include "core/method/phantom-render.h"

#include <string.h>

static const TrpPhantomKind *const kinds[] = { &trp_phantom_pelvis, &trp_phantom_head,
                                               &trp_phantom_hip, NULL };

const TrpPhantomKind *const *
trp_phantom_list (void)
{
  return kinds;
}

const char *
trp_phantom_get_name (const TrpPhantomKind *kind)
{
  return kind->name;
}

const char *
trp_phantom_get_label_name (const TrpPhantomKind *kind, unsigned value)
{
  return value >= 1 && value <= kind->n_labels ? kind->labels[value - 1].name : NULL;
}

const TrpPhantomKind *
trp_phantom_find (const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (size_t n = 0; kinds[n]; n++)
    {
      if (strcmp (kinds[n]->name, name) == 0)
        return kinds[n];
      g_string_append_printf (known, "%s%s", n ? ", " : "", kinds[n]->name);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "There is no phantom \"%s\"; there are: %s",
               name, known->str);
  return NULL;
}

static bool
check_matrix (size_t matrix, GError **error)
{
  if (matrix >= TRP_PHANTOM_MIN_MATRIX && matrix <= TRP_PHANTOM_MAX_MATRIX)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "A phantom's matrix is %d to %d pixels, not %zu",
               TRP_PHANTOM_MIN_MATRIX, TRP_PHANTOM_MAX_MATRIX, matrix);
  return false;
}

bool
trp_phantom_make_as (const TrpPhantomKind *kind,
                     const TrpPhantomOptions *options,
                     unsigned index,
                     TrpPhantomCase *out_case,
                     GError **error)
{
  if (!check_matrix (options->matrix, error) ||
      (options->ct_matrix && !check_matrix (options->ct_matrix, error)))
    return false;
  trp_phantom_render (kind, options, index, out_case);
  return true;
}

bool
trp_phantom_make (const TrpPhantomKind *kind,
                  uint64_t seed,
                  unsigned index,
                  size_t matrix,
                  TrpPhantomCase *out_case,
                  GError **error)
{
  const TrpPhantomOptions options = { .seed = seed, .matrix = matrix };

  return trp_phantom_make_as (kind, &options, index, out_case, error);
}

void
trp_phantom_case_clear (TrpPhantomCase *self)
{
  trp_volume_unref (self->mr);
  trp_volume_unref (self->ct);
  trp_volume_unref (self->ct_on_mr);
  trp_volume_unref (self->mr_labels);
  trp_volume_unref (self->ct_labels);
  *self = (TrpPhantomCase){ 0 };
}

TrpStructureSet *
trp_phantom_make_structures (const TrpPhantomKind *kind, const TrpVolume *labels)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const size_t n = trp_geometry_count_voxels (geometry);
  const uint8_t *values = trp_volume_peek_voxels (labels);
  g_autofree uint16_t *wide = g_new (uint16_t, n);
  TrpStructureSet *set = trp_structure_set_new ("truth", geometry);

  for (size_t i = 0; i < n; i++)
    wide[i] = values[i];
  for (size_t l = 0; l < kind->n_labels; l++)
    {
      const TrpPhantomLabel *label = &kind->labels[l];
      const uint16_t value = (uint16_t) (l + 1);
      g_autoptr (TrpStructure) structure = trp_structure_new (
        label->name, (TrpColor){ label->red, label->green, label->blue },
        trp_mask_new_from_labels (geometry, wide, value));

      trp_structure_set_label (structure, value);
      trp_structure_set_append (set, structure);
    }
  trp_structure_set_set_frame_of_reference (set, trp_volume_get_info (labels)->frame_of_reference);
  return set;
}
