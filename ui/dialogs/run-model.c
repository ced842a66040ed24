/* run-model.c - running a trained network on an open image
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/run-model.h"
#include "core/base/resources.h"
#include "core/method/model.h"
#include "core/method/second-image.h"
#include "ui/dialogs/device-panel.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>

/* ---- the job ---- */

/* Owned by the job; the worker reads it, the main thread compares the volume when it is done. */
typedef struct
{
  TrpDocument *document; /* main thread only */
  TrpRunKind kind;
  TrpRole role;
  TrpVolume *volume;
  TrpVolume *second; /* (nullable) */
  char *path;
  char *device;
  TrpPrecision precision;
  TrpRunThen then; /* (nullable) */
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_volume_unref (task->volume);
  trp_volume_unref (task->second);
  g_object_unref (task->document);
  g_free (task->path);
  g_free (task->device);
  g_free (task);
}

/* One of the two. */
typedef struct
{
  TrpVolume *volume;
  TrpStructureSet *set;
} Result;

static void
result_free (gpointer data)
{
  Result *result = data;

  g_clear_pointer (&result->volume, trp_volume_unref);
  g_clear_pointer (&result->set, trp_structure_set_unref);
  g_free (result);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;
  const TrpInferOptions options = { .device = task->device,
                                    .precision = task->precision,
                                    .second = task->second };
  g_autoptr (TrpModel) model = trp_model_load (task->path, error);
  Result *result;
  double low, high;

  if (!model || !trp_model_check_input (model, task->volume, &options, error))
    return NULL;
  result = g_new0 (Result, 1);
  if (task->kind == TRP_RUN_SYNTHESIZE)
    result->volume = trp_model_synthesize (model, task->volume, &options, progress, error);
  else
    result->set = trp_model_segment (model, task->volume, &options, progress, error);
  if (result->volume)
    trp_volume_get_range (result->volume, &low, &high); /* a look at all voxels */
  if (result->volume || result->set)
    return result;
  result_free (result);
  return NULL;
}

static void
tell_of_reading (TrpDocument *document, const char *name, const char *before)
{
  g_autofree char *text = g_strdup_printf (
    _ ("The automatic reading %s is shown and edited now; %s is kept under its name."), name,
    before);

  trp_document_report (document, TRP_SEVERITY_INFO, text);
}

/* The new reading is what is edited now; what it is compared with stays. */
static void
take_set (TrpDocument *document, TrpStructureSet *set)
{
  const int reference = trp_document_get_reference (document);
  TrpStructureSet *before = trp_document_peek_edited (document);
  const bool is_first = trp_document_get_n_readings (document) == 0;
  const guint index = trp_document_add_reading (document, set);

  if (is_first)
    return;
  trp_document_set_edited (document, (int) index);
  if (reference >= 0)
    trp_document_set_reference (document, reference);
  if (before)
    tell_of_reading (document, trp_structure_set_get_name (set),
                     trp_structure_set_get_name (before));
}

static bool
check_place (TrpDocument *document, TrpRunKind kind)
{
  if (kind != TRP_RUN_SYNTHESIZE || trp_document_can_synthesize (document))
    return true;
  trp_document_report (document, TRP_SEVERITY_WARNING,
                       _ ("The SynCT that is open is not saved, and a new one would replace it: "
                          "save it, or close an image first."));
  return false;
}

/* Returns: false if its image is not open any more, or there is no place for it. */
static bool
place_result (const Task *task, const Result *result)
{
  if (trp_document_get_volume (task->document, task->role) != task->volume)
    {
      trp_document_report (task->document, TRP_SEVERITY_WARNING,
                           _ ("The image was exchanged while the network ran; its result was "
                              "dropped."));
      return false;
    }
  if (!check_place (task->document, task->kind))
    return false;
  if (result->volume)
    trp_document_set_synthesized (task->document, result->volume);
  else
    take_set (task->document, result->set);
  return true;
}

static void
on_done (TrpJob *job, void *data, const GError *error, void *user_data)
{
  Task *task = user_data;
  Result *result = data;

  if (!result)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        trp_document_report (task->document, TRP_SEVERITY_ERROR, error->message);
      return;
    }
  if (place_result (task, result) && task->then)
    task->then (task->document);
  result_free (result);
}

