/* document-blind.h - readings whose readers are not to be known
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opened readings are called "Reader A", "Reader B", ... in an order that is a pure function of a
 * seed and their names (core/study/blind-order.h). Those that are opened later take the next
 * letters; a letter once given is kept. What the program made itself (a copy to edit, a consensus)
 * keeps its name. Everything that a window shows asks for trp_document_get_reading_label(); texts
 * that may hold a name of a file or a reading pass trp_document_hide_names().
 *
 * Seed and names are kept with the case in the user's state folder, so a case that is opened again
 * is still blind, and can be resolved. Main thread only. Tells by "readings-changed".
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

bool trp_document_is_blind (TrpDocument *self);
/* Returns: false if there are no two readings to be told apart. */
bool trp_document_hide_readers (TrpDocument *self, uint64_t seed);
void trp_document_show_readers (TrpDocument *self);
uint64_t trp_document_get_blind_seed (TrpDocument *self);
/* Readings that would get a letter. */
guint trp_document_count_readers (TrpDocument *self);
/* (transfer full): "Reader A is oncologist, ...", one a line. */
char *trp_document_dup_readers (TrpDocument *self);

/* (nullable): "Reader B" while it is hidden. */
const char *trp_document_get_blind_alias (TrpDocument *self, TrpStructureSet *set);
/* Where the reading with @index stands among hidden readers; -1 if it is not one. */
int trp_document_get_blind_place (TrpDocument *self, guint index);
/* (transfer full): @text with every name of a hidden reader, and of the file it came from, replaced
 * by its alias. */
char *trp_document_hide_names (TrpDocument *self, const char *text);

G_END_DECLS
