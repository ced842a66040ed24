/* document-compare.h - several readings of the document at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which readings are compared, how they are called and coloured, and what of them is shown over the
 * pictures. Nothing here changes a voxel. Main thread only. "compare-changed" of the document tells
 * of all of it; names and order come with "readings-changed".
 *
 * A copy that the program made to be edited, and a consensus of others, are nobody's reading: they
 * would count a reader twice. They are compared only if the user says so.
 */

#pragma once

#include "core/draw/palette.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* Whose a reading is. */
typedef enum
{
  TRP_READING_OPENED,
  TRP_READING_STARTED,   /* drawn here, from nothing */
  TRP_READING_COPY,      /* of the first that was opened, to be edited */
  TRP_READING_CONSENSUS, /* made of others */
} TrpReadingKind;

TrpReadingKind trp_document_get_reading_kind (TrpDocument *self, guint index);

/* The reading is new and is edited from now on; takes a reference. */
void trp_document_edit_new_reading (TrpDocument *self, TrpStructureSet *set, TrpReadingKind kind);

/* What a reading is called on the screen: its name or, while readers are hidden, "Reader B". */
const char *trp_document_get_reading_label (TrpDocument *self, guint index);
/* (element-type guint) (transfer full): the readings in the order in which they are shown. */
GArray *trp_document_list_readings (TrpDocument *self);

bool trp_document_is_compared (TrpDocument *self, guint index);
void trp_document_set_compared (TrpDocument *self, guint index, bool is_compared);
/* (element-type guint) (transfer full): those that are compared and have a structure of that name,
 * in the order in which they are shown. */
GArray *trp_document_list_compared (TrpDocument *self, const char *structure_name);
/* How a reading's outline is drawn beside others'; the dash for core/draw/outline.h. */
TrpColor trp_document_get_reading_color (TrpDocument *self, guint index);
unsigned trp_document_get_reading_dash (TrpDocument *self, guint index);

/* Outlines of the active structure in all readings that are compared. */
bool trp_document_get_readings_shown (TrpDocument *self);
void trp_document_set_readings_shown (TrpDocument *self, bool shown);
/* How many of them hold each voxel. */
bool trp_document_get_agreement_shown (TrpDocument *self);
void trp_document_set_agreement_shown (TrpDocument *self, bool shown);

/**
 * trp_document_find_why_not_compared:
 *
 * Returns: (transfer full) (nullable): one sentence why there is nothing to compare for the active
 * structure; NULL if there is.
 */
char *trp_document_find_why_not_compared (TrpDocument *self);

/**
 * TrpAgreement: the active structure in the readings that are compared
 * @levels: @n_readings masks on the edited reading's grid, each as a structure of its own so that
 * its outlines can be kept: [m - 1] has the voxels of at least m readings
 * @n_resampled: readings that came from another grid, nearest voxel
 */
typedef struct
{
  guint n_readings;
  guint n_resampled;
  GPtrArray *levels;
} TrpAgreement;

/* (nullable): NULL while it is not shown, not yet computed, or not possible. It is made by a job
 * and follows strokes in the same call. */
const TrpAgreement *trp_document_peek_agreement (TrpDocument *self);

G_END_DECLS
