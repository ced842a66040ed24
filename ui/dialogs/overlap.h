/* overlap.h - how structures that overlap are to be saved
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names each overlapping pair with what it shares, and offers the ways there are; what would be
 * replaced is said beside its name. Main thread.
 */

#pragma once

#include "ui/document-save.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_OVERLAP_NOTHING,      /* is saved */
  TRP_OVERLAP_SEPARATELY,   /* one file per structure */
  TRP_OVERLAP_PRIORITY,     /* one label map, the first structure wins */
  TRP_OVERLAP_SEGMENTATION, /* a format that holds overlaps */
} TrpOverlapAnswer;

/**
 * TrpOverlapQuestion: all borrowed
 * @pairs: (element-type TrpOverlapping)
 * @names: NULL-terminated, in the order in which structures shall win
 * @map, @segmentation: paths of the label map and of the segmentation
 * @files: NULL-terminated: names of the files in @map's folder, one per structure
 * @answer: chosen at first
 */
typedef struct
{
  const GPtrArray *pairs;
  const char *const *names;
  const char *map;
  const char *segmentation;
  const char *const *files;
  TrpOverlapAnswer answer;
} TrpOverlapQuestion;

/* @priority: the names in the order that was chosen, whatever the answer. */
typedef void (*TrpOverlapAnswered) (TrpOverlapAnswer answer,
                                    const char *const *priority,
                                    void *user_data);

/* @answered is called once. Returns: (transfer none): the window, which is shown. */
GtkWidget *trp_overlap_dialog_show (GtkWindow *parent,
                                    const TrpOverlapQuestion *question,
                                    TrpOverlapAnswered answered,
                                    void *user_data);

G_END_DECLS
