/* slice-picture.c - the texture of a slice, made again only when it must be
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/slice-picture.h"

#include "core/image/reslice.h"

/* What the texture was made from; compared field by field before it is made again. */
typedef struct
{
  TrpVolume *volume; /* the picture holds a reference */
  TrpDisplay display;
  bool is_native;
  TrpNativeSlice slice;
  TrpRaster raster; /* of the texture's pixels */
} Source;

struct _TrpSlicePicture
{
  Source source;
  GdkTexture *texture; /* NULL: nothing to show */
  TrpWindowTable *table;
  TrpWindow table_window;
  guint n_made;
};

TrpSlicePicture *
trp_slice_picture_new (void)
{
  return g_new0 (TrpSlicePicture, 1);
}

static void
clear (TrpSlicePicture *self)
{
  g_clear_object (&self->texture);
  g_clear_pointer (&self->table, trp_window_table_free);
  g_clear_pointer (&self->source.volume, trp_volume_unref);
}

void
trp_slice_picture_free (TrpSlicePicture *self)
{
  if (!self)
    return;
  clear (self);
  g_free (self);
}

guint
trp_slice_picture_count_made (const TrpSlicePicture *self)
{
  return self->n_made;
}

/* Moving the cursor within the plane changes the last bits of the raster's position. */
static bool
same_raster (const TrpRaster *a, const TrpRaster *b)
{
  if (a->width != b->width || a->height != b->height)
    return false;
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 4; column++)
      if (fabs (a->lps_from_px.m[row][column] - b->lps_from_px.m[row][column]) > 1e-7)
        return false;
  return true;
}

static bool
same_source (const Source *a, const Source *b)
{
  if (a->volume != b->volume || a->is_native != b->is_native ||
      !trp_window_equal (&a->display.window, &b->display.window) ||
      a->display.nearest != b->display.nearest)
    return false;
  if (!a->is_native)
    return same_raster (&a->raster, &b->raster);
  return a->slice.axis == b->slice.axis && a->slice.index == b->slice.index &&
         a->slice.right_axis == b->slice.right_axis && a->slice.right_sign == b->slice.right_sign &&
         a->slice.down_axis == b->slice.down_axis && a->slice.down_sign == b->slice.down_sign;
}

static const TrpWindowTable *
get_table (TrpSlicePicture *self, TrpVolume *volume, const TrpWindow *window)
{
  if (self->table && self->source.volume == volume &&
      trp_window_equal (&self->table_window, window))
    return self->table;
  g_clear_pointer (&self->table, trp_window_table_free);
  self->table = trp_window_table_new (window, volume);
  self->table_window = *window;
  return self->table;
}

static void
make_texture (TrpSlicePicture *self, const Source *source)
{
  const TrpWindowTable *table = get_table (self, source->volume, &source->display.window);
  const size_t width = source->raster.width, height = source->raster.height;
  uint32_t *pixels = g_new (uint32_t, width * height);
  g_autoptr (GBytes) bytes = NULL;

  if (source->is_native)
    trp_reslice_native (source->volume, &source->slice, table, width, pixels);
  else
    trp_reslice_oblique (source->volume, &source->raster,
                         source->display.nearest ? TRP_INTERPOLATION_NEAREST
                                                 : TRP_INTERPOLATION_LINEAR,
                         table, width, pixels);
  bytes = g_bytes_new_take (pixels, width * height * sizeof *pixels);
  g_clear_object (&self->texture);
  self->texture = gdk_memory_texture_new ((int) width, (int) height, GDK_MEMORY_DEFAULT, bytes,
                                          width * sizeof *pixels);
  self->n_made++;
}

bool
trp_slice_picture_update (TrpSlicePicture *self,
                          TrpVolume *volume,
                          const TrpDisplay *display,
                          const TrpPlane *plane,
                          const TrpRaster *raster)
{
  Source source = { .volume = volume, .display = *display };
  const TrpNativeMatch match = volume ? trp_plane_match_native (
                                          plane, trp_volume_get_geometry (volume), &source.slice)
                                      : TRP_NATIVE_OUTSIDE;

  if (match == TRP_NATIVE_OUTSIDE || raster->width == 0 || raster->height == 0)
    {
      clear (self);
      return false;
    }
  source.is_native = match == TRP_NATIVE_SLICE && !display->nearest;
  source.raster = source.is_native
                    ? trp_raster_native (trp_volume_get_geometry (volume), &source.slice)
                    : *raster;
  if (self->texture && same_source (&self->source, &source))
    return true;
  make_texture (self, &source);
  trp_volume_ref (volume);
  g_clear_pointer (&self->source.volume, trp_volume_unref);
  self->source = source;
  return true;
}

void
trp_slice_picture_snapshot (TrpSlicePicture *self,
                            GtkSnapshot *snapshot,
                            const TrpRaster *raster,
                            int scale)
{
  const Source *source = &self->source;
  double x[2] = { 0 }, y[2] = { 0 };
  graphene_rect_t bounds;

  if (!self->texture)
    return;
  trp_raster_px_from_lps (raster, trp_raster_lps_from_px (&source->raster, 0, 0), &x[0], &y[0]);
  trp_raster_px_from_lps (raster,
                          trp_raster_lps_from_px (&source->raster, (double) source->raster.width,
                                                  (double) source->raster.height),
                          &x[1], &y[1]);
  graphene_rect_init (&bounds, (float) (x[0] / scale), (float) (y[0] / scale),
                      (float) ((x[1] - x[0]) / scale), (float) ((y[1] - y[0]) / scale));
  gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}
