/* document-consensus.h - one reading made of several
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The readings that are compared (ui/document-compare.h) vote, structure by structure, on the
 * edited reading's grid; those on another grid are brought there by nearest voxel, which is said.
 * The result is a reading of its own, edited from then on, its structures added through the edit
 * session: in the journal, to be undone, and unsaved. Main thread only.
 */

#pragma once

#include "core/metrics/consensus.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* @all: every structure that two readings have, else the active one. Starts a job of the document;
 * a "message" says what came of it, or why nothing can. */
void trp_document_make_consensus (TrpDocument *self, const TrpConsensusOptions *options, bool all);

/**
 * TrpConsensusPart: of the last consensus, one structure
 * @readings: what they were called
 * @masks: theirs, as they were; NULL once it is made
 */
typedef struct
{
  char *name;
  TrpColor color;
  guint n_readings;
  char *readings[TRP_CONSENSUS_MAX_MASKS];
  TrpMask *masks[TRP_CONSENSUS_MAX_MASKS];
  TrpConsensus *made;
} TrpConsensusPart;

/* (element-type TrpConsensusPart) (nullable): of the last one; "compare-changed" tells. Names pass
 * trp_document_hide_names() before they are shown. */
const GPtrArray *trp_document_peek_consensus (TrpDocument *self);

G_END_DECLS
