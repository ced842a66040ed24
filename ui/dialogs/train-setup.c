/* train-setup.c - what a training needs to know before it starts
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-setup.h"
#include "config.h"
#include "ui/dialogs/device-panel.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/recipe-editor.h"
#include "ui/dialogs/train-data.h"
#include "ui/dialogs/train-fit.h"
#include "ui/dialogs/train-fold.h"
#include "ui/dialogs/train-folder.h"
#include "ui/dialogs/train-last.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_STEPS 10000000
#define MAX_BATCH 256 /* as the recipe's */
#define MAX_PATCH 1024
#define PATCH_STEP 16
#define NUMBER_CHARS 10

struct _TrpTrainSetupPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpRecipe *recipe;
  char *recipe_id;
  char *origin; /* (nullable): checkpoint that the run branches from */
  char *stem;   /* (nullable): of the names of runs, where it is not the recipe's */
  char *beside; /* (nullable): folder of runs that this one belongs to */
  char *place;  /* folder of runs, where it belongs to none */
  TrpDataList *list;
  char *list_path;
  TrpCompute *compute;
  TrpTrainFit *fit;
  GtkWidget *list_text;
  GtkWidget *list_about;
  TrpTrainData *cases;
  TrpTrainFold *fold;
  GtkWidget *description;
  GtkWidget *about;
  GtkWidget *steps;
  GtkWidget *batch;
  GtkWidget *patch;
  GtkWidget *seed;
  GtkWidget *folder;
  GtkWidget *origin_row;
  GtkWidget *origin_text;
  GtkWidget *resume;
  GtkWidget *problem; /* beside Start: why not, or what is wrong */
  char *refusal;      /* (nullable): why these settings are known not to work */
  GtkWidget *start;
  GtkFileChooserNative *chooser;
  bool is_updating;
};

static guint start_signal, recipe_saved_signal, case_chosen_signal, place_changed_signal;

G_DEFINE_FINAL_TYPE (TrpTrainSetupPanel, trp_train_setup_panel, GTK_TYPE_BOX)

static void
trp_train_setup_panel_dispose (GObject *object)
{
  TrpTrainSetupPanel *self = TRP_TRAIN_SETUP_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->compute)
    g_signal_handlers_disconnect_by_data (self->compute, self);
  g_clear_object (&self->compute);
  g_clear_object (&self->document);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->refusal, g_free);
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->recipe_id, g_free);
  g_clear_pointer (&self->origin, g_free);
  g_clear_pointer (&self->stem, g_free);
  g_clear_pointer (&self->beside, g_free);
  g_clear_pointer (&self->place, g_free);
  g_clear_pointer (&self->list, trp_data_list_unref);
  g_clear_pointer (&self->list_path, g_free);
  G_OBJECT_CLASS (trp_train_setup_panel_parent_class)->dispose (object);
}

