/* history-thumbnail.c - see history-thumbnail.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/history-thumbnail.h"
#include "config.h"

#include "core/draw/palette.h"
#include "core/geometry/raster.h"
#include "core/image/reslice.h"

#define MARGIN 1.4       /* of the changed voxels' box */
#define SMALLEST_MM 24.0 /* what the picture shows at least, each way */
#define SHARE 0.75       /* of the colour over the grey */

/* The changed voxels of one slice. */
typedef struct
{
  size_t k;
  size_t words_per_row;
  uint64_t *bits; /* ny rows */
  size_t begin[2], end[2];
} ChangedSlice;

static const TrpEditRecord *
find_voxels (const TrpEditStep *step)
{
  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    {
      const TrpEditRecord *record = trp_edit_step_get (step, n);

      if (record->kind == TRP_EDIT_VOXELS && !trp_patch_is_empty (record->patch))
        return record;
    }
  return NULL;
}

static size_t
count_bits (const TrpPatchRun *run)
{
  size_t n = 0;

  for (size_t w = 0; w < run->n_words; w++)
    n += (size_t) __builtin_popcountll (run->bits[w]);
  return n;
}

/* Runs come slice by slice. */
static size_t
choose_slice (const TrpPatch *patch)
{
  TrpPatchRun run;
  size_t position = 0, best = 0, most = 0, k = 0, n = 0;

  while (trp_patch_next_run (patch, &position, &run))
    {
      if (run.k != k)
        n = 0;
      k = run.k;
      n += count_bits (&run);
      if (n > most)
        {
          most = n;
          best = k;
        }
    }
  return best;
}

static void
add_run (ChangedSlice *self, const TrpPatchRun *run)
{
  for (size_t w = 0; w < run->n_words; w++)
    {
      const uint64_t bits = run->bits[w];
      const size_t first = 64 * (run->word + w);

      if (!bits)
        continue;
      self->bits[run->j * self->words_per_row + run->word + w] = bits;
      self->begin[0] = MIN (self->begin[0], first + (size_t) __builtin_ctzll (bits));
      self->end[0] = MAX (self->end[0], first + 64 - (size_t) __builtin_clzll (bits));
    }
  self->begin[1] = MIN (self->begin[1], run->j);
  self->end[1] = MAX (self->end[1], run->j + 1);
}

static ChangedSlice
get_slice (const TrpPatch *patch, const TrpGeometry *geometry)
{
  ChangedSlice self = { .k = choose_slice (patch),
                        .words_per_row = (geometry->size[0] + 63) / 64,
                        .begin = { SIZE_MAX, SIZE_MAX } };
  TrpPatchRun run;
  size_t position = 0;

  self.bits = g_new0 (uint64_t, self.words_per_row * geometry->size[1]);
  while (trp_patch_next_run (patch, &position, &run))
    if (run.k == self.k)
      add_run (&self, &run);
  return self;
}

static bool
is_changed (const ChangedSlice *self, const TrpGeometry *geometry, TrpVec3 point_ijk)
{
  const double i = floor (point_ijk.v[0] + 0.5), j = floor (point_ijk.v[1] + 0.5);

  if (i < 0 || j < 0 || i >= (double) geometry->size[0] || j >= (double) geometry->size[1])
    return false;
  return self->bits[(size_t) j * self->words_per_row + (size_t) i / 64] >> ((size_t) i % 64) & 1;
}

/* The grid's own slice, seen as a pane would show it. */
static TrpPlane
find_plane (const TrpGeometry *geometry, TrpVec3 point_lps)
{
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      const TrpPlane plane = trp_plane_along_grid (geometry, (TrpOrientation) n, point_lps, false);
      TrpNativeSlice slice;

      if (trp_plane_match_native (&plane, geometry, &slice) != TRP_NATIVE_NONE && slice.axis == 2)
        return plane;
    }
  return trp_plane_along_grid (geometry, TRP_ORIENTATION_AXIAL, point_lps, false);
}

static TrpRaster
make_raster (const ChangedSlice *self, const TrpGeometry *geometry, size_t side)
{
  const double width = (double) (self->end[0] - self->begin[0]),
               height = (double) (self->end[1] - self->begin[1]);
  const double shown = MARGIN * fmax (width * trp_geometry_get_spacing (geometry, 0),
                                      height * trp_geometry_get_spacing (geometry, 1));
  const TrpVec3 middle = trp_geometry_lps_from_ijk (
    geometry, trp_vec3 ((double) self->begin[0] + 0.5 * (width - 1),
                        (double) self->begin[1] + 0.5 * (height - 1), (double) self->k));
  const TrpPlane plane = find_plane (geometry, middle);

  return trp_raster_new (&plane, side, side, fmax (shown, SMALLEST_MM) / (double) side, middle);
}

static void
draw_image (TrpDocument *document, const TrpRaster *raster, uint32_t *pixels)
{
  const int role = trp_document_get_anchor (document);
  TrpWindowTable *table;

  if (role < 0)
    return;
  TrpVolume *volume = trp_document_get_volume (document, (TrpRole) role);

  table = trp_window_table_new (&trp_document_get_display (document, (TrpRole) role)->window,
                                volume);
  trp_reslice_oblique (volume, raster, TRP_INTERPOLATION_LINEAR, table, raster->width, pixels);
  trp_window_table_free (table);
}

static uint32_t
blend (uint32_t below, uint32_t above)
{
  uint32_t out = 0xff000000;

  for (int shift = 0; shift < 24; shift += 8)
    out |=
      (uint32_t) lrint ((1 - SHARE) * (below >> shift & 0xff) + SHARE * (above >> shift & 0xff))
      << shift;
  return out;
}

GdkTexture *
trp_history_thumbnail_new (TrpDocument *document, const TrpEditStep *step, size_t side)
{
  const TrpEditRecord *record = find_voxels (step);
  const TrpStructureSet *set = trp_document_peek_edited (document);

  if (!record || !set)
    return NULL;
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const ChangedSlice changed = get_slice (record->patch, geometry);
  const TrpRaster raster = make_raster (&changed, geometry, side);
  const uint32_t color = trp_palette_pack (trp_structure_get_color (record->structure));
  uint32_t *pixels = g_new0 (uint32_t, side * side);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, 4 * side * side);

  draw_image (document, &raster, pixels);
  for (size_t n = 0; n < side * side; n++)
    {
      const TrpVec3 point = trp_raster_lps_from_px (&raster, (double) (n % side) + 0.5,
                                                    (double) (n / side) + 0.5);

      pixels[n] = is_changed (&changed, geometry, trp_geometry_ijk_from_lps (geometry, point))
                    ? blend (pixels[n], color)
                    : pixels[n] | 0xff000000;
    }
  g_free (changed.bits);
  return gdk_memory_texture_new ((int) side, (int) side, GDK_MEMORY_DEFAULT, bytes, 4 * side);
}
