/* window-level.c - see window-level.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/window-level.h"
#include "config.h"
#include "core/image/histogram.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SOFT_TISSUE_WIDTH 400
#define SOFT_TISSUE_LEVEL 40

/* The ramp of a window: 0 up to @low, 255 above @high. */
typedef struct
{
  double low;
  double high;
  double scale;
  uint8_t flip; /* 0xff for inverted */
} Ramp;

/* PS3.3 C.11.2.1.2.1 (LINEAR) and C.11.2.1.3.2 (LINEAR_EXACT), turned into where they start and
 * end. */
static Ramp
get_ramp (const TrpWindow *window)
{
  const bool is_exact = window->exact || window->width < 1;
  const double center = is_exact ? window->level : window->level - 0.5;
  const double width = is_exact ? window->width : window->width - 1;
  Ramp ramp = { .low = center - 0.5 * width, .high = center + 0.5 * width };

  ramp.scale = width > 0 ? 255 / width : 0;
  ramp.flip = window->inverted ? 0xff : 0;
  return ramp;
}

static inline uint8_t
apply_ramp (const Ramp *ramp, double value)
{
  uint8_t grey;

  if (!(value > ramp->low))
    grey = 0;
  else if (value > ramp->high)
    grey = 255;
  else
    grey = (uint8_t) ((value - ramp->low) * ramp->scale + 0.5);
  return isnan (value) ? 0 : grey ^ ramp->flip;
}

uint8_t
trp_window_apply (const TrpWindow *self, double value)
{
  const Ramp ramp = get_ramp (self);

  return apply_ramp (&ramp, value);
}

TrpWindow
trp_window_from_range (double low, double high)
{
  const double width = high - low;

  if (!(isfinite (width) && width > 0))
    return (TrpWindow){ .width = 1, .level = isfinite (low) ? low : 0, .exact = true };
  return (TrpWindow){ .width = width, .level = low + 0.5 * width, .exact = true };
}

bool
trp_window_equal (const TrpWindow *self, const TrpWindow *other)
{
  return self->width == other->width && self->level == other->level &&
         self->exact == other->exact && self->inverted == other->inverted;
}

static bool
is_in_hu (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  double low, high;

  if (info->modality == TRP_MODALITY_CT || info->modality == TRP_MODALITY_SYNCT)
    return true;
  if (info->modality != TRP_MODALITY_UNKNOWN)
    return false;
  if (g_strcmp0 (info->unit, "HU") == 0)
    return true;
  trp_volume_get_range (volume, &low, &high);
  return low < -500;
}

TrpWindow
trp_window_get_default (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  double low, high;
  TrpWindow window;

  if (info->window_width > 0)
    return (TrpWindow){ info->window_width, info->window_level, info->window_is_exact,
                        info->inverted };
  if (is_in_hu (volume))
    return (TrpWindow){ SOFT_TISSUE_WIDTH, SOFT_TISSUE_LEVEL, false, info->inverted };
  trp_volume_get_tissue_range (volume, 0.5, 99.5, &low, &high);
  window = trp_window_from_range (info->modality == TRP_MODALITY_PT ? fmin (0, low) : low, high);
  window.inverted = info->inverted != (info->modality == TRP_MODALITY_PT);
  return window;
}

const TrpWindowPreset *
trp_window_get_presets (size_t *out_n)
{
  static const TrpWindowPreset presets[] = {
    { N_ ("soft tissue"), SOFT_TISSUE_WIDTH, SOFT_TISSUE_LEVEL },
    { N_ ("lung"), 1500, -600 },
    { N_ ("bone"), 2000, 400 },
    { N_ ("brain"), 80, 40 },
    { N_ ("liver"), 150, 60 },
    { N_ ("mediastinum"), 350, 50 },
    { N_ ("stroke"), 40, 40 },
    { N_ ("subdural"), 200, 75 },
    { N_ ("angio"), 600, 300 },
  };

  *out_n = G_N_ELEMENTS (presets);
  return presets;
}

struct _TrpWindowTable
{
  TrpVoxelType type;
  double slope, intercept;
  Ramp ramp;
  uint8_t *greys; /* by the stored value's bits; NULL for types of 32 bits */
};

static double
get_stored (TrpVoxelType type, unsigned bits)
{
  return type == TRP_VOXEL_I16 ? (double) (int16_t) (uint16_t) bits : (double) bits;
}

TrpWindowTable *
trp_window_table_new (const TrpWindow *window, const TrpVolume *volume)
{
  TrpWindowTable *self = g_new0 (TrpWindowTable, 1);
  size_t n_greys;

  self->type = trp_volume_get_voxel_type (volume);
  self->slope = trp_volume_get_slope (volume);
  self->intercept = trp_volume_get_intercept (volume);
  self->ramp = get_ramp (window);
  if (self->type == TRP_VOXEL_I32 || self->type == TRP_VOXEL_F32)
    return self;
  n_greys = self->type == TRP_VOXEL_U8 ? 256 : 65536;
  self->greys = g_malloc (n_greys);
  for (size_t n = 0; n < n_greys; n++)
    self->greys[n] = apply_ramp (&self->ramp, self->slope * get_stored (self->type, (unsigned) n) +
                                                self->intercept);
  return self;
}

void
trp_window_table_free (TrpWindowTable *self)
{
  if (!self)
    return;
  g_free (self->greys);
  g_free (self);
}

#define MAP(type, expression)                                                                      \
  do                                                                                               \
    {                                                                                              \
      const type *values = stored;                                                                 \
                                                                                                   \
      for (size_t done = 0; done < n; done++, values += stride)                                    \
        out_grey[done] = (expression);                                                             \
    }                                                                                              \
  while (0)

void
trp_window_table_map (
  const TrpWindowTable *self, const void *stored, ptrdiff_t stride, size_t n, uint8_t *out_grey)
{
  switch (self->type)
    {
    case TRP_VOXEL_U8:
      MAP (uint8_t, self->greys[*values]);
      break;
    case TRP_VOXEL_I16:
    case TRP_VOXEL_U16:
      MAP (uint16_t, self->greys[*values]);
      break;
    case TRP_VOXEL_I32:
      MAP (int32_t, apply_ramp (&self->ramp, self->slope * (double) *values + self->intercept));
      break;
    case TRP_VOXEL_F32:
    case TRP_N_VOXEL_TYPES:
    default:
      MAP (float, apply_ramp (&self->ramp, self->slope * (double) *values + self->intercept));
      break;
    }
}

uint8_t
trp_window_table_apply (const TrpWindowTable *self, double value)
{
  return apply_ramp (&self->ramp, value);
}
