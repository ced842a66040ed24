/* number.c - see number.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/number.h"

char *
trp_number_to_text (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_dtostr (text, sizeof text, value);
  return g_strdup (text);
}
