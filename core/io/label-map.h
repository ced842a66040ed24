/* label-map.h - structure sets in files with one label per voxel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any volume format can carry a label map; names and colours stand beside it, see label-table.h.
 * Without any, structures are called "Label N". Any thread.
 */

#pragma once

#include "core/io/structure-file.h"

G_BEGIN_DECLS

/* True when all values are whole numbers from 0 to 65535 and there are at most 256 different ones:
 * the question before a file is offered as structures. */
bool trp_label_map_looks_like (const TrpVolume *volume);

/**
 * trp_label_map_is_evident:
 * @path: (nullable): file it came from
 *
 * The question before a file is taken for labels unasked. Pictures of eight bits and coarse MR look
 * like label maps too, so no value is over 40, or there are but two, or at most 256 and @path says
 * it ("mask", "labels", "seg", "gtv" ... as a word); an image of a known modality never is one. A
 * constant of a label is a label map: a structure that fills its box.
 */
bool trp_label_map_is_evident (const TrpVolume *volume, const char *path);

/* Neither evident nor ruled out: at most 256 different values, which a picture of eight bits has
 * too, or more where @path says labels. The question before a file is blended unasked. */
bool trp_label_map_is_doubtful (const TrpVolume *volume, const char *path);

/**
 * trp_label_map_to_set:
 * @volume: every value a whole number from 0 to 65535; 0 is background
 * @labels_path: (nullable): file beside which names and colours are looked for
 *
 * Structures come in the order of the table, then by label. Empty ones are made only for what
 * NAME.labels.csv lists, since other tables serve many files.
 *
 * Errors: TRP_ERROR_FORMAT naming the first value that is no label, or the table's mistake; with
 * @labels_path they begin with the name of the file concerned.
 */
TrpStructureSet *
trp_label_map_to_set (const TrpVolume *volume, const char *labels_path, GError **error);

/**
 * trp_label_map_list_labels:
 *
 * What belongs beside a copy of the file: its own table, or what a table of the folder says if that
 * names every label in @volume, however many.
 *
 * Returns: (element-type TrpLabel) (transfer full): NULL without an error if @volume is no label
 * map or has no names.
 */
GPtrArray *
trp_label_map_list_labels (const TrpVolume *volume, const char *labels_path, GError **error);

/* Errors: TRP_ERROR_UNSUPPORTED naming two structures with one label. */
bool trp_label_map_check_labels (const TrpStructureSet *set,
                                 uint16_t *out_largest,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_label_map_resolve:
 * @priority: (nullable): names, NULL-terminated, first wins where structures overlap; those not
 * named follow in order
 *
 * Returns: (transfer full): what a label map can hold of @set: the same structures, no two of which
 * share a voxel.
 *
 * Errors: TRP_ERROR_UNSUPPORTED naming the first overlapping pair where there is no @priority, or a
 * name in it that does not exist.
 */
TrpStructureSet *trp_label_map_resolve (const TrpStructureSet *set,
                                        const char *const *priority,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_label_map_from_set:
 * @priority: see trp_label_map_resolve()
 *
 * Returns: (transfer full): labels as uint8, uint16 from label 256 on.
 *
 * Errors: those of the two above.
 */
TrpVolume *trp_label_map_from_set (const TrpStructureSet *set,
                                   const char *const *priority,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
