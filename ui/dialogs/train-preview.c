/* train-preview.c - what a training will see of one case
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-preview.h"
#include "config.h"
#include "core/base/job.h"
#include "core/method/case-preview.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>
#include <math.h>

#define PICTURE_SIDE 180
#define SAMPLE_SIDE 116
#define N_SAMPLES 12
#define SCALE 2 /* pixels made for each logical one */

struct _TrpTrainPreview
{
  GtkBox parent_instance;

  TrpRecipe *recipe;
  TrpDataList *list;
  size_t index;
  TrpJob *job; /* under way */
  TrpCasePreview *preview;
  GtkWidget *title;
  GtkWidget *roles;
  GtkWidget *slice;
  GtkWidget *slice_text;
  GtkWidget *message;
  GtkWidget *stages;
  GtkWidget *samples_title;
  GtkWidget *samples;
  bool is_updating;
};

G_DEFINE_FINAL_TYPE (TrpTrainPreview, trp_train_preview, GTK_TYPE_BOX)

/* ---- which images a training reads ---- */

static const TrpDataRole shown_roles[] = { TRP_DATA_MR, TRP_DATA_CT, TRP_DATA_SYNCT, TRP_DATA_SYNMR,
                                           TRP_DATA_CT_ON_MR };
static const char *const role_titles[] = { "MR", "CT", "SynCT", "SynMR",
                                           N_ ("CT on the MR's grid") };

static bool
reads_role (const TrpRecipe *recipe, TrpDataRole role)
{
  if (recipe->trainer == TRP_TRAINER_CYCLEGAN)
    return role == TRP_DATA_MR || role == TRP_DATA_CT;
  return g_strcmp0 (recipe->source, trp_data_role_get_name (role)) == 0;
}

/* ---- the steps, by a worker ---- */

typedef struct
{
  TrpRecipe *recipe;
  TrpDataList *list;
  size_t index;
  TrpDataRole role;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_recipe_free (task->recipe);
  trp_data_list_unref (task->list);
  g_free (task);
}

static void *
run_steps (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;

  return trp_case_preview_new (task->recipe, task->list, task->index, task->role, progress, error);
}

static void
free_preview (gpointer data)
{
  trp_case_preview_free (data);
}

/* ---- pictures ---- */

static void
clear_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)))
    gtk_flow_box_remove (GTK_FLOW_BOX (box), child);
}

static void
show_message (TrpTrainPreview *self, const char *text)
{
  gtk_label_set_label (GTK_LABEL (self->message), text ? text : "");
  gtk_widget_set_visible (self->message, text != NULL);
}

static GdkTexture *
make_texture (const uint8_t *greys, size_t side)
{
  uint8_t *colors = g_malloc (side * side * 3);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t i = 0; i < side * side; i++)
    colors[3 * i] = colors[3 * i + 1] = colors[3 * i + 2] = greys[i];
  bytes = g_bytes_new_take (colors, side * side * 3);
  return gdk_memory_texture_new ((int) side, (int) side, GDK_MEMORY_R8G8B8, bytes, side * 3);
}

static GtkWidget *
make_picture (int side)
{
  GtkWidget *picture = gtk_picture_new ();

  gtk_widget_set_size_request (picture, side, side);
  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_CONTAIN);
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_set_halign (picture, GTK_ALIGN_START);
  return picture;
}

static GtkWidget *
make_caption (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_add_css_class (label, class_name);
  return label;
}

static const char *
get_stage_title (const TrpCasePreview *preview, size_t stage)
{
  const char *step = trp_case_preview_get_step (preview, stage);

  return step ? step : stage == 0 ? _ ("in the file") : _ ("for the network");
}

static void
add_sample (TrpTrainPreview *self, int number)
{
  GtkWidget *picture = make_picture (SAMPLE_SIDE);
  g_autofree char *name = g_strdup_printf (_ ("sample %d"), number);

  trp_form_set_name (picture, name);
  gtk_flow_box_insert (GTK_FLOW_BOX (self->samples), picture, -1);
}

static void
add_stage (TrpTrainPreview *self, size_t stage)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const char *title = get_stage_title (self->preview, stage);
  const char *note = trp_case_preview_get_note (self->preview, stage);
  GtkWidget *picture = make_picture (PICTURE_SIDE);

  gtk_accessible_update_property (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), make_caption (title, "stage-title"));
  gtk_box_append (GTK_BOX (box), make_caption (note, "caption"));
  gtk_flow_box_insert (GTK_FLOW_BOX (self->stages), box, -1);
}

static GtkWidget *
get_child (GtkWidget *box, size_t n)
{
  return gtk_flow_box_child_get_child (
    gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (box), (int) n));
}

static size_t
get_slice (TrpTrainPreview *self)
{
  return (size_t) gtk_range_get_value (GTK_RANGE (self->slice)) - 1;
}

