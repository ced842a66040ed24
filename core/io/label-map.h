/* label-map.h - structure sets in files with one label per voxel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any volume format can carry a label map; names and colours stand beside it in NAME.labels.csv,
 * else in the folder's labels.csv (value,name,red,green,blue), else in an ITK-SNAP label
 * description file (*.label, *.txt with its header); without any, structures are called "Label N".
 * Any thread.
 */

#pragma once

#include "core/io/format.h"

G_BEGIN_DECLS

/* True when all values are whole numbers from 0 to 65535 and there are at most 256 different ones:
 * the question before a file is offered as structures. */
bool trp_label_map_looks_like (const TrpVolume *volume);

/**
 * trp_label_map_to_set:
 * @volume: every value a whole number from 0 to 65535; 0 is background
 * @labels_path: (nullable): file beside which names and colours are looked for
 *
 * Errors: TRP_ERROR_FORMAT naming the first value that is no label.
 */
TrpStructureSet *
trp_label_map_to_set (const TrpVolume *volume, const char *labels_path, GError **error);

/* Load and turn into structures; the set is called after the file. */
TrpStructureSet *trp_structure_set_load (const char *path,
                                         const TrpLoadOptions *options,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_structure_set_save:
 * @path: extension of a writable format
 * @priority: (nullable): names, NULL-terminated, first wins where structures overlap; those not
 * named follow in order
 *
 * Writes uint8 (uint16 from label 256 on) and NAME.labels.csv beside it, both atomically.
 *
 * Errors: TRP_ERROR_UNSUPPORTED naming the first overlapping pair when they overlap and @priority
 * is NULL.
 */
bool trp_structure_set_save (const TrpStructureSet *set,
                             const char *path,
                             const char *const *priority,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file per structure: DIR/NAME.nii.gz (names made safe for file systems). */
bool trp_structure_set_save_separately (const TrpStructureSet *set,
                                        const char *folder,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
