/* laterality.c - see laterality.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/laterality.h"

#include <string.h>

char *
trp_laterality_swap (const char *name)
{
  static const char sides[] = "LRlr", others[] = "RLrl";
  char *swapped = g_strdup (name);

  for (size_t n = strlen (name); n-- > 1;)
    {
      const char *side = strchr (sides, name[n]);

      if (side && name[n - 1] == '_' && (name[n + 1] == '\0' || name[n + 1] == '_'))
        {
          swapped[n] = others[side - sides];
          return swapped;
        }
    }
  g_free (swapped);
  return NULL;
}
