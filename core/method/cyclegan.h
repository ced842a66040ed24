/* cyclegan.h - what the files of the CycleGAN's training share
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * 2.5-D: with network.context = c an "image" is 2c + 1 neighbouring slices as channels, and a
 * generator turns all of them into as many; discriminators judge them together. So the way back is
 * fed what it was trained on, neighbours that fit each other, and identity, cycle and the other
 * losses need no second form. (Were only the middle slice made, the way back would see three copies
 * of it in the cycle but real neighbours elsewhere, and could tell the two apart.) Whoever wants
 * one slice takes the middle channel.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/* Columns of the log; the last four only with geometric consistency. */
enum
{
  TRP_CYCLEGAN_ADVERSARIAL_A,
  TRP_CYCLEGAN_ADVERSARIAL_B,
  TRP_CYCLEGAN_CYCLE_A,
  TRP_CYCLEGAN_CYCLE_B,
  TRP_CYCLEGAN_IDENTITY_A,
  TRP_CYCLEGAN_IDENTITY_B,
  TRP_CYCLEGAN_GC_A,
  TRP_CYCLEGAN_GC_B,
  TRP_CYCLEGAN_D_A,
  TRP_CYCLEGAN_D_B,
  TRP_CYCLEGAN_GEOMETRY_A,
  TRP_CYCLEGAN_GEOMETRY_B,
  TRP_CYCLEGAN_OUTLINE_A,
  TRP_CYCLEGAN_OUTLINE_B,
  TRP_CYCLEGAN_N_COLUMNS,
  TRP_CYCLEGAN_N_PLAIN = TRP_CYCLEGAN_GEOMETRY_A,
};

/* Pixels along the side of a sample, and its channels. */
size_t trp_cyclegan_get_side (const TrpRecipe *recipe);
size_t trp_cyclegan_get_channels (const TrpRecipe *recipe);
/* The generators as they are, on fixed slices: see TrpTrainerClass. */
TrpGraph *trp_cyclegan_build_preview (const TrpRecipe *recipe);
bool trp_cyclegan_preview (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error);
#define TRP_CYCLEGAN_ALARM_EVERY 200
bool
trp_cyclegan_alarm (TrpTrainer *trainer, const double *values, TrpAlarm *out_alarm, GError **error);

G_END_DECLS