/* By what an image says, else by its place. */
static bool
is_kind (TrpDocument *document, TrpRole role, bool is_mr)
{
  TrpVolume *volume = trp_document_get_volume (document, role);
  const TrpModality modality = volume ? trp_volume_get_info (volume)->modality
                                      : TRP_MODALITY_UNKNOWN;

  if (!volume)
    return false;
  if (modality == TRP_MODALITY_UNKNOWN)
    return role == TRP_ROLE_OTHER || (role == TRP_ROLE_MR) == is_mr;
  return is_mr ? modality == TRP_MODALITY_MR
               : modality == TRP_MODALITY_CT || modality == TRP_MODALITY_SYNCT;
}

/* (transfer none): the open image that the network wants beside that of @role: of its kind, on the
 * same grid. NULL: none */
static TrpVolume *
find_second (TrpDocument *document, const TrpRecipe *recipe, TrpRole role)
{
  TrpVolume *first = trp_document_get_volume (document, role);

  for (TrpRole other = TRP_ROLE_MR; first && other < TRP_N_ROLES; other++)
    {
      TrpVolume *volume = trp_document_get_volume (document, other);

      if (other != role && is_kind (document, other, trp_recipe_second_is_mr (recipe)) &&
          trp_geometry_equal (trp_volume_get_geometry (volume), trp_volume_get_geometry (first)))
        return volume;
    }
  return NULL;
}

/* Returns: false where the network needs a second image and none is open. A file that cannot be
 * read is left to the run, which says why. */
static bool
choose_second (TrpDocument *document, TrpRole role, const char *path, TrpVolume **out_second)
{
  g_autoptr (TrpRecipe) recipe = trp_model_load_recipe (path, NULL);
  g_autofree char *text = NULL;

  *out_second = NULL;
  if (!recipe || !trp_recipe_has_second (recipe))
    return true;
  *out_second = find_second (document, recipe, role);
  if (*out_second)
    return true;
  text = g_strdup_printf (_ ("This network looks at two images: open %s on the grid of the %s "
                             "first."),
                          trp_second_image_get_kind (recipe), trp_role_get_name (role));
  trp_document_report (document, TRP_SEVERITY_WARNING, text);
  return false;
}

bool
trp_run_model_then (
  TrpDocument *document, TrpRunKind kind, TrpRole role, const char *model_path, TrpRunThen then)
{
  static const TrpJobClass klass = {
    .run = run, .done = on_done, .free_data = task_free, .free_result = result_free
  };
  TrpVolume *volume = trp_document_get_volume (document, role), *second;
  g_autofree char *name = g_path_get_basename (model_path);
  g_autofree char *title = NULL;
  g_autoptr (TrpJob) job = NULL;
  Task *task;

  if (!volume)
    {
      g_autofree char *text = g_strdup_printf (_ ("There is no %s to run the network on."),
                                               trp_role_get_name (role));

      trp_document_report (document, TRP_SEVERITY_WARNING, text);
      return false;
    }
  if (!check_place (document, kind) || !choose_second (document, role, model_path, &second))
    return false;
  title = kind == TRP_RUN_SYNTHESIZE
            ? g_strdup_printf (_ ("SynCT by %s"), name)
            : g_strdup_printf (_ ("Structures on %s by %s"), trp_role_get_name (role), name);
  task = g_new0 (Task, 1);
  task->document = g_object_ref (document);
  task->kind = kind;
  task->role = role;
  task->volume = trp_volume_ref (volume);
  task->second = second ? trp_volume_ref (second) : NULL;
  task->path = g_strdup (model_path);
  task->device = g_strdup (trp_compute_get_device (trp_compute_get (document)));
  task->precision = trp_compute_get_precision (trp_compute_get (document), TRP_COMPUTE_INFER);
  task->then = then;
  job = trp_job_start (&klass, title, task, task);
  trp_document_add_job (document, job);
  return true;
}

bool
trp_run_model (TrpDocument *document, TrpRunKind kind, TrpRole role, const char *model_path)
{
  return trp_run_model_then (document, kind, role, model_path, NULL);
}

bool
trp_run_model_drop (TrpDocument *document, int role, const char *path)
{
  if (!g_str_has_suffix (path, ".safetensors"))
    return false;
  if (role == TRP_ROLE_GUESS || role == TRP_ROLE_SYNCT)
    trp_run_model (document, TRP_RUN_SYNTHESIZE, TRP_ROLE_MR, path);
  else
    trp_run_model (document, TRP_RUN_SEGMENT, (TrpRole) role, path);
  return true;
}

/* ---- the question ---- */

