/* structure-file.h - structure sets in files, through the table of formats
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A format holds structures itself (NRRD segmentations), or the labels of its voxels are structures
 * (label-map.h) whose names and colours stand beside it (label-table.h). What is saved is written
 * into a new folder beside its place, read back by the same readers that open it later, and
 * compared bit by bit; only then does it take the place of what was there. Any thread.
 */

#pragma once

#include "core/io/format.h"

G_BEGIN_DECLS

/* The set is called after the file. Errors begin with the name of the file concerned. */
TrpStructureSet *trp_structure_set_load (const char *path,
                                         const TrpLoadOptions *options,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the format that writes @path holds structures that overlap. */
bool trp_structure_file_holds_overlaps (const char *path);

/**
 * trp_structure_set_save:
 * @path: extension of a writable format
 * @priority: (nullable): names, NULL-terminated, first wins where structures overlap; those not
 * named follow in order. Not for formats that hold overlaps
 *
 * A label map is uint8 (uint16 from label 256 on), with NAME.labels.csv beside it.
 *
 * Errors: TRP_ERROR_UNSUPPORTED naming the first overlapping pair when they overlap, the format
 * cannot hold that and @priority is NULL; TRP_ERROR_IO when reading back gives anything else than
 * what was to be saved. Nothing is replaced then. Errors begin with the file's name.
 */
bool trp_structure_set_save (const TrpStructureSet *set,
                             const char *path,
                             const char *const *priority,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): the file names that trp_structure_set_save_separately() gives the
 * structures, in their order. */
char **trp_structure_set_list_files (const TrpStructureSet *set);

/* One file per structure: FOLDER/NAME.nii.gz with values 0 and 1 and NAME.labels.csv with its name
 * and colour (file names made safe for file systems; two that become one get numbers). Makes the
 * folder. No file is replaced before all are written and read back. */
bool trp_structure_set_save_separately (const TrpStructureSet *set,
                                        const char *folder,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