static void
trp_train_setup_panel_class_init (TrpTrainSetupPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_setup_panel_dispose;
  start_signal = g_signal_new ("start", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  case_chosen_signal = g_signal_new ("case-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
  place_changed_signal = g_signal_new ("place-changed", G_TYPE_FROM_CLASS (klass),
                                       G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  recipe_saved_signal = g_signal_new ("recipe-saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                      0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
trp_train_setup_panel_init (TrpTrainSetupPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

static void update_start (TrpTrainSetupPanel *self);

static void
show_problem (TrpTrainSetupPanel *self, const char *text, bool is_error)
{
  gtk_label_set_label (GTK_LABEL (self->problem), text ? text : "");
  gtk_widget_set_visible (self->problem, text != NULL);
  (is_error ? gtk_widget_add_css_class : gtk_widget_remove_css_class) (self->problem, "error");
}

static void
set_refusal (TrpTrainSetupPanel *self, const char *text)
{
  g_free (self->refusal);
  self->refusal = g_strdup (text);
  update_start (self);
}

static void
ask_for_estimate (TrpTrainSetupPanel *self)
{
  if (self->list && self->recipe)
    set_refusal (self, NULL);
  trp_train_fit_ask (self->fit, self->recipe, self->list, trp_train_fold_get (self->fold));
}

static void
on_fit_known (TrpTrainSetupPanel *self)
{
  set_refusal (self, trp_train_fit_get_refusal (self->fit));
}

/* ---- what is set ---- */

typedef struct
{
  bool is_busy; /* a run is writing into it */
  bool is_used; /* it holds an earlier run */
} FolderState;

static FolderState
look_at_folder (TrpTrainSetupPanel *self)
{
  const char *folder = gtk_editable_get_text (GTK_EDITABLE (self->folder));
  const bool is_busy = *folder && trp_train_run_is_busy (self->document, folder);

  return (FolderState){ is_busy, *folder && !is_busy && trp_train_run_has_checkpoint (folder) };
}

static void
update_start (TrpTrainSetupPanel *self)
{
  const char *folder = gtk_editable_get_text (GTK_EDITABLE (self->folder));
  const FolderState state = look_at_folder (self);
  const bool goes_on = state.is_used &&
                       gtk_check_button_get_active (GTK_CHECK_BUTTON (self->resume));
  const char *hint = state.is_busy               ? _ ("A run is writing into this folder.")
                     : state.is_used && !goes_on ? _ ("This folder holds a run already: go on "
                                                      "with it, or choose another folder.")
                                                 : NULL;

  gtk_widget_set_visible (self->resume, state.is_used);
  if (!state.is_used)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->resume), FALSE);
  trp_form_set_mnemonic (self->start, goes_on ? _ ("_Go on with training") : _ ("_Start training"));
  gtk_widget_set_sensitive (self->start,
                            self->recipe && self->list && *folder && !hint && !self->refusal);
  show_problem (self, self->refusal ? self->refusal : hint, self->refusal != NULL);
}

/* A run that ends leaves a folder that is used, and memory that is free. */
static void
on_jobs_changed (TrpTrainSetupPanel *self, TrpJob *job)
{
  const TrpJobState state = job ? trp_job_get_state (job) : TRP_JOB_DONE;

  if (state == TRP_JOB_RUNNING || state == TRP_JOB_PAUSED)
    return;
  if (job && self->refusal)
    ask_for_estimate (self);
  else
    update_start (self);
}

/* "RECIPE", or what the names of a run and its branches begin with. (transfer full) */
static char *
dup_stem (TrpTrainSetupPanel *self)
{
  g_autofree char *stem = NULL;

  if (self->stem)
    return g_strdup (self->stem);
  stem = g_path_get_basename (self->recipe_id);
  if (g_str_has_suffix (stem, ".recipe"))
    stem[strlen (stem) - strlen (".recipe")] = '\0';
  return g_steal_pointer (&stem);
}

static void
set_folder (TrpTrainSetupPanel *self, const char *path)
{
  gtk_editable_set_text (GTK_EDITABLE (self->folder), path);
  gtk_editable_set_position (GTK_EDITABLE (self->folder), -1); /* its end tells runs apart */
}

static void
propose_folder (TrpTrainSetupPanel *self)
{
  g_autofree char *stem = NULL, *path = NULL;

  if (!self->recipe_id && !self->stem)
    return;
  stem = dup_stem (self);
  path = trp_train_folder_propose (self->beside ? self->beside : self->place, stem);
  set_folder (self, path);
}

char *
trp_train_setup_panel_dup_runs_folder (TrpTrainSetupPanel *self)
{
  const char *folder = gtk_editable_get_text (GTK_EDITABLE (self->folder));

  return *folder ? g_path_get_dirname (folder) : NULL;
}

static void
show_recipe (TrpTrainSetupPanel *self)
{
  const TrpRecipe *recipe = self->recipe;
  g_autofree char *text = NULL;

  if (recipe)
    text = g_strdup_printf (_ ("%d \u00d7 %d pixels, learning rate %g"), recipe->size, recipe->size,
                            recipe->learning_rate);
  gtk_label_set_label (GTK_LABEL (self->about), text ? text : "");
  trp_form_note_set (self->description, recipe ? recipe->description : NULL);
  self->is_updating = true;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->steps), recipe ? recipe->steps : 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->batch), recipe ? recipe->batch : 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->patch), recipe ? recipe->patch : 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->seed), recipe ? (double) recipe->seed : 0);
  self->is_updating = false;
}

/* ---- beginning with what another run has learned ---- */

