/* operation-target.c - see operation-target.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/operation-target.h"
#include "config.h"
#include "ui/dialogs/form.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>
#include <string.h>

/* One line of the choice. */
typedef struct
{
  enum
  {
    SELF,
    STRUCTURE,
    NEW,
    READING,
  } kind;
  char *name;
  int reading;
} Place;

struct _TrpOperationTarget
{
  GArray *places;
  GtkWidget *choice, *name, *name_row, *adds;
  void (*notify) (void *data);
  void *data;
};

static void
clear_place (void *data)
{
  g_free (((Place *) data)->name);
}

static const Place *
get_place (TrpOperationTarget *self)
{
  const guint n = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->choice));

  return &g_array_index (self->places, Place, MIN (n, self->places->len - 1));
}

static void
on_changed (TrpOperationTarget *self)
{
  const Place *place = get_place (self);

  gtk_widget_set_visible (self->name_row, place->kind == NEW);
  gtk_widget_set_visible (self->adds, place->kind == STRUCTURE || place->kind == READING);
  if (self->notify)
    self->notify (self->data);
}

static void
add_place (TrpOperationTarget *self, GtkStringList *list, Place place, const char *label)
{
  g_array_append_val (self->places, place);
  gtk_string_list_append (list, label);
}

/* Returns: the line to begin with. */
static guint
list_places (TrpOperationTarget *self,
             GtkStringList *list,
             TrpDocument *document,
             TrpStructure *structure,
             const TrpOperationTargetOptions *options)
{
  TrpStructureSet *set = trp_document_peek_edited (document);
  g_autoptr (GArray) order = trp_document_list_readings (document);
  guint first = 0;

  if (options->has_self)
    add_place (self, list, (Place){ .kind = SELF }, _ ("This structure"));
  if (options->begins_elsewhere)
    first = self->places->len;
  add_place (self, list, (Place){ .kind = NEW }, _ ("New structure"));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const char *name = trp_structure_get_name (trp_structure_set_get (set, n));

      if (trp_structure_set_get (set, n) == structure)
        continue;
      if (options->begins_elsewhere && strcmp (name, options->new_name) == 0)
        first = self->places->len;
      add_place (self, list, (Place){ .kind = STRUCTURE, .name = g_strdup (name) }, name);
    }
  for (guint n = 0; options->has_readings && n < order->len; n++)
    {
      const guint index = g_array_index (order, guint, n);
      g_autofree char *label = g_strdup_printf (_ ("Reading %s"),
                                                trp_document_get_reading_label (document, index));

      if ((int) index != trp_document_get_edited (document))
        add_place (self, list, (Place){ .kind = READING, .reading = (int) index }, label);
    }
  return first;
}

TrpOperationTarget *
trp_operation_target_new (TrpDocument *document,
                          TrpStructure *structure,
                          const TrpOperationTargetOptions *options)
{
  TrpOperationTarget *self = g_new0 (TrpOperationTarget, 1);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint first;

  self->places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_array_set_clear_func (self->places, clear_place);
  first = list_places (self, list, document, structure, options);
  self->choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), first);
  self->name = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (self->name), options->new_name);
  gtk_entry_set_activates_default (GTK_ENTRY (self->name), TRUE);
  self->adds = gtk_check_button_new_with_label (_ ("Keep what is drawn there"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->adds), TRUE);
  return self;
}

void
trp_operation_target_free (TrpOperationTarget *self)
{
  g_array_unref (self->places);
  g_free (self);
}

void
trp_operation_target_append_rows (TrpOperationTarget *self, GtkWidget *box)
{
  self->name_row = trp_form_row (_ ("Name"), self->name);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Into"), self->choice));
  gtk_box_append (GTK_BOX (box), self->name_row);
  gtk_box_append (GTK_BOX (box), self->adds);
  on_changed (self);
  g_signal_connect_swapped (self->choice, "notify::selected", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->adds, "toggled", G_CALLBACK (on_changed), self);
}

void
trp_operation_target_set_notify (TrpOperationTarget *self, void (*notify) (void *), void *data)
{
  self->notify = notify;
  self->data = data;
}

/* A new one without a name gets the one that was offered. */
const char *
trp_operation_target_get_name (TrpOperationTarget *self)
{
  const Place *place = get_place (self);

  if (place->kind == NEW)
    return gtk_editable_get_text (GTK_EDITABLE (self->name));
  return place->kind == STRUCTURE ? place->name : NULL;
}

int
trp_operation_target_get_reading (TrpOperationTarget *self)
{
  const Place *place = get_place (self);

  return place->kind == READING ? place->reading : -1;
}

bool
trp_operation_target_get_adds (TrpOperationTarget *self)
{
  return gtk_check_button_get_active (GTK_CHECK_BUTTON (self->adds)) &&
         gtk_widget_get_visible (self->adds);
}

/* ---- the other structures ---- */

GtkWidget *
trp_operation_target_new_others (TrpDocument *document, const TrpStructure *structure)
{
  TrpStructureSet *set = trp_document_peek_edited (document);
  GtkStringList *list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ ("none"));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    if (trp_structure_set_get (set, n) != structure)
      gtk_string_list_append (list, trp_structure_get_name (trp_structure_set_get (set, n)));
  return gtk_drop_down_new (G_LIST_MODEL (list), NULL);
}

int
trp_operation_target_find_other (TrpDocument *document,
                                 const TrpStructure *structure,
                                 GtkWidget *others)
{
  const guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (others));
  TrpStructureSet *set = trp_document_peek_edited (document);
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (others));
  TrpStructure *other;
  size_t index;

  if (selected == 0 || !item || !set)
    return -1;
  other = trp_structure_set_find (set, gtk_string_object_get_string (item));
  return other && other != structure && trp_structure_set_find_index (set, other, &index)
           ? (int) index
           : -1;
}
