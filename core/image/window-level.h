/* window-level.h - from values to grey
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The linear functions of DICOM PS3.3 C.11.2.1.2 with an output of 0 to 255. Plain values and an
 * immutable table; any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpWindow:
 * @width, @level: in the volume's unit; width > 0
 * @exact: LINEAR_EXACT (c and w) instead of LINEAR (c - 0.5 and w - 1). LINEAR assumes whole
 * numbers: where it is asked for a width under 1, LINEAR_EXACT is used
 * @inverted: large values dark. Holds both MONOCHROME1 and the user's wish (one undoes the other)
 */
typedef struct
{
  double width;
  double level;
  bool exact;
  bool inverted;
} TrpWindow;

/* NAN gives 0. */
uint8_t trp_window_apply (const TrpWindow *self, double value);
/* Width and level from the values that shall be black and white. */
TrpWindow trp_window_from_range (double low, double high);
bool trp_window_equal (const TrpWindow *self, const TrpWindow *other);

/**
 * trp_window_get_default:
 *
 * The file's own window if it has one; else CT and SynCT (or whatever is in HU): soft tissue; MR:
 * 0.5 to 99.5 percentile of the foreground (trp_volume_get_tissue_range()); PET: 0 to the same 99.5
 * percentile, inverted; anything else: by its range like CT when it reaches below -500, else like
 * MR. Passes over the voxels for MR and PET: not for the main thread.
 */
TrpWindow trp_window_get_default (const TrpVolume *volume);

/**
 * TrpWindowPreset:
 * @name: in English, marked for translation; show _(name)
 */
typedef struct
{
  const char *name;
  double width;
  double level;
} TrpWindowPreset;

/* Presets for HU in the order of their keys Alt+1, Alt+2, ...; @out_n of them. */
const TrpWindowPreset *trp_window_get_presets (size_t *out_n);

/**
 * TrpWindowTable: a window made ready for one volume's stored values
 *
 * Stored types of up to 16 bits go through a table of 65536 greys, the others through arithmetic;
 * the results are those of trp_window_apply() on slope * stored + intercept.
 */
typedef struct _TrpWindowTable TrpWindowTable;

TrpWindowTable *trp_window_table_new (const TrpWindow *window, const TrpVolume *volume);
void trp_window_table_free (TrpWindowTable *self);
/* Grey of stored values (of the volume's type) @n apart by @stride elements. */
void trp_window_table_map (
  const TrpWindowTable *self, const void *stored, ptrdiff_t stride, size_t n, uint8_t *out_grey);
/* Grey of a value in units, with the table's window. */
uint8_t trp_window_table_apply (const TrpWindowTable *self, double value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpWindowTable, trp_window_table_free)

G_END_DECLS