static void
show_origin (TrpTrainSetupPanel *self, const char *text)
{
  gtk_label_set_label (GTK_LABEL (self->origin_text), text ? text : "");
  gtk_widget_set_tooltip_text (self->origin_text, self->origin);
  gtk_widget_set_visible (self->origin_row, text != NULL);
}

static void
drop_origin (TrpTrainSetupPanel *self)
{
  g_clear_pointer (&self->origin, g_free);
  g_clear_pointer (&self->stem, g_free);
  g_clear_pointer (&self->beside, g_free);
  show_origin (self, NULL);
}

const char *
trp_train_setup_panel_get_origin (TrpTrainSetupPanel *self)
{
  return self->origin;
}

static void
take_data (TrpTrainSetupPanel *self, const char *list, int fold)
{
  if (!list || !g_file_test (list, G_FILE_TEST_EXISTS))
    return;
  trp_train_setup_panel_set_list (self, list);
  trp_train_fold_choose (self->fold, fold);
}

void
trp_train_setup_panel_restore (TrpTrainSetupPanel *self)
{
  g_auto (TrpTrainLast) last = trp_train_last_load ();

  if (last.place)
    {
      g_free (self->place);
      self->place = g_strdup (last.place);
      propose_folder (self);
    }
  if (!self->list)
    take_data (self, last.list, last.fold);
}

/* A branch lies beside its origin; that is no choice for the runs that come after it. */
static void
remember (TrpTrainSetupPanel *self, const char *folder)
{
  g_autofree char *runs = g_path_get_dirname (folder);
  g_autofree char *usual = trp_train_folder_dup_default_place ();
  TrpTrainLast last = { self->recipe_id, self->list_path, NULL, trp_train_fold_get (self->fold) };

  if (g_strcmp0 (runs, self->beside) != 0)
    {
      g_free (self->place);
      self->place = g_strdup (runs);
    }
  last.place = strcmp (self->place, usual) == 0 ? NULL : self->place;
  trp_train_last_save (&last, folder);
}

/* What a run was made of; of one that nobody remembers, the list is the one that is there already.
 */
static void
take_run (TrpTrainSetupPanel *self, TrpTrainRun *run)
{
  g_auto (TrpTrainLast) known = trp_train_last_load_run (trp_train_run_get_folder (run));

  drop_origin (self);
  trp_recipe_free (self->recipe);
  self->recipe = trp_recipe_copy (trp_train_run_get_recipe (run));
  self->stem = trp_train_folder_dup_stem (trp_train_run_get_title (run));
  self->beside = g_path_get_dirname (trp_train_run_get_folder (run));
  show_recipe (self);
  if (!trp_train_run_peek_list (run))
    take_data (self, known.list, known.fold);
  if (trp_train_run_get_list_path (run))
    trp_train_setup_panel_set_list (self, trp_train_run_get_list_path (run));
  if (trp_train_run_peek_list (run))
    trp_train_fold_choose (self->fold, trp_train_run_get_fold (run));
  propose_folder (self);
}

void
trp_train_setup_panel_branch (TrpTrainSetupPanel *self,
                              TrpTrainRun *run,
                              const TrpTrainCheckpoint *checkpoint)
{
  g_autofree char *origin = g_strdup (checkpoint->branch);
  g_autofree char *name = trp_train_checkpoint_dup_name (checkpoint, run);
  g_autofree char *text = g_strdup_printf (_ ("Begins with %s, %s"), trp_train_run_get_title (run),
                                           name);

  take_run (self, run);
  self->origin = g_steal_pointer (&origin);
  show_origin (self, text);
  set_refusal (self, NULL);
  ask_for_estimate (self);
}

void
trp_train_setup_panel_go_on (TrpTrainSetupPanel *self, TrpTrainRun *run)
{
  take_run (self, run);
  set_folder (self, trp_train_run_get_folder (run));
  set_refusal (self, NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->resume), TRUE);
  ask_for_estimate (self);
}

static void
on_drop_origin (TrpTrainSetupPanel *self)
{
  drop_origin (self);
  if (self->recipe_id)
    trp_train_setup_panel_set_recipe (self, self->recipe_id);
}

