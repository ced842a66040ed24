/* label-table.h - names and colours of the values of a label map
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two kinds of text: a CSV with the header value,name,red,green,blue (other columns are passed
 * over), and ITK-SNAP's label description. Numbers are read and written without regard to the
 * locale. Any thread.
 */

#pragma once

#include "core/structure/structure.h"

G_BEGIN_DECLS

typedef struct
{
  uint16_t value;
  TrpColor color;
  bool visible;
  char *name;
} TrpLabel;

void trp_label_free (TrpLabel *label);

/**
 * trp_label_table_parse:
 *
 * Which kind @text is shows in its first lines. Value 0 (ITK-SNAP's "Clear Label") is left out.
 *
 * Returns: (element-type TrpLabel) (transfer full): in the order of the file; the last of two lines
 * with one value counts.
 *
 * Errors: TRP_ERROR_FORMAT with the number of the line.
 */
GPtrArray *
trp_label_table_parse (const char *text, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): the CSV of @labels (element-type TrpLabel). */
char *trp_label_table_write (const GPtrArray *labels);

/**
 * trp_label_table_find:
 * @image_path: of the label map
 * @out_is_own: the table is NAME.labels.csv, made for this image alone
 *
 * Looks for NAME.labels.csv, labels.csv in the folder, NAME.label or NAME.txt as ITK-SNAP's, and
 * the first ITK-SNAP file (*.label, *.txt) of the folder.
 *
 * Returns: (transfer full): NULL without an error if there is none.
 *
 * Errors: the message begins with the table's file name.
 */
GPtrArray *trp_label_table_find (const char *image_path,
                                 bool *out_is_own,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "x/NAME.labels.csv" for "x/NAME.nii.gz". */
char *trp_label_table_dup_path (const char *image_path);

/* (transfer none): the entry for @value; NULL if there is none or @labels is NULL. */
const TrpLabel *trp_label_table_get (const GPtrArray *labels, uint16_t value);

G_END_DECLS
