/* label-voxels.h - the voxels of a label map: which labels there are, and their masks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slices are read on all threads; results do not depend on how many. Any thread.
 */

#pragma once

#include "core/image/volume.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

#define TRP_N_LABELS 65536

/**
 * TrpLabelSearch:
 * @seen: (TRP_N_LABELS) which labels there are, 0 (background) among them
 * @n_distinct: how many
 * @mask_bytes: what the masks of all labels but 0 take
 * @offender: first value that is no whole number from 0 to 65535, if @has_offender
 */
typedef struct
{
  unsigned char *seen;
  size_t n_distinct;
  uint64_t mask_bytes;
  bool has_offender;
  double offender;
} TrpLabelSearch;

/**
 * trp_label_search_run:
 * @most: ends early when one slice alone has more different labels
 * @out_search: (out): always set; trp_label_search_clear() frees it
 *
 * Returns: false if a value is no label or there are more than @most; with @most TRP_N_LABELS only
 * the first.
 */
bool trp_label_search_run (const TrpVolume *volume, size_t most, TrpLabelSearch *out_search);
void trp_label_search_clear (TrpLabelSearch *search);

/* Sets in @masks[label] the voxels of each label, all in one pass; labels whose mask is NULL are
 * left out. For volumes that trp_label_search_run() takes. */
void trp_label_voxels_fill (const TrpVolume *volume, TrpMask *masks[TRP_N_LABELS]);

/* Writes @label where the mask is set: into bytes, or into 16-bit values with @is_wide, of which
 * every @stride-th belongs to the mask's grid. */
void trp_label_voxels_paint (
  const TrpMask *mask, uint16_t label, bool is_wide, size_t stride, void *out_values);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpLabelSearch, trp_label_search_clear)

G_END_DECLS
