/* document-compare.c - several readings of the document at once
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-compare.h"
#include "config.h"

#include "ui/document-blind.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

#define N_DASHES 4 /* of core/draw/outline.h */

/* ---- order and names ---- */

const char *
trp_document_get_reading_label (TrpDocument *self, guint index)
{
  TrpStructureSet *set = trp_document_get_reading (self, index);
  const char *alias = trp_document_get_blind_alias (self, set);

  return alias ? alias : trp_structure_set_get_name (set);
}

/* Hidden readers stand in the order of their letters, behind what is nobody's reading. */
static int
compare_places (const void *a, const void *b, void *data)
{
  TrpDocument *self = data;
  const guint first = *(const guint *) a, second = *(const guint *) b;
  const int first_place = trp_document_get_blind_place (self, first);
  const int second_place = trp_document_get_blind_place (self, second);

  if (first_place != second_place)
    return first_place < second_place ? -1 : 1;
  return first < second ? -1 : first > second;
}

GArray *
trp_document_list_readings (TrpDocument *self)
{
  const guint n_readings = trp_document_get_n_readings (self);
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (guint), n_readings);

  for (guint n = 0; n < n_readings; n++)
    g_array_append_val (order, n);
  g_array_sort_with_data (order, compare_places, self);
  return order;
}

/* ---- which are compared ---- */

GArray *
trp_document_list_compared (TrpDocument *self, const char *structure_name)
{
  g_autoptr (GArray) order = trp_document_list_readings (self);
  GArray *compared = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint n = 0; n < order->len; n++)
    {
      const guint index = g_array_index (order, guint, n);

      if (trp_document_is_compared (self, index) &&
          trp_structure_set_find (trp_document_get_reading (self, index), structure_name))
        g_array_append_val (compared, index);
    }
  return compared;
}

char *
trp_document_find_why_not_compared (TrpDocument *self)
{
  TrpStructure *active = trp_document_peek_active (self);
  g_autoptr (GArray) compared = NULL;

  if (!active)
    return g_strdup (_ ("Choose a structure first: its readings are compared."));
  compared = trp_document_list_compared (self, trp_structure_get_name (active));
  if (compared->len >= 2)
    return NULL;
  return g_strdup_printf (
    ngettext ("Two readings are needed: %u has a structure called \u201c%s\u201d.",
              "Two readings are needed: %u have a structure called \u201c%s\u201d.", compared->len),
    compared->len, trp_structure_get_name (active));
}

/* ---- colours: by the place in the list, not by the order of opening ---- */

static guint
find_place (TrpDocument *self, guint index)
{
  g_autoptr (GArray) order = trp_document_list_readings (self);
  guint place = 0;

  while (place < order->len && g_array_index (order, guint, place) != index)
    place++;
  return place;
}

TrpColor
trp_document_get_reading_color (TrpDocument *self, guint index)
{
  const uint32_t rgb = trp_palette_get_series (find_place (self, index), true);

  return (TrpColor){ (uint8_t) (rgb >> 16), (uint8_t) (rgb >> 8), (uint8_t) rgb };
}

unsigned
trp_document_get_reading_dash (TrpDocument *self, guint index)
{
  return find_place (self, index) % N_DASHES;
}

/* ---- what is shown ---- */

bool
trp_document_get_readings_shown (TrpDocument *self)
{
  return self->readings_shown;
}

void
trp_document_set_readings_shown (TrpDocument *self, bool shown)
{
  if (self->readings_shown == shown)
    return;
  self->readings_shown = shown;
  trp_document_emit (self, TRP_DOCUMENT_COMPARE_CHANGED);
}

bool
trp_document_get_agreement_shown (TrpDocument *self)
{
  return trp_document_agreement_is_wanted (self->agreement);
}

void
trp_document_set_agreement_shown (TrpDocument *self, bool shown)
{
  if (trp_document_agreement_is_wanted (self->agreement) == shown)
    return;
  trp_document_agreement_set_wanted (self, shown);
  trp_document_emit (self, TRP_DOCUMENT_COMPARE_CHANGED);
}