void
trp_train_setup_panel_set_recipe (TrpTrainSetupPanel *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup (name); /* it may be the one that is replaced */

  drop_origin (self);
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->recipe_id, g_free);
  self->recipe_id = g_steal_pointer (&id);
  self->recipe = self->recipe_id ? trp_recipe_load (self->recipe_id, &error) : NULL;
  show_recipe (self);
  propose_folder (self);
  set_refusal (self, error ? error->message : NULL);
  ask_for_estimate (self);
  g_signal_emit (self, place_changed_signal, 0);
  g_signal_emit (self, case_chosen_signal, 0);
}

const TrpRecipe *
trp_train_setup_panel_get_recipe (TrpTrainSetupPanel *self)
{
  return self->recipe;
}

TrpDataList *
trp_train_setup_panel_get_case (TrpTrainSetupPanel *self, size_t *out_index)
{
  *out_index = trp_train_data_get_chosen (self->cases);
  return self->list;
}

static void
on_case_chosen (TrpTrainSetupPanel *self)
{
  g_signal_emit (self, case_chosen_signal, 0);
}

static void
show_list (TrpTrainSetupPanel *self)
{
  g_autofree char *name = self->list_path ? g_path_get_basename (self->list_path) : NULL;
  g_autofree char *text = NULL;
  size_t n_cases;

  gtk_label_set_label (GTK_LABEL (self->list_text), name ? name : _ ("none chosen"));
  gtk_widget_set_tooltip_text (self->list_text, self->list_path);
  if (self->list)
    {
      n_cases = trp_data_list_get_size (self->list);
      text = g_strdup_printf (
        ngettext ("%zu case: %zu MR, %zu CT", "%zu cases: %zu MR, %zu CT", n_cases), n_cases,
        trp_data_list_count (self->list, TRP_DATA_MR),
        trp_data_list_count (self->list, TRP_DATA_CT));
    }
  gtk_label_set_label (GTK_LABEL (self->list_about),
                       text ? text : _ ("A CSV file with the columns case, mr, ct, \u2026"));
  trp_train_data_set_list (self->cases, self->list);
  trp_train_fold_set_list (self->fold, self->list);
}

void
trp_train_setup_panel_set_list (TrpTrainSetupPanel *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  TrpDataList *list = trp_data_list_load (path, &error);

  if (!list)
    {
      show_problem (self, error->message, true);
      return;
    }
  g_clear_pointer (&self->list, trp_data_list_unref);
  g_free (self->list_path);
  self->list = list;
  self->list_path = g_strdup (path);
  show_list (self);
  propose_folder (self);
  update_start (self);
  ask_for_estimate (self);
  g_signal_emit (self, place_changed_signal, 0);
}

void
trp_train_setup_panel_set_folder (TrpTrainSetupPanel *self, const char *path)
{
  set_folder (self, path);
}

void
trp_train_setup_panel_set_fold (TrpTrainSetupPanel *self, int fold)
{
  trp_train_fold_choose (self->fold, fold);
}

void
trp_train_setup_panel_set_steps (TrpTrainSetupPanel *self, int steps)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->steps), steps);
}

static void
on_setting_changed (TrpTrainSetupPanel *self)
{
  if (self->is_updating || !self->recipe)
    return;
  self->recipe->steps = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->steps));
  trp_train_fit_set_steps (self->fit, self->recipe->steps);
  self->recipe->seed = (uint64_t) gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->seed));
}

/* What changes the memory that is needed, and may not go with the network. */
static void
on_sample_changed (TrpTrainSetupPanel *self)
{
  g_autoptr (GError) error = NULL;

  if (self->is_updating || !self->recipe)
    return;
  self->recipe->batch = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->batch));
  self->recipe->patch = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->patch));
  if (trp_recipe_check (self->recipe, &error))
    {
      set_refusal (self, NULL);
      ask_for_estimate (self);
      return;
    }
  trp_train_fit_ask (self->fit, NULL, NULL, -1);
  set_refusal (self, error->message);
}