static void
draw_stages (TrpTrainPreview *self)
{
  const size_t side = SCALE * PICTURE_SIDE, slice = get_slice (self);
  g_autofree uint8_t *greys = g_malloc (side * side);

  for (size_t n = 0; n < trp_case_preview_get_n_stages (self->preview); n++)
    {
      GtkWidget *picture = gtk_widget_get_first_child (get_child (self->stages, n));
      g_autoptr (GdkTexture) texture = NULL;

      trp_case_preview_draw (self->preview, n, slice, side, greys);
      texture = make_texture (greys, side);
      gtk_picture_set_paintable (GTK_PICTURE (picture), GDK_PAINTABLE (texture));
    }
}

static void
draw_samples (TrpTrainPreview *self)
{
  const size_t side = trp_case_preview_get_sample_side (self->preview), slice = get_slice (self);
  g_autofree uint8_t *greys = g_malloc (side * side);

  for (size_t n = 0; n < N_SAMPLES; n++)
    {
      g_autoptr (GdkTexture) texture = NULL;

      trp_case_preview_draw_sample (self->preview, slice, n, greys);
      texture = make_texture (greys, side);
      gtk_picture_set_paintable (GTK_PICTURE (get_child (self->samples, n)),
                                 GDK_PAINTABLE (texture));
    }
}

static void
show_slice (TrpTrainPreview *self)
{
  g_autofree char *text = NULL;

  if (!self->preview || self->is_updating)
    return;
  text = g_strdup_printf (_ ("slice %zu of %zu, z %.0f mm"), get_slice (self) + 1,
                          trp_case_preview_get_n_slices (self->preview),
                          trp_case_preview_get_position (self->preview, get_slice (self)));
  gtk_label_set_label (GTK_LABEL (self->slice_text), text);
  draw_stages (self);
  draw_samples (self);
}

static void
show_preview (TrpTrainPreview *self)
{
  const size_t n_slices = trp_case_preview_get_n_slices (self->preview);

  self->is_updating = true;
  gtk_range_set_range (GTK_RANGE (self->slice), 1, (double) MAX (n_slices, 2));
  gtk_range_set_value (GTK_RANGE (self->slice), (double) (n_slices / 2 + 1));
  gtk_widget_set_sensitive (self->slice, n_slices > 1);
  self->is_updating = false;
  for (size_t n = 0; n < trp_case_preview_get_n_stages (self->preview); n++)
    add_stage (self, n);
  for (size_t n = 0; n < N_SAMPLES; n++)
    add_sample (self, (int) n + 1);
  gtk_widget_set_visible (self->samples_title, TRUE);
  show_slice (self);
}

static void
on_steps (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpTrainPreview *self = user_data;

  g_clear_pointer (&self->job, trp_job_unref);
  self->preview = result;
  show_message (self, result ? NULL : error->message);
  if (result)
    show_preview (self);
}

/* Steps that learn go over all cases. */
static void
on_progress (TrpJob *job, void *user_data)
{
  TrpTrainPreview *self = user_data;
  g_autofree char *text = NULL;

  if (job != self->job)
    return;
  text = g_strdup_printf (_ ("Preprocessing\u2026 %.0f %%"), 100 * trp_job_get_fraction (job));
  show_message (self, text);
}

/* ---- what to show ---- */

static void
clear (TrpTrainPreview *self)
{
  g_clear_pointer (&self->job, trp_job_abandon);
  clear_box (self->stages);
  clear_box (self->samples);
  gtk_widget_set_visible (self->samples_title, FALSE);
  gtk_label_set_label (GTK_LABEL (self->slice_text), "");
  g_clear_pointer (&self->preview, trp_case_preview_free);
}

static void
start (TrpTrainPreview *self)
{
  static const TrpJobClass klass = {
    .run = run_steps, .done = on_steps, .free_data = task_free, .free_result = free_preview
  };
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->roles));
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->roles));
  Task *task;

  clear (self);
  if (self->is_updating || chosen == GTK_INVALID_LIST_POSITION || !item)
    return;
  task = g_new0 (Task, 1);
  task->recipe = trp_recipe_copy (self->recipe);
  task->list = trp_data_list_ref (self->list);
  task->index = self->index;
  for (size_t n = 0; n < G_N_ELEMENTS (shown_roles); n++)
    if (g_strcmp0 (gtk_string_object_get_string (item), _ (role_titles[n])) == 0)
      task->role = shown_roles[n];
  show_message (self, _ ("Preprocessing\u2026"));
  self->job = trp_job_start (&klass, _ ("Preview of a case"), task, self);
  trp_job_set_notify (self->job, on_progress, self);
}

