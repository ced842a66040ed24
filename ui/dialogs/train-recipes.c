/* train-recipes.c - recipes, shipped and own, by what they train
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-recipes.h"
#include "config.h"
#include "core/method/recipe.h"
#include "ui/dialogs/recipe-editor.h"
#include "ui/focus-group.h"

#include <glib/gi18n.h>

struct _TrpTrainRecipes
{
  GtkBox parent_instance;

  GtkWidget *list;
  bool is_filling;
};

static guint changed;

G_DEFINE_FINAL_TYPE (TrpTrainRecipes, trp_train_recipes, GTK_TYPE_BOX)

static void
trp_train_recipes_class_init (TrpTrainRecipesClass *klass)
{
  changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                          NULL, G_TYPE_NONE, 0);
}

static void
trp_train_recipes_init (TrpTrainRecipes *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, class_name);
  return label;
}

static GtkWidget *
make_row (const char *id, const TrpRecipe *recipe)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), make_label (id, "recipe-name"));
  gtk_box_append (GTK_BOX (box), make_label (recipe->name ? recipe->name : "", "second"));
  gtk_widget_add_css_class (row, "recipe");
  gtk_widget_set_tooltip_text (row, recipe->description);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, id, -1);
  g_object_set_data_full (G_OBJECT (row), "recipe", g_strdup (id), g_free);
  return row;
}

typedef struct
{
  const char *title;
  bool makes_images;
} Kind;

static const Kind kinds[] = { { N_ ("Image translation"), true }, { N_ ("Contours"), false } };

static GtkWidget *
make_heading (const char *title)
{
  GtkWidget *heading = gtk_list_box_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (heading), make_label (title, "second"));
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (heading), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (heading), FALSE);
  gtk_widget_set_focusable (heading, FALSE);
  gtk_widget_add_css_class (heading, "recipe-kind");
  return heading;
}

static void
add_kind (TrpTrainRecipes *self, char **ids, const Kind *kind)
{
  bool has_heading = false;

  for (size_t n = 0; ids[n]; n++)
    {
      g_autoptr (TrpRecipe) recipe = trp_recipe_load (ids[n], NULL);

      if (!recipe || trp_recipe_makes_contours (recipe) == kind->makes_images)
        continue;
      if (!has_heading)
        gtk_list_box_append (GTK_LIST_BOX (self->list), make_heading (_ (kind->title)));
      has_heading = true;
      gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (ids[n], recipe));
    }
}

static void
on_row_selected (TrpTrainRecipes *self)
{
  if (!self->is_filling)
    g_signal_emit (self, changed, 0);
}

static const char *
get_id (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "recipe");
}

/* @id: (nullable); without it, or where it is gone, the first. Row 0 is a heading. */
static GtkListBoxRow *
find_row (TrpTrainRecipes *self, const char *id)
{
  GtkListBoxRow *row;

  for (int n = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), n)); n++)
    if (id && g_strcmp0 (get_id (row), id) == 0)
      return row;
  return gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 1);
}

void
trp_train_recipes_refresh (TrpTrainRecipes *self, const char *id)
{
  g_auto (GStrv) ids = trp_recipe_list ();
  GtkWidget *row;

  self->is_filling = true;
  while ((row = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    add_kind (self, ids, &kinds[n]);
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), find_row (self, id));
  self->is_filling = false;
  on_row_selected (self);
}

static void
on_saved (const char *name, gpointer data)
{
  trp_train_recipes_refresh (data, name);
}

static void
on_add (TrpTrainRecipes *self)
{
  const char *id = trp_train_recipes_get_chosen (self);

  if (id)
    trp_recipe_editor_open (GTK_WIDGET (self), id, true, on_saved, self);
}

static GtkWidget *
make_title (TrpTrainRecipes *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *title = make_label (_ ("Recipes"), "panel-title");
  GtkWidget *add = gtk_button_new_from_icon_name ("list-add-symbolic");

  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (add, "row-icon");
  gtk_widget_set_tooltip_text (add, _ ("New recipe from the chosen one"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("New recipe"), -1);
  g_signal_connect_swapped (add, "clicked", G_CALLBACK (on_add), self);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), add);
  gtk_widget_add_css_class (box, "list-title");
  return box;
}

GtkWidget *
trp_train_recipes_new (void)
{
  TrpTrainRecipes *self = g_object_new (TRP_TYPE_TRAIN_RECIPES, NULL);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Recipes"), -1);
  gtk_box_append (GTK_BOX (self), make_title (self));
  gtk_box_append (GTK_BOX (self), trp_focus_group_new (self->list));
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  trp_train_recipes_refresh (self, NULL);
  return GTK_WIDGET (self);
}

const char *
trp_train_recipes_get_chosen (TrpTrainRecipes *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row ? get_id (row) : NULL;
}