TrpTrainRun *
trp_train_setup_panel_start (TrpTrainSetupPanel *self)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  TrpTrainSetup setup = { .recipe = self->recipe,
                          .list = self->list,
                          .fold = trp_train_fold_get (self->fold) };
  TrpTrainRun *run;

  gtk_spin_button_update (GTK_SPIN_BUTTON (self->steps));
  gtk_spin_button_update (GTK_SPIN_BUTTON (self->batch));
  gtk_spin_button_update (GTK_SPIN_BUTTON (self->patch));
  gtk_spin_button_update (GTK_SPIN_BUTTON (self->seed));
  setup.folder = gtk_editable_get_text (GTK_EDITABLE (self->folder));
  if (!self->recipe || !self->list || !*setup.folder)
    show_problem (self, _ ("Choose a recipe, a list of cases and a folder first."), true);
  else if (!self->refusal && !look_at_folder (self).is_busy &&
           !trp_recipe_check (self->recipe, &error))
    set_refusal (self, error->message);
  if (!self->recipe || !self->list || !*setup.folder || self->refusal ||
      look_at_folder (self).is_busy)
    return NULL;
  name = g_path_get_basename (setup.folder);
  setup.title = name;
  setup.device = trp_compute_get_device (self->compute);
  setup.precision = trp_compute_get_precision (self->compute, TRP_COMPUTE_TRAIN);
  setup.deterministic = trp_compute_get_deterministic (self->compute);
  setup.resume = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->resume));
  setup.list_path = self->list_path;
  setup.from = setup.resume ? NULL : self->origin;
  remember (self, setup.folder);
  run = trp_train_run_start (self->document, &setup);
  update_start (self);
  return run;
}

static void
on_start (TrpTrainSetupPanel *self)
{
  g_signal_emit (self, start_signal, 0);
}

/* ---- choosers ---- */

static void
on_list_chosen (GtkNativeDialog *dialog, int response, TrpTrainSetupPanel *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path)
    trp_train_setup_panel_set_list (self, path);
  g_clear_object (&self->chooser);
}

static bool
is_empty (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder && !g_dir_read_name (folder);
}

/* A run to go on with or an empty folder is the run's; any other one is where runs are to lie. */
static void
take_folder (TrpTrainSetupPanel *self, const char *path)
{
  char **place = self->beside ? &self->beside : &self->place;

  if (trp_train_run_has_checkpoint (path) || is_empty (path))
    {
      set_folder (self, path);
      return;
    }
  g_free (*place);
  *place = g_strdup (path);
  propose_folder (self);
}

static void
on_folder_chosen (GtkNativeDialog *dialog, int response, TrpTrainSetupPanel *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path)
    {
      take_folder (self, path);
      g_signal_emit (self, place_changed_signal, 0);
    }
  g_clear_object (&self->chooser);
}

static void
choose (TrpTrainSetupPanel *self,
        const char *title,
        GtkFileChooserAction action,
        GCallback callback)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (
    title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, action, _ ("Choose"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", callback, self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_choose_list (TrpTrainSetupPanel *self)
{
  choose (self, _ ("List of cases"), GTK_FILE_CHOOSER_ACTION_OPEN, G_CALLBACK (on_list_chosen));
}

static void
on_choose_folder (TrpTrainSetupPanel *self)
{
  choose (self, _ ("Folder of the run"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
          G_CALLBACK (on_folder_chosen));
}

static void
on_saved (const char *name, gpointer data)
{
  g_signal_emit (data, recipe_saved_signal, 0, name);
}

static void
on_open_as_text (TrpTrainSetupPanel *self)
{
  if (self->recipe_id)
    trp_recipe_editor_open (GTK_WIDGET (self), self->recipe_id, false, on_saved, self);
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static GtkWidget *
make_caption (void)
{
  GtkWidget *label = make_label (NULL, "caption");

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 30);
  return label;
}

static GtkWidget *
make_section (const char *title, GtkWidget *beside)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_label (title, "panel-title");

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (heading), label);
  if (beside)
    gtk_box_append (GTK_BOX (heading), beside);
  gtk_box_append (GTK_BOX (section), heading);
  gtk_widget_add_css_class (section, "panel");
  return section;
}

/* Numbers stand below one another, whatever their range. */
static GtkWidget *
make_number (double low, double high, double step)
{
  GtkWidget *number = gtk_spin_button_new_with_range (low, high, step);

  gtk_editable_set_width_chars (GTK_EDITABLE (number), NUMBER_CHARS);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (number), NUMBER_CHARS);
  return number;
}

