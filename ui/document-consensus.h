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

#include "core/structure/vote.h"
#include "ui/document.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_CONSENSUS_MAJORITY,
  TRP_CONSENSUS_STAPLE,
  TRP_CONSENSUS_UNION,
  TRP_CONSENSUS_INTERSECTION,
  TRP_N_CONSENSUS_KINDS,
} TrpConsensusKind;

/**
 * TrpConsensusOptions:
 * @all: every structure that two readings have, else the active one
 * @tie: of the majority of an even number
 * @margin_mm: of STAPLE's box
 */
typedef struct
{
  TrpConsensusKind kind;
  bool all;
  TrpTie tie;
  double margin_mm;
} TrpConsensusOptions;

#define TRP_CONSENSUS_DEFAULT_MARGIN_MM 10

/* Starts a job of the document; a "message" says what came of it, or why nothing can. */
void trp_document_make_consensus (TrpDocument *self, const TrpConsensusOptions *options);

/**
 * TrpConsensusPart: of the last consensus, one structure
 * @readings: what they were called
 * @sensitivity, @specificity: by STAPLE, else NAN
 * @prior, @margin_mm: what they depend on
 * @converged: false where the iteration was ended by its limit
 */
typedef struct
{
  char *name;
  TrpColor color;
  guint n_readings;
  char *readings[TRP_VOTE_MAX_MASKS];
  TrpMask *masks[TRP_VOTE_MAX_MASKS];
  TrpMask *result;
  guint n_resampled;
  double sensitivity[TRP_VOTE_MAX_MASKS];
  double specificity[TRP_VOTE_MAX_MASKS];
  double prior;
  double margin_mm;
  unsigned n_iterations;
  bool converged;
} TrpConsensusPart;

/* (element-type TrpConsensusPart) (nullable): of the last one; "compare-changed" tells. Names pass
 * trp_document_hide_names() before they are shown. */
const GPtrArray *trp_document_peek_consensus (TrpDocument *self);

G_END_DECLS
