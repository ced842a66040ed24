/* test-consensus.c - one mask of several readings: kinds, other grids, what is refused
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/consensus.h"
#include "tests/lib/check.h"

/* Along i, on voxels of @spacing mm: from @first to @last mm. */
static TrpMask *
make_bar (double spacing, double first, double last)
{
  const size_t size[3] = { (size_t) (40 / spacing), (size_t) (8 / spacing),
                           (size_t) (8 / spacing) };
  const TrpGeometry geometry = trp_geometry_axial (
    size, (double[]){ spacing, spacing, spacing },
    trp_vec3 (0.5 * spacing, 0.5 * spacing, 0.5 * spacing));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t i = (size_t) (first / spacing); i < (size_t) (last / spacing); i++)
    trp_mask_set (mask, i, 2, 2, true);
  return mask;
}

static size_t
count (const TrpMask *const *masks, size_t n_masks, TrpConsensusKind kind, TrpTie tie)
{
  const TrpConsensusOptions options = { kind, tie, TRP_CONSENSUS_DEFAULT_MARGIN_MM };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpConsensus) made = trp_consensus_make (
    masks, n_masks, trp_mask_get_geometry (masks[0]), &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_true ((made->staple != NULL) == (kind == TRP_CONSENSUS_STAPLE));
  return trp_mask_count (made->mask);
}

/* Bars of 1 mm voxels: 4 to 16, 8 to 20, 12 to 32. */
static void
test_kinds (void)
{
  g_autoptr (TrpMask) first = make_bar (1, 4, 16);
  g_autoptr (TrpMask) second = make_bar (1, 8, 20);
  g_autoptr (TrpMask) third = make_bar (1, 12, 32);
  const TrpMask *const masks[] = { first, second, third };

  g_assert_cmpuint (count (masks, 3, TRP_CONSENSUS_UNION, TRP_TIE_OUTSIDE), ==, 28);
  g_assert_cmpuint (count (masks, 3, TRP_CONSENSUS_INTERSECTION, TRP_TIE_OUTSIDE), ==, 4);
  g_assert_cmpuint (count (masks, 3, TRP_CONSENSUS_MAJORITY, TRP_TIE_OUTSIDE), ==, 12);
  g_assert_cmpuint (count (masks, 2, TRP_CONSENSUS_MAJORITY, TRP_TIE_OUTSIDE), ==, 8);
  g_assert_cmpuint (count (masks, 2, TRP_CONSENSUS_MAJORITY, TRP_TIE_INSIDE), ==, 16);
  g_assert_cmpuint (count (masks, 3, TRP_CONSENSUS_STAPLE, TRP_TIE_OUTSIDE), >=, 4);
}

/* Six voxels of 2 mm hold 48 of 1 mm, in other rows than the 12 of the fine bar. */
static void
test_other_grids_are_brought_to_the_first (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_UNION, TRP_TIE_OUTSIDE, 0 };
  g_autoptr (TrpMask) fine = make_bar (1, 4, 16);
  g_autoptr (TrpMask) coarse = make_bar (2, 8, 20);
  const TrpMask *const masks[] = { fine, coarse };
  g_autoptr (TrpConsensus)
    made = trp_consensus_make (masks, 2, trp_mask_get_geometry (fine), &options, NULL, NULL);

  g_assert_cmpuint (made->n_resampled, ==, 1);
  g_assert_true (trp_mask_get (made->mask, 19, 4, 5) && !trp_mask_get (made->mask, 20, 4, 4));
  g_assert_cmpuint (trp_mask_count (made->mask), ==, 12 + 6 * 8);
}

static void
test_keys (void)
{
  TrpConsensusKind kind = TRP_N_CONSENSUS_KINDS;

  for (int n = 0; n < TRP_N_CONSENSUS_KINDS; n++)
    {
      g_assert_true (
        trp_consensus_kind_parse (trp_consensus_kind_get_key ((TrpConsensusKind) n), &kind));
      g_assert_cmpint (kind, ==, n);
    }
  g_assert_false (trp_consensus_kind_parse ("mean", &kind));
}

static void
test_refuses_one_reading (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_UNION, TRP_TIE_OUTSIDE, 0 };
  g_autoptr (TrpMask) bar = make_bar (1, 4, 16);
  const TrpMask *const masks[] = { bar };
  g_autoptr (GError) error = NULL;

  g_assert_null (
    trp_consensus_make (masks, 1, trp_mask_get_geometry (bar), &options, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consensus/kinds", test_kinds);
  g_test_add_func ("/consensus/other-grids-are-brought-to-the-first",
                   test_other_grids_are_brought_to_the_first);
  g_test_add_func ("/consensus/keys", test_keys);
  g_test_add_func ("/consensus/refuses-one-reading", test_refuses_one_reading);
  return g_test_run ();
}