static GtkWidget *
make_row (const char *name, GtkWidget *child)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_label (name, "second");

  gtk_widget_set_hexpand (label, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), child);
  return row;
}

static GtkWidget *
make_device (TrpTrainSetupPanel *self)
{
  GtkWidget *section = make_section (_ ("Device"), NULL);

  self->fit = TRP_TRAIN_FIT (trp_train_fit_new (self->compute));
  g_signal_connect_swapped (self->fit, "known", G_CALLBACK (on_fit_known), self);
  gtk_box_append (GTK_BOX (section), trp_device_panel_new (self->compute, TRP_COMPUTE_TRAIN));
  gtk_box_append (GTK_BOX (section), GTK_WIDGET (self->fit));
  return section;
}

static void
on_fold_changed (TrpTrainSetupPanel *self)
{
  trp_train_data_set_fold (self->cases, trp_train_fold_get (self->fold));
  ask_for_estimate (self);
}

static GtkWidget *
make_data (TrpTrainSetupPanel *self)
{
  GtkWidget *section, *choose_button = gtk_button_new ();
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  trp_form_set_mnemonic (choose_button, _ ("Choose a _list\u2026"));
  self->list_text = make_label (NULL, "second");
  self->list_about = make_caption ();
  self->cases = TRP_TRAIN_DATA (trp_train_data_new ());
  g_signal_connect_swapped (self->cases, "chosen", G_CALLBACK (on_case_chosen), self);
  self->fold = TRP_TRAIN_FOLD (trp_train_fold_new ());
  gtk_label_set_ellipsize (GTK_LABEL (self->list_text), PANGO_ELLIPSIZE_START);
  section = make_section (_ ("Data"), self->list_text);
  g_signal_connect_swapped (choose_button, "clicked", G_CALLBACK (on_choose_list), self);
  g_signal_connect_swapped (self->fold, "changed", G_CALLBACK (on_fold_changed), self);
  gtk_widget_set_hexpand (self->list_about, TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->list_about), 14);
  gtk_widget_set_valign (choose_button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), self->list_about);
  gtk_box_append (GTK_BOX (row), choose_button);
  gtk_box_append (GTK_BOX (section), row);
  gtk_box_append (GTK_BOX (section), GTK_WIDGET (self->cases));
  gtk_box_append (GTK_BOX (section), GTK_WIDGET (self->fold));
  return section;
}

static GtkWidget *
make_recipe (TrpTrainSetupPanel *self)
{
  GtkWidget *open = gtk_button_new_with_label (_ ("Open as text"));
  GtkWidget *section;

  gtk_widget_add_css_class (open, "link");
  g_signal_connect_swapped (open, "clicked", G_CALLBACK (on_open_as_text), self);
  section = make_section (_ ("Recipe"), open);
  self->about = make_caption ();
  self->description = trp_form_note_new (30);
  self->steps = make_number (1, MAX_STEPS, 100);
  self->batch = make_number (1, MAX_BATCH, 1);
  self->patch = make_number (0, MAX_PATCH, PATCH_STEP);
  self->seed = make_number (0, INT32_MAX, 1);
  gtk_widget_set_tooltip_text (self->batch, _ ("Samples in each step"));
  gtk_widget_set_tooltip_text (self->patch,
                               _ ("Pixels along the side of a sample; 0: the whole slice"));
  g_signal_connect_swapped (self->batch, "value-changed", G_CALLBACK (on_sample_changed), self);
  g_signal_connect_swapped (self->patch, "value-changed", G_CALLBACK (on_sample_changed), self);
  g_signal_connect_swapped (self->steps, "value-changed", G_CALLBACK (on_setting_changed), self);
  g_signal_connect_swapped (self->seed, "value-changed", G_CALLBACK (on_setting_changed), self);
  gtk_box_append (GTK_BOX (section), self->description);
  gtk_box_append (GTK_BOX (section), self->about);
  gtk_box_append (GTK_BOX (section), make_row (_ ("steps"), self->steps));
  gtk_box_append (GTK_BOX (section), make_row (_ ("batch"), self->batch));
  gtk_box_append (GTK_BOX (section), make_row (_ ("patch, pixels"), self->patch));
  gtk_box_append (GTK_BOX (section), make_row (_ ("seed"), self->seed));
  return section;
}

