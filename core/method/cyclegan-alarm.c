/* cyclegan-alarm.c - see cyclegan-alarm.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/cyclegan-alarm.h"

#include "core/method/outline.h"

#include <math.h>

/* A tenth of the MR's range: above the noise of the air, which is dark on both and would hide a
 * swap (with a twentieth even the true CT of a phantom reaches -0.01), below muscle. */
#define FOREGROUND (-0.8F)

/* Sound runs and the true CT of 30 phantoms: correlation -0.3 or less, 5 % below -300 HU or less,
 * adversarial losses 0.3 to 0.6, discriminators 0.17 to 0.25. An inverted run rises with the MR; in
 * a collapsed one fat was -533 HU, the losses 2.0 and 0.05. */
#define SWAPPED_CORRELATION 0.1
#define LOST_SHARE 0.2
#define BEATEN_LOSS 0.1
#define BEATEN_ADVERSARIAL 1.5

/* Along the outline, 30 phantoms with their true CT: -0.06 to 0.91, mean 0.68. */
#define INVERTED_GRADIENTS (-0.3)

/* The true CT of the same phantoms: 2 of 960 slices. */
#define DRIFTED_DICE 0.8
#define DRIFTED_SHARE 0.5

/* ---- sums of pairs ---- */

typedef struct
{
  double n, x, y, xx, yy, xy;
} Pairs;

static void
add_pair (Pairs *sums, double x, double y)
{
  sums->n++;
  sums->x += x;
  sums->y += y;
  sums->xx += x * x;
  sums->yy += y * y;
  sums->xy += x * y;
}

static double
correlate (const Pairs *sums)
{
  const double xx = sums->xx - sums->x * sums->x / sums->n;
  const double yy = sums->yy - sums->y * sums->y / sums->n;
  const double xy = sums->xy - sums->x * sums->y / sums->n;

  return sums->n > 1 && xx > 0 && yy > 0 ? xy / sqrt (xx * yy) : 0;
}

static bool
is_outline (const uint8_t *body, size_t side)
{
  int n = 0;

  for (ptrdiff_t j = -1; j <= 1; j++)
    for (ptrdiff_t i = -1; i <= 1; i++)
      n += body[j * (ptrdiff_t) side + i];
  return n > 0 && n < 9;
}

double
trp_cyclegan_correlate_gradients (
  const float *x, const float *y, const uint8_t *bodies, size_t n, size_t side)
{
  Pairs sums = { 0 };

  for (size_t image = 0; image < n; image++)
    for (size_t row = 1; row + 1 < side; row++)
      for (size_t column = 1; column + 1 < side; column++)
        {
          const size_t at = (image * side + row) * side + column;

          if (bodies && !is_outline (bodies + at, side))
            continue;
          add_pair (&sums, (double) x[at + 1] - (double) x[at - 1],
                    (double) y[at + 1] - (double) y[at - 1]);
          add_pair (&sums, (double) x[at + side] - (double) x[at - side],
                    (double) y[at + side] - (double) y[at - side]);
        }
  return correlate (&sums);
}

/* ---- each alarm ---- */

typedef struct
{
  double correlation; /* of MR and SynCT */
  double lost;        /* share of the SynCT that is darker than any tissue */
} Body;

/* Where the MR has tissue. Fat is bright in MR and dark in CT, cortical bone the other way round,
 * so a sound SynCT falls with the MR; one that rises has swapped tissues. */
static Body
measure_body (const float *mr, const float *synct, size_t n, double lost_below)
{
  Pairs sums = { 0 };
  double lost = 0;

  for (size_t i = 0; i < n; i++)
    if (mr[i] > FOREGROUND)
      {
        add_pair (&sums, (double) mr[i], (double) synct[i]);
        lost += (double) synct[i] < lost_below;
      }
  if (sums.n < 2)
    return (Body){ 0, 0 };
  return (Body){ correlate (&sums), lost / sums.n };
}

