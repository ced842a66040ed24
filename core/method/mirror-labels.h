/* mirror-labels.h - which label a mirrored patient's structure has
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A mirrored left parotid is a right one. Training that mirrors its slices (TrpAugment.flip) must
 * exchange the labels of sided structures, or a network learns both sides as one. Sides are read
 * from the names (core/structure/laterality.h) that stand with the label maps. Any thread.
 */

#pragma once

#include "core/study/data-list.h"

G_BEGIN_DECLS

/**
 * trp_mirror_labels_find:
 * @role: the structures' column
 * @labels: values that are learnt
 * @out_mirror: for each value 0 to 255 the value after mirroring; itself without a side
 *
 * Errors: those of loading; TRP_ERROR_UNSUPPORTED naming a learnt structure that has a side in its
 * name and no partner in any label map of the list.
 */
bool trp_mirror_labels_find (const TrpDataList *list,
                             TrpDataRole role,
                             const uint8_t *labels,
                             size_t n_labels,
                             uint8_t out_mirror[256],
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