/* Those the recipe reads and the case has. */
static void
list_roles (TrpTrainPreview *self)
{
  const TrpDataRow *row = trp_data_list_get (self->list, self->index);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint n_titles = 0;

  for (size_t n = 0; n < G_N_ELEMENTS (shown_roles); n++)
    if (row->paths[shown_roles[n]] && reads_role (self->recipe, shown_roles[n]))
      {
        gtk_string_list_append (titles, _ (role_titles[n]));
        n_titles++;
      }
  self->is_updating = true;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->roles), G_LIST_MODEL (titles));
  self->is_updating = false;
  gtk_widget_set_visible (self->roles, n_titles > 1);
  gtk_widget_set_visible (self->slice, n_titles > 0);
  if (n_titles == 0)
    {
      clear (self);
      show_message (self, _ ("This case has none of the images that the recipe reads."));
    }
}

void
trp_train_preview_set_case (TrpTrainPreview *self,
                            const TrpRecipe *recipe,
                            TrpDataList *list,
                            size_t index)
{
  TrpRecipe *recipe_copy = recipe ? trp_recipe_copy (recipe) : NULL;
  TrpDataList *list_ref = list ? trp_data_list_ref (list) : NULL;

  clear (self);
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->list, trp_data_list_unref);
  self->recipe = recipe_copy;
  self->list = list_ref;
  self->index = index;
  gtk_widget_set_visible (self->slice, recipe && list);
  if (!recipe || !list)
    return;
  gtk_label_set_label (GTK_LABEL (self->title), trp_data_list_get (list, index)->name);
  list_roles (self);
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->roles)) != GTK_INVALID_LIST_POSITION)
    start (self);
}

size_t
trp_train_preview_count_stages (TrpTrainPreview *self)
{
  return self->preview ? trp_case_preview_get_n_stages (self->preview) : 0;
}

/* ---- making ---- */

static void
trp_train_preview_dispose (GObject *object)
{
  TrpTrainPreview *self = TRP_TRAIN_PREVIEW (object);

  g_clear_pointer (&self->job, trp_job_abandon);
  g_clear_pointer (&self->preview, trp_case_preview_free);
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->list, trp_data_list_unref);
  G_OBJECT_CLASS (trp_train_preview_parent_class)->dispose (object);
}

static void
trp_train_preview_class_init (TrpTrainPreviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_preview_dispose;
}

static GtkWidget *
make_flow (const char *name, int spacing, int most)
{
  GtkWidget *flow = gtk_flow_box_new ();

  trp_form_set_name (flow, name);
  gtk_widget_set_can_focus (flow, FALSE); /* pictures are looked at: keys have no business there */

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), (guint) spacing);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), (guint) spacing);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), (guint) most);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), (guint) most);
  gtk_widget_set_halign (flow, GTK_ALIGN_START);
  gtk_widget_set_valign (flow, GTK_ALIGN_START);
  return flow;
}

static GtkWidget *
make_head (TrpTrainPreview *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->title = gtk_label_new (NULL);
  self->roles = gtk_drop_down_new (NULL, NULL);
  self->slice_text = gtk_label_new (NULL);
  self->slice = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 1, 2, 1);
  gtk_widget_add_css_class (self->title, "run-title");
  gtk_widget_add_css_class (self->slice_text, "second");
  gtk_widget_set_hexpand (self->slice_text, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->slice_text), 0);
  gtk_widget_set_size_request (self->slice, 200, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->slice), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Slice"), -1);
  trp_form_set_name (self->roles, _ ("Image"));
  g_signal_connect_swapped (self->slice, "value-changed", G_CALLBACK (show_slice), self);
  g_signal_connect_swapped (self->roles, "notify::selected", G_CALLBACK (start), self);
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->roles);
  gtk_box_append (GTK_BOX (head), self->slice_text);
  gtk_box_append (GTK_BOX (head), self->slice);
  gtk_widget_add_css_class (head, "run-header");
  return head;
}

static void
trp_train_preview_init (TrpTrainPreview *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  self->message = make_caption (NULL, "second");
  self->stages = make_flow (_ ("Preprocessing"), 10, 4);
  self->samples_title = make_caption (_ ("Samples as training draws them"), "panel-title");
  self->samples = make_flow (_ ("Samples as training draws them"), 4, 6);
  gtk_label_set_max_width_chars (GTK_LABEL (self->message), 80);
  gtk_widget_set_visible (self->samples_title, FALSE);
  gtk_widget_set_visible (self->message, FALSE);
  gtk_box_append (GTK_BOX (page), self->message);
  gtk_box_append (GTK_BOX (page), self->stages);
  gtk_box_append (GTK_BOX (page), self->samples_title);
  gtk_box_append (GTK_BOX (page), self->samples);
  gtk_widget_add_css_class (page, "previews");
  trp_form_set_name (scrolled, _ ("Preprocessing"));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), page);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (self), make_head (self));
  gtk_box_append (GTK_BOX (self), scrolled);
}

GtkWidget *
trp_train_preview_new (void)
{
  return g_object_new (TRP_TYPE_TRAIN_PREVIEW, NULL);
}
