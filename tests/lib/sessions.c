/* sessions.c - edit sessions and volumes for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/sessions.h"

TrpEditSession *
trp_test_session_new (const TrpGeometry *geometry, size_t n_structures)
{
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("observer", geometry);

  for (size_t n = 0; n < n_structures; n++)
    {
      const char name[] = { (char) ('A' + n), '\0' };
      g_autoptr (TrpStructure)
        structure = trp_structure_new (name, trp_color_get_default (n), trp_mask_new (geometry));

      trp_structure_set_append (set, structure);
    }
  return trp_edit_session_new (set);
}

TrpStructure *
trp_test_session_get (const TrpEditSession *session, size_t index)
{
  return trp_structure_set_get (trp_edit_session_peek_set (session), index);
}

const TrpMask *
trp_test_session_get_mask (const TrpEditSession *session, size_t index)
{
  return trp_structure_peek_mask (trp_test_session_get (session, index));
}

void
trp_test_session_stroke (TrpEditSession *session,
                         size_t index,
                         const TrpBrush *brush,
                         const TrpPaintOptions *options,
                         TrpVec3 from,
                         TrpVec3 to,
                         int n_events)
{
  GError *error = NULL;
  const bool begun = trp_edit_session_begin_stroke (
    session, "Brush", trp_test_session_get (session, index), brush, options, from, &error);

  g_assert_no_error (error);
  g_assert_true (begun);
  for (int event = 1; event <= n_events; event++)
    {
      const double t = (double) event / n_events;

      trp_edit_session_extend_stroke (
        session, trp_vec3_add (trp_vec3_scale (from, 1 - t), trp_vec3_scale (to, t)));
    }
  trp_edit_session_end_stroke (session);
}

TrpVolume *
trp_test_volume_new (const TrpGeometry *geometry, TrpTestValue get_value, void *user_data)
{
  const size_t *size = geometry->size;
  float *values = g_new (float, trp_geometry_count_voxels (geometry));
  g_autoptr (GBytes)
    bytes = g_bytes_new_take (values, trp_geometry_count_voxels (geometry) * sizeof *values);
  size_t n = 0;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        values[n++] = get_value (
          trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)),
          user_data);
  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}
