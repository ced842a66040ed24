/* observers.c - see observers.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/observers.h"

#include <string.h>

bool
trp_arm_is_pair (const char *arm)
{
  return strstr (arm, TRP_ARM_VERSUS) != NULL;
}

const char *
trp_arm_get_modality (const char *arm)
{
  return g_str_has_prefix (arm, "ct") || g_str_has_suffix (arm, " on CT") ? "CT" : "MR";
}

bool
trp_results_mix_observers (const TrpResults *self)
{
  g_autoptr (GPtrArray) arms = trp_results_list (self, TRP_RESULT_ARM);
  const char *first = NULL;

  for (guint n = 0; n < arms->len; n++)
    {
      const char *arm = arms->pdata[n];

      if (!trp_arm_is_pair (arm))
        continue;
      if (first && strcmp (first, trp_arm_get_modality (arm)) != 0)
        return true;
      first = trp_arm_get_modality (arm);
    }
  return false;
}

char *
trp_arm_name_observers (const char *arm, const char *name, bool mixed)
{
  return mixed ? g_strdup_printf ("%s on %s", name, trp_arm_get_modality (arm)) : g_strdup (name);
}
