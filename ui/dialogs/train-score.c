/* train-score.c - see train-score.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-score.h"
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  const char *name;
  TrpTrainScore score;
} Entry;

static const Entry entries[] = {
  { "mae", { "MAE", "HU", 0, false } },
  { "mi", { N_ ("mutual information"), "", 2, true } },
  { "outline_dice", { N_ ("outline Dice"), "", 3, true } },
  { "cycle", { N_ ("cycle"), "L1", 3, false } },
  { "dice", { "Dice", "", 3, true } },
  { "loss", { N_ ("loss"), "", 3, false } },
  { "auto", { N_ ("score"), "", 2, false } },
};

TrpTrainScore
trp_train_score_describe (const char *name)
{
  for (size_t n = 0; n < G_N_ELEMENTS (entries); n++)
    if (strcmp (entries[n].name, name) == 0)
      {
        TrpTrainScore score = entries[n].score;

        score.title = _ (score.title);
        return score;
      }
  /* a structure's Dice is "dice_3" */
  return (TrpTrainScore){ name, "", 3, g_str_has_prefix (name, "dice") };
}
