/* train-recipes.c - the shipped recipes, by what they train
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-recipes.h"
#include "config.h"
#include "core/method/recipe.h"

#include <glib/gi18n.h>

struct _TrpTrainRecipes
{
  GtkBox parent_instance;

  GtkWidget *list;
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

static void
add_kind (TrpTrainRecipes *self, char **ids, TrpTrainerKind kind, const char *title)
{
  GtkWidget *heading = NULL;

  for (size_t n = 0; ids[n]; n++)
    {
      g_autoptr (TrpRecipe) recipe = trp_recipe_load (ids[n], NULL);

      if (!recipe || recipe->trainer != kind)
        continue;
      if (!heading)
        {
          heading = gtk_list_box_row_new ();
          gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (heading), make_label (title, "second"));
          gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (heading), FALSE);
          gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (heading), FALSE);
          gtk_widget_set_focusable (heading, FALSE);
          gtk_widget_add_css_class (heading, "recipe-kind");
          gtk_list_box_append (GTK_LIST_BOX (self->list), heading);
        }
      gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (ids[n], recipe));
    }
}

static void
on_row_selected (TrpTrainRecipes *self)
{
  g_signal_emit (self, changed, 0);
}

GtkWidget *
trp_train_recipes_new (void)
{
  TrpTrainRecipes *self = g_object_new (TRP_TYPE_TRAIN_RECIPES, NULL);
  g_auto (GStrv) ids = trp_recipe_list ();
  GtkWidget *title = make_label (_ ("Recipes"), "panel-title");
  GtkListBoxRow *row;

  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (title, "list-title");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Recipes"), -1);
  gtk_box_append (GTK_BOX (self), title);
  gtk_box_append (GTK_BOX (self), self->list);
  add_kind (self, ids, TRP_TRAINER_CYCLEGAN, _ ("Image translation"));
  add_kind (self, ids, TRP_TRAINER_SEGMENTER, _ ("Contours"));
  /* row 0 is a heading */
  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 1);
  if (row)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  return GTK_WIDGET (self);
}

const char *
trp_train_recipes_get_chosen (TrpTrainRecipes *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row ? g_object_get_data (G_OBJECT (row), "recipe") : NULL;
}
