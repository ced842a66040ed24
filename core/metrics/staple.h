/* staple.h - the structure that several readers most probably meant
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Simultaneous truth and performance level estimation: expectation maximisation estimates each
 * reader's sensitivity and specificity together with the probability of every voxel. Voxels on
 * which all readers decide alike have one probability, so the sums run over the readers' patterns
 * (at most 2^n) weighted by how often each occurs: exact, the same bits on any machine, and as fast
 * for a large structure as for a small one once the patterns are counted. Voxels are independent
 * (no Markov random field).
 *
 * What takes part decides the result: specificity and the prior depend on how much background is
 * counted. Over a whole CT every reader has a specificity of nearly 1, the prior is nearly 0, and
 * the estimate leans towards the union. So the voxels are those of a box, stated in the result.
 *
 * Three readers and more: two readers decide in four ways, which is three shares for four numbers,
 * so their sensitivities and specificities depend on where the iteration begins.
 *
 * Source: S. K. Warfield, K. H. Zou, W. M. Wells, IEEE Trans. Med. Imaging 23 (2004) 903-921,
 * equations 14, 18 and 19.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

#include <math.h>

G_BEGIN_DECLS

#define TRP_STAPLE_MAX_MASKS 16

typedef enum
{
  TRP_STAPLE_BOX,      /* all voxels of the box */
  TRP_STAPLE_DISPUTED, /* of those only the ones that readers disagree about; what all hold is in,
                          what none holds is out */
} TrpStapleRegion;

/**
 * TrpStapleOptions: TRP_STAPLE_DEFAULTS for all of them
 * @margin_mm: of the box around the union of all masks, on each side, cut at the grid; INFINITY:
 * the whole grid
 * @prior: probability of the structure at a voxel before anybody has looked; NAN: the share of the
 * voxels taking part that a reader holds, on average
 * @initial: sensitivity and specificity that the iteration starts from, above 0.5 and below 1
 * @tolerance: the iteration ends when no sensitivity or specificity moves by more
 */
typedef struct
{
  TrpStapleRegion region;
  double margin_mm;
  double prior;
  double initial;
  double tolerance;
  unsigned max_iterations;
} TrpStapleOptions;

#define TRP_STAPLE_DEFAULTS                                                                        \
  ((TrpStapleOptions){ TRP_STAPLE_BOX, .margin_mm = 10, .prior = NAN, .initial = 0.99,             \
                       .tolerance = 1e-7, .max_iterations = 1000 })

/**
 * TrpStaple: the estimate; immutable
 * @box: in which voxels took part; empty where all masks are
 * @prior: the one used
 * @n_voxels: that took part
 * @sensitivity, @specificity: per mask, 0 to 1; NAN where all masks are empty
 * @probability: per pattern of decisions, bit n set where mask n holds the voxel; 2^@n_masks of
 * them; NAN for patterns that do not occur
 * @mask: voxels of at least 0.5
 * @converged: false where @n_iterations are the most allowed
 */
typedef struct
{
  size_t n_masks;
  TrpBox box;
  double prior;
  size_t n_voxels;
  double sensitivity[TRP_STAPLE_MAX_MASKS];
  double specificity[TRP_STAPLE_MAX_MASKS];
  double *probability;
  TrpMask *mask;
  unsigned n_iterations;
  bool converged;
} TrpStaple;

/**
 * trp_staple_compute:
 * @masks: on one grid, borrowed
 *
 * Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_LIMIT for fewer than 2 masks or more
 * than TRP_STAPLE_MAX_MASKS; G_IO_ERROR_CANCELLED.
 */
TrpStaple *trp_staple_compute (const TrpMask *const *masks,
                               size_t n_masks,
                               const TrpStapleOptions *options,
                               TrpProgress *progress,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_staple_free (TrpStaple *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStaple, trp_staple_free)

G_END_DECLS