static char *
tell_of_tissues (const TrpCycleganEvidence *e)
{
  const Body body = measure_body (e->real[0], e->fake[1], e->n * e->side * e->side, e->lost_below);

  if (body.correlation > SWAPPED_CORRELATION)
    return g_strdup_printf ("The SynCT rises with the MR (correlation %.2f): tissues are swapped",
                            body.correlation);
  if (body.lost > LOST_SHARE)
    return g_strdup_printf ("%.0f %% of the body has turned to air in the SynCT", 100 * body.lost);
  return NULL;
}

static char *
tell_of_discriminators (const TrpCycleganEvidence *e)
{
  if (e->discriminators >= BEATEN_LOSS || e->adversarial <= BEATEN_ADVERSARIAL)
    return NULL;
  return g_strdup_printf (
    "The discriminators have won (loss %.3f against %.2f): the images collapse", e->discriminators,
    e->adversarial);
}

static bool
find_bodies (
  const TrpCycleganEvidence *e, const float *images, int side, uint8_t *out_bodies, GError **error)
{
  const size_t n_pixels = e->side * e->side;

  for (size_t k = 0; k < e->n; k++)
    if (!trp_outline_find_body (images + k * n_pixels, e->side, e->side, e->threshold[side],
                                out_bodies + k * n_pixels, error))
      return false;
  return true;
}

/* Air is dark in MR and CT alike, so along the body's outline edges have the same polarity, even
 * where fat and muscle change places within. */
static char *
tell_of_gradients (const TrpCycleganEvidence *e, uint8_t *const bodies[2])
{
  static const char *const names[2] = { "SynMR", "SynCT" };

  for (int side = 1; side >= 0; side--)
    {
      const double correlation = trp_cyclegan_correlate_gradients (e->real[1 - side], e->fake[side],
                                                                   bodies[1 - side], e->n, e->side);

      if (correlation < INVERTED_GRADIENTS)
        return g_strdup_printf (
          "The outline of the body in the %s has its edges the wrong way "
          "round (correlation of gradients %.2f): light and dark are inverted",
          names[side], correlation);
    }
  return NULL;
}

/* @bodies: of the real images. Kieselmann et al. 2021 drop slices below this Dice. */
static bool
tell_of_drift (const TrpCycleganEvidence *e,
               uint8_t *const bodies[2],
               char **out_sentence,
               GError **error)
{
  const size_t n_pixels = e->side * e->side;
  g_autofree uint8_t *made = g_new (uint8_t, e->n * n_pixels);
  size_t n_drifted = 0;
  double least = 1;

  for (int side = 0; side < 2; side++)
    {
      if (!find_bodies (e, e->fake[side], side, made, error))
        return false;
      for (size_t k = 0; k < e->n; k++)
        {
          const double dice = trp_outline_dice (bodies[1 - side] + k * n_pixels,
                                                made + k * n_pixels, n_pixels);

          n_drifted += dice < DRIFTED_DICE;
          least = MIN (least, dice);
        }
    }
  if ((double) n_drifted >= DRIFTED_SHARE * 2 * (double) e->n)
    *out_sentence = g_strdup_printf (
      "The body's outline has moved in %zu of %zu slices (Dice with its image down to %.2f)",
      n_drifted, 2 * e->n, least);
  return true;
}

bool
trp_cyclegan_find_alarm (const TrpCycleganEvidence *evidence, TrpAlarm *out_alarm, GError **error)
{
  const size_t n = evidence->n * evidence->side * evidence->side;
  g_autofree uint8_t *mr = g_new (uint8_t, n), *ct = g_new (uint8_t, n);
  uint8_t *const bodies[2] = { mr, ct };

  *out_alarm = (TrpAlarm){ NULL, true };
  for (int side = 0; side < 2; side++)
    if (!find_bodies (evidence, evidence->real[side], side, bodies[side], error))
      return false;
  out_alarm->sentence = tell_of_tissues (evidence);
  if (!out_alarm->sentence)
    out_alarm->sentence = tell_of_discriminators (evidence);
  if (!out_alarm->sentence)
    out_alarm->sentence = tell_of_gradients (evidence, bodies);
  if (out_alarm->sentence)
    return true;
  out_alarm->is_hopeless = false;
  return tell_of_drift (evidence, bodies, &out_alarm->sentence, error);
}