static void
on_folder_changed (TrpTrainSetupPanel *self)
{
  gtk_widget_set_tooltip_text (self->folder, gtk_editable_get_text (GTK_EDITABLE (self->folder)));
  update_start (self);
}

static GtkWidget *
make_folder (TrpTrainSetupPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *choose_button = gtk_button_new_from_icon_name ("folder-open-symbolic");
  GtkWidget *name = make_label (_ ("Folder of the run"), "second");

  self->folder = gtk_entry_new ();
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (choose_button, "row-icon");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->folder), 10);
  gtk_widget_set_tooltip_text (choose_button, _ ("Choose a folder"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (choose_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Choose a folder"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->folder), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Folder of the run"), -1);
  g_signal_connect_swapped (choose_button, "clicked", G_CALLBACK (on_choose_folder), self);
  g_signal_connect_swapped (self->folder, "changed", G_CALLBACK (on_folder_changed), self);
  g_signal_connect_swapped (self->folder, "activate", G_CALLBACK (gtk_widget_activate),
                            self->start);
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (row), choose_button);
  gtk_box_append (GTK_BOX (box), row);
  gtk_box_append (GTK_BOX (box), self->folder);
  return box;
}

static GtkWidget *
make_origin (TrpTrainSetupPanel *self)
{
  GtkWidget *drop = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->origin_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->origin_text = make_label (NULL, NULL);
  gtk_label_set_wrap (GTK_LABEL (self->origin_text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->origin_text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->origin_text), 26);
  gtk_widget_set_hexpand (self->origin_text, TRUE);
  gtk_widget_add_css_class (drop, "row-icon");
  gtk_widget_set_tooltip_text (drop, _ ("Begin from the start"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Begin from the start"), -1);
  g_signal_connect_swapped (drop, "clicked", G_CALLBACK (on_drop_origin), self);
  gtk_box_append (GTK_BOX (self->origin_row), self->origin_text);
  gtk_box_append (GTK_BOX (self->origin_row), drop);
  gtk_widget_set_visible (self->origin_row, FALSE);
  return self->origin_row;
}

/* They scroll where the window is low; what they come to stays in sight below. */
static GtkWidget *
make_settings (TrpTrainSetupPanel *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *settings = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (settings), make_device (self));
  gtk_box_append (GTK_BOX (settings), make_data (self));
  gtk_box_append (GTK_BOX (settings), make_recipe (self));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), settings);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static GtkWidget *
make_bottom (TrpTrainSetupPanel *self)
{
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->start = trp_form_set_mnemonic (gtk_button_new (), _ ("_Start training"));
  self->problem = make_caption ();
  self->resume = gtk_check_button_new_with_label (_ ("go on with the run in this folder"));
  gtk_widget_add_css_class (self->start, "suggested-action");
  g_signal_connect_swapped (self->resume, "toggled", G_CALLBACK (update_start), self);
  g_signal_connect_swapped (self->start, "clicked", G_CALLBACK (on_start), self);
  gtk_box_append (GTK_BOX (bottom), make_origin (self));
  gtk_box_append (GTK_BOX (bottom), make_folder (self));
  gtk_box_append (GTK_BOX (bottom), self->resume);
  gtk_box_append (GTK_BOX (bottom), self->problem);
  gtk_box_append (GTK_BOX (bottom), self->start);
  gtk_widget_add_css_class (bottom, "panel");
  return bottom;
}

GtkWidget *
trp_train_setup_panel_new (TrpDocument *document)
{
  TrpTrainSetupPanel *self = g_object_new (TRP_TYPE_TRAIN_SETUP_PANEL, NULL);

  self->document = g_object_ref (document);
  self->compute = g_object_ref (trp_compute_get (document));
  self->place = trp_train_folder_dup_default_place ();
  gtk_box_append (GTK_BOX (self), make_settings (self));
  gtk_box_append (GTK_BOX (self), make_bottom (self));
  g_signal_connect_swapped (document, "jobs-changed", G_CALLBACK (on_jobs_changed), self);
  g_signal_connect_swapped (self->compute, "changed", G_CALLBACK (ask_for_estimate), self);
  show_list (self);
  update_start (self);
  return GTK_WIDGET (self);
}