typedef struct
{
  TrpDocument *document;
  TrpRunKind kind;
  GtkWidget *window;
  GtkWidget *models;
  GPtrArray *paths;   /* of the drop-down's items */
  GPtrArray *recipes; /* (element-type TrpRecipe): likewise */
  GtkWidget *images;
  GArray *roles;   /* (element-type TrpRole): of the drop-down's items */
  GtkWidget *note; /* what stands in the way */
  GtkWidget *start;
  GtkFileChooserNative *chooser;
} Dialog;

static void
dialog_free (gpointer data)
{
  Dialog *dialog = data;

  g_clear_object (&dialog->chooser);
  g_ptr_array_unref (dialog->paths);
  g_ptr_array_unref (dialog->recipes);
  g_array_unref (dialog->roles);
  g_object_unref (dialog->document);
  g_free (dialog);
}

/* An image of the network's kind, beside which the second that it may want is open. */
static bool
fits (Dialog *dialog, TrpRole role, const TrpRecipe *recipe)
{
  if (dialog->kind == TRP_RUN_SYNTHESIZE && role != TRP_ROLE_MR)
    return false;
  return is_kind (dialog->document, role, trp_recipe_takes_mr (recipe, false)) &&
         (!trp_recipe_has_second (recipe) || find_second (dialog->document, recipe, role));
}

/* What to open before the network can run. (transfer full) */
static char *
dup_lack (const TrpRecipe *recipe)
{
  const bool takes_mr = trp_recipe_takes_mr (recipe, false);

  if (trp_recipe_has_second (recipe))
    return g_strdup_printf (_ ("This network looks at %s and, on the same grid, at %s: open both "
                               "first."),
                            takes_mr ? "MR" : "CT", trp_second_image_get_kind (recipe));
  return g_strdup (takes_mr
                     ? _ ("This network was trained on MR: open an MR first.")
                     : _ ("This network was trained on CT or SynCT: open a CT or make a SynCT "
                          "first."));
}

/* The images that the chosen network was made for; a SynCT before a CT. */
static void
update_images (Dialog *dialog)
{
  const guint model = gtk_drop_down_get_selected (GTK_DROP_DOWN (dialog->models));
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  g_array_set_size (dialog->roles, 0);
  if (model < dialog->recipes->len)
    {
      const TrpRecipe *recipe = g_ptr_array_index (dialog->recipes, model);
      g_autofree char *lack = dup_lack (recipe);

      for (TrpRole role = TRP_ROLE_MR; role < TRP_N_ROLES; role++)
        if (fits (dialog, role, recipe))
          {
            g_array_append_val (dialog->roles, role);
            gtk_string_list_append (list, trp_document_get_role_label (dialog->document, role));
          }
      trp_form_note_set (dialog->note, dialog->roles->len > 0 ? NULL : lack);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (dialog->images), G_LIST_MODEL (list));
  gtk_widget_set_sensitive (dialog->start, dialog->roles->len > 0);
}

/* Networks of the other kind are not listed. */
static bool
add_model (Dialog *dialog, const char *path, GError **error)
{
  GtkStringList *list = GTK_STRING_LIST (gtk_drop_down_get_model (GTK_DROP_DOWN (dialog->models)));
  const bool is_segment = dialog->kind == TRP_RUN_SEGMENT;
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (TrpRecipe) recipe = trp_model_load_recipe (path, error);

  if (!recipe)
    return false;
  if ((trp_recipe_makes_contours (recipe)) != is_segment)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   is_segment ? _ ("%s makes images, not contours.")
                              : _ ("%s makes contours, not images."),
                   name);
      return false;
    }
  g_ptr_array_add (dialog->paths, g_strdup (path));
  g_ptr_array_add (dialog->recipes, g_steal_pointer (&recipe));
  gtk_string_list_append (list, name);
  return true;
}

static void
add_shipped (Dialog *dialog, const char *folder_path)
{
  g_autoptr (GDir) folder = g_dir_open (folder_path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    if (g_str_has_suffix (name, ".safetensors"))
      {
        g_autofree char *path = g_build_filename (folder_path, name, NULL);

        (void) add_model (dialog, path, NULL);
      }
}

static void
on_start (Dialog *dialog)
{
  const guint model = gtk_drop_down_get_selected (GTK_DROP_DOWN (dialog->models));
  const guint image = gtk_drop_down_get_selected (GTK_DROP_DOWN (dialog->images));

  if (model < dialog->paths->len && image < dialog->roles->len)
    trp_run_model (dialog->document, dialog->kind, g_array_index (dialog->roles, TrpRole, image),
                   g_ptr_array_index (dialog->paths, model));
  gtk_window_destroy (GTK_WINDOW (dialog->window));
}

static void
on_chosen (GtkNativeDialog *native, int response, Dialog *dialog)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  g_autoptr (GError) error = NULL;

  if (response == GTK_RESPONSE_ACCEPT && path)
    {
      if (add_model (dialog, path, &error))
        gtk_drop_down_set_selected (GTK_DROP_DOWN (dialog->models), dialog->paths->len - 1);
      update_images (dialog);
      if (error)
        trp_form_note_set (dialog->note, error->message);
    }
  g_clear_object (&dialog->chooser);
}

