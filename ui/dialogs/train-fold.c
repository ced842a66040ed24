/* train-fold.c - see train-fold.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-fold.h"
#include "config.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>

struct _TrpTrainFold
{
  GtkBox parent_instance;

  GtkWidget *choice;
  GArray *folds; /* (element-type int): in the order of the choice; the first is -1 */
  bool is_filling;
};

static guint changed;

G_DEFINE_FINAL_TYPE (TrpTrainFold, trp_train_fold, GTK_TYPE_BOX)

static void
trp_train_fold_finalize (GObject *object)
{
  g_array_unref (TRP_TRAIN_FOLD (object)->folds);
  G_OBJECT_CLASS (trp_train_fold_parent_class)->finalize (object);
}

static void
trp_train_fold_class_init (TrpTrainFoldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trp_train_fold_finalize;
  changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                          NULL, G_TYPE_NONE, 0);
}

static void
on_selected (TrpTrainFold *self)
{
  if (!self->is_filling)
    g_signal_emit (self, changed, 0);
}

static void
trp_train_fold_init (TrpTrainFold *self)
{
  GtkWidget *row;

  self->folds = g_array_new (FALSE, FALSE, sizeof (int));
  self->choice = gtk_drop_down_new (NULL, NULL);
  row = trp_form_row (_ ("Validation"), self->choice);
  gtk_widget_set_hexpand (row, TRUE);
  gtk_widget_set_tooltip_text (row, _ ("Cases that the training does not see"));
  gtk_box_append (GTK_BOX (self), row);
  g_signal_connect_swapped (self->choice, "notify::selected", G_CALLBACK (on_selected), self);
  trp_train_fold_set_list (self, NULL);
}

GtkWidget *
trp_train_fold_new (void)
{
  return g_object_new (TRP_TYPE_TRAIN_FOLD, NULL);
}

static int
compare_folds (const void *a, const void *b)
{
  return *(const int *) a - *(const int *) b;
}

static bool
has_fold (TrpTrainFold *self, int fold)
{
  for (guint n = 0; n < self->folds->len; n++)
    if (g_array_index (self->folds, int, n) == fold)
      return true;
  return false;
}

static void
find_folds (TrpTrainFold *self, const TrpDataList *list)
{
  const int none = -1;

  g_array_set_size (self->folds, 0);
  g_array_append_val (self->folds, none);
  for (size_t n = 0; list && n < trp_data_list_get_size (list); n++)
    if (!has_fold (self, trp_data_list_get (list, n)->fold))
      g_array_append_val (self->folds, trp_data_list_get (list, n)->fold);
  g_array_sort (self->folds, compare_folds);
}

/* "fold 1: 2 cases". (transfer full) */
static char *
dup_name (const TrpDataList *list, int fold)
{
  const size_t n_cases = list ? trp_data_list_get_size (list) : 0;
  size_t n = 0;

  if (fold < 0)
    return g_strdup (_ ("none, train on all"));
  for (size_t i = 0; i < n_cases; i++)
    n += trp_data_list_get (list, i)->fold == fold;
  return g_strdup_printf (ngettext ("fold %d: %zu case", "fold %d: %zu cases", n), fold, n);
}

void
trp_train_fold_set_list (TrpTrainFold *self, const TrpDataList *list)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const int fold = trp_train_fold_get (self);

  find_folds (self, list);
  for (guint n = 0; n < self->folds->len; n++)
    {
      g_autofree char *name = dup_name (list, g_array_index (self->folds, int, n));

      gtk_string_list_append (names, name);
    }
  self->is_filling = true;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->choice), G_LIST_MODEL (names));
  self->is_filling = false;
  gtk_widget_set_visible (GTK_WIDGET (self), self->folds->len > 1);
  trp_train_fold_choose (self, fold);
  on_selected (self);
}

void
trp_train_fold_choose (TrpTrainFold *self, int fold)
{
  guint chosen = 0;

  for (guint n = 0; n < self->folds->len; n++)
    if (g_array_index (self->folds, int, n) == fold)
      chosen = n;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), chosen);
}

int
trp_train_fold_get (TrpTrainFold *self)
{
  const guint n = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->choice));

  return n < self->folds->len ? g_array_index (self->folds, int, n) : -1;
}
