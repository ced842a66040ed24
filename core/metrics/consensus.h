/* consensus.h - one mask of several readings of a structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Immutable when made; any thread, on masks that nobody writes.
 */

#pragma once

#include "core/metrics/staple.h"
#include "core/structure/vote.h"

G_BEGIN_DECLS

#define TRP_CONSENSUS_MAX_MASKS MIN (TRP_VOTE_MAX_MASKS, TRP_STAPLE_MAX_MASKS)
#define TRP_CONSENSUS_DEFAULT_MARGIN_MM 10

typedef enum
{
  TRP_CONSENSUS_MAJORITY,
  TRP_CONSENSUS_STAPLE,
  TRP_CONSENSUS_UNION,
  TRP_CONSENSUS_INTERSECTION,
  TRP_N_CONSENSUS_KINDS,
} TrpConsensusKind;

/* "majority", "staple", "union", "intersection": for files and scripts. */
const char *trp_consensus_kind_get_key (TrpConsensusKind kind);
/* Returns: false for any other word. */
bool trp_consensus_kind_parse (const char *key, TrpConsensusKind *out_kind);

/**
 * TrpConsensusOptions:
 * @tie: of the majority of an even number
 * @margin_mm: of STAPLE's box (core/metrics/staple.h)
 */
typedef struct
{
  TrpConsensusKind kind;
  TrpTie tie;
  double margin_mm;
} TrpConsensusOptions;

/**
 * TrpConsensus:
 * @n_resampled: masks that came from another grid, by nearest voxel
 * @staple: what STAPLE found; NULL for the other kinds
 */
typedef struct
{
  TrpMask *mask;
  size_t n_resampled;
  TrpStaple *staple;
} TrpConsensus;

/**
 * trp_consensus_make:
 * @masks: 2 to TRP_CONSENSUS_MAX_MASKS, borrowed, on any grids
 * @geometry: of the result
 *
 * Errors: TRP_ERROR_LIMIT for another number of masks; G_IO_ERROR_CANCELLED.
 */
TrpConsensus *trp_consensus_make (const TrpMask *const *masks,
                                  size_t n_masks,
                                  const TrpGeometry *geometry,
                                  const TrpConsensusOptions *options,
                                  TrpProgress *progress,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_consensus_free (TrpConsensus *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpConsensus, trp_consensus_free)

G_END_DECLS