static void
on_choose (Dialog *dialog)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  g_clear_object (&dialog->chooser);
  dialog->chooser = gtk_file_chooser_native_new (_ ("Network"), GTK_WINDOW (dialog->window),
                                                 GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Choose"), NULL);
  gtk_file_filter_add_pattern (filter, "*.safetensors");
  gtk_file_filter_set_name (filter, _ ("Networks (*.safetensors)"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog->chooser), filter);
  g_signal_connect (dialog->chooser, "response", G_CALLBACK (on_chosen), dialog);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog->chooser));
}

static const char *
get_title (const Dialog *dialog)
{
  return dialog->kind == TRP_RUN_SYNTHESIZE ? _ ("Make a SynCT from the MR")
                                            : _ ("Contour automatically");
}

static GtkWidget *
make_buttons (Dialog *dialog)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));

  dialog->start = gtk_button_new_with_label (_ ("Start"));
  gtk_box_set_homogeneous (GTK_BOX (buttons), TRUE);
  gtk_widget_set_halign (buttons, GTK_ALIGN_END);
  gtk_widget_set_margin_top (buttons, 6);
  gtk_widget_add_css_class (dialog->start, "suggested-action");
  gtk_box_append (GTK_BOX (buttons), cancel);
  gtk_box_append (GTK_BOX (buttons), dialog->start);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_destroy), dialog->window);
  g_signal_connect_swapped (dialog->start, "clicked", G_CALLBACK (on_start), dialog);
  return buttons;
}

static GtkWidget *
make_content (Dialog *dialog)
{
  static const char *const nothing[] = { NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *choose = gtk_button_new_with_label (_ ("Another file\u2026"));
  GtkWidget *heading = gtk_label_new (get_title (dialog));
  GtkWidget *models;

  gtk_widget_add_css_class (heading, "panel-title");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  dialog->note = trp_form_note_new (44);
  dialog->models = gtk_drop_down_new_from_strings (nothing);
  dialog->images = gtk_drop_down_new_from_strings (nothing);
  models = trp_form_row (_ ("Network"), dialog->models);
  gtk_box_append (GTK_BOX (models), choose);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), models);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Image"), dialog->images));
  gtk_box_append (GTK_BOX (box),
                  trp_device_panel_new (trp_compute_get (dialog->document), TRP_COMPUTE_INFER));
  gtk_box_append (GTK_BOX (box), dialog->note);
  gtk_box_append (GTK_BOX (box), make_buttons (dialog));
  gtk_widget_add_css_class (box, "panel");
  g_signal_connect_swapped (dialog->models, "notify::selected", G_CALLBACK (update_images), dialog);
  g_signal_connect_swapped (choose, "clicked", G_CALLBACK (on_choose), dialog);
  return box;
}

void
trp_run_model_ask (GtkWindow *parent, TrpDocument *document, TrpRunKind kind)
{
  Dialog *dialog = g_new0 (Dialog, 1);
  g_autofree char *models = trp_resources_find_folder ("models");

  dialog->document = g_object_ref (document);
  dialog->kind = kind;
  dialog->paths = g_ptr_array_new_with_free_func (g_free);
  dialog->recipes = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_recipe_free);
  dialog->roles = g_array_new (FALSE, FALSE, sizeof (TrpRole));
  dialog->window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (dialog->window), get_title (dialog));
  gtk_window_set_transient_for (GTK_WINDOW (dialog->window), parent);
  gtk_window_set_modal (GTK_WINDOW (dialog->window), TRUE);
  gtk_window_set_resizable (GTK_WINDOW (dialog->window), FALSE);
  gtk_window_set_child (GTK_WINDOW (dialog->window), make_content (dialog));
  trp_form_close_on_escape (dialog->window);
  g_object_set_data_full (G_OBJECT (dialog->window), "dialog", dialog, dialog_free);
  add_shipped (dialog, models);
  update_images (dialog);
  gtk_window_present (GTK_WINDOW (dialog->window));
}
