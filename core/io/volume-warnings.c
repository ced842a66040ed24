/* volume-warnings.c - see volume-warnings.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/volume-warnings.h"

/* Outside of these a spacing is more likely a wrong unit than an image of a patient. */
#define MIN_SPACING 0.001
#define MAX_SPACING 100

GPtrArray *
trp_warnings_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

void
trp_warnings_add (GPtrArray *warnings, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
trp_warnings_add_geometry (GPtrArray *warnings, const TrpGeometry *geometry)
{
  double least = G_MAXDOUBLE, most = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      least = MIN (least, trp_geometry_get_spacing (geometry, axis));
      most = MAX (most, trp_geometry_get_spacing (geometry, axis));
    }
  if (least < MIN_SPACING || most > MAX_SPACING)
    trp_warnings_add (
      warnings, "The voxel spacing of %.4g x %.4g x %.4g mm is unlikely; check the unit",
      trp_geometry_get_spacing (geometry, 0), trp_geometry_get_spacing (geometry, 1),
      trp_geometry_get_spacing (geometry, 2));
  if (trp_geometry_is_sheared (geometry))
    trp_warnings_add (warnings, "The image's axes are not perpendicular (sheared grid); distances "
                                "cannot be measured on it");
}

char **
trp_warnings_finish (GPtrArray *warnings)
{
  const bool is_empty = warnings->len == 0;

  g_ptr_array_add (warnings, NULL);
  if (!is_empty)
    return (char **) g_ptr_array_free (warnings, FALSE);
  g_ptr_array_unref (warnings);
  return NULL;
}
