/* train-run.c - one training that was started from the window
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-run.h"
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

/* What the worker tells, in the order it happened. */
typedef enum
{
  TOLD_ROW,
  TOLD_PREVIEW,
  TOLD_SENTENCE,
} Told;

typedef struct
{
  Told kind;
  int step, n_steps;
  double seconds;
  size_t n;
  char **names;
  double *values;
  char *text;
} Message;

typedef struct
{
  int step;
  char *path;
} Preview;

/* What the worker works on; its own references. */
typedef struct
{
  TrpJob *job; /* borrowed: the worker's own */
  TrpRecipe *recipe;
  TrpDataList *list;
  char *folder;
  char *device;
  TrpPrecision precision;
  bool deterministic;
  int fold;
  bool resume;
} Task;

struct _TrpTrainRun
{
  GObject parent_instance;

  TrpDocument *document;
  TrpJob *job;
  TrpRecipe *recipe;
  TrpDataList *list;
  char *title;
  char *folder;
  char *device;
  TrpPrecision precision;
  bool deterministic;
  int fold;
  char *sentence;
  char *notice;        /* (nullable): what the window was told of its end */
  int n_steps;         /* of a training told in epochs once it has begun; 0: the recipe's */
  guint n_past;        /* rows of an earlier session, perhaps of another device */
  GArray *steps;       /* (element-type double) */
  GArray *seconds;     /* (element-type double) */
  GHashTable *columns; /* name to GArray of double */
  GPtrArray *previews; /* (element-type Preview) */
};

static guint changed;

static void forget (TrpTrainRun *self);

G_DEFINE_FINAL_TYPE (TrpTrainRun, trp_train_run, G_TYPE_OBJECT)

static void
preview_free (gpointer data)
{
  Preview *preview = data;

  g_free (preview->path);
  g_free (preview);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_strfreev (message->names);
  g_free (message->values);
  g_free (message->text);
  g_free (message);
}

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_recipe_free (task->recipe);
  trp_data_list_unref (task->list);
  g_free (task->folder);
  g_free (task->device);
  g_free (task);
}

static void
trp_train_run_finalize (GObject *object)
{
  TrpTrainRun *self = TRP_TRAIN_RUN (object);

  forget (self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->job, trp_job_unref);
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->list, trp_data_list_unref);
  g_free (self->title);
  g_free (self->folder);
  g_free (self->device);
  g_free (self->sentence);
  g_free (self->notice);
  g_array_unref (self->steps);
  g_array_unref (self->seconds);
  g_hash_table_unref (self->columns);
  g_ptr_array_unref (self->previews);
  G_OBJECT_CLASS (trp_train_run_parent_class)->finalize (object);
}

static void
trp_train_run_class_init (TrpTrainRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trp_train_run_finalize;
  changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                          NULL, G_TYPE_NONE, 0);
}

static void
trp_train_run_init (TrpTrainRun *self)
{
  self->sentence = g_strdup ("");
  self->steps = g_array_new (FALSE, FALSE, sizeof (double));
  self->seconds = g_array_new (FALSE, FALSE, sizeof (double));
  self->columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_array_unref);
  self->previews = g_ptr_array_new_with_free_func (preview_free);
}

/* ---- worker ---- */

static void
on_log (const TrpTrainLog *log, void *data)
{
  const Task *task = data;
  Message *message = g_new0 (Message, 1);

  message->kind = TOLD_ROW;
  message->step = log->step;
  message->n_steps = log->n_steps;
  message->seconds = log->seconds;
  message->n = log->n;
  message->names = g_new0 (char *, log->n + 1);
  for (size_t n = 0; n < log->n; n++)
    message->names[n] = g_strdup (log->names[n]);
  message->values = g_memdup2 (log->values, log->n * sizeof *log->values);
  trp_job_post (task->job, message);
}

static void
on_preview (const char *path, int step, void *data)
{
  const Task *task = data;
  Message *message = g_new0 (Message, 1);

  message->kind = TOLD_PREVIEW;
  message->step = step;
  message->text = g_strdup (path);
  trp_job_post (task->job, message);
}

static void
on_say (const char *sentence, void *data)
{
  const Task *task = data;
  Message *message = g_new0 (Message, 1);

  message->kind = TOLD_SENTENCE;
  message->text = g_strdup (sentence);
  trp_job_post (task->job, message);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Task *task = data;
  const TrpTrainOptions options = { .recipe = task->recipe,
                                    .list = task->list,
                                    .fold = task->fold,
                                    .folder = task->folder,
                                    .device = task->device,
                                    .precision = task->precision,
                                    .deterministic = task->deterministic,
                                    .resume = task->resume,
                                    .watch = { on_log, on_preview, on_say, task } };

  task->job = job;
  return trp_train (&options, progress, error) ? g_strdup (task->folder) : NULL;
}

/* ---- main thread ---- */

/* A restart after an alarm, or a resumed run, goes back in steps: what came later is void. */
static void
drop_from (TrpTrainRun *self, double step)
{
  GHashTableIter iterator;
  gpointer column;
  guint n = self->steps->len;

  while (n > 0 && g_array_index (self->steps, double, n - 1) >= step)
    n--;
  if (n == self->steps->len)
    return;
  self->n_past = MIN (self->n_past, n);
  g_array_set_size (self->steps, n);
  g_array_set_size (self->seconds, n);
  g_hash_table_iter_init (&iterator, self->columns);
  while (g_hash_table_iter_next (&iterator, NULL, &column))
    g_array_set_size (column, n);
}

static void
add_row (TrpTrainRun *self, const Message *message)
{
  const double step = message->step;

  drop_from (self, step);
  g_array_append_val (self->steps, step);
  g_array_append_val (self->seconds, message->seconds);
  for (size_t n = 0; n < message->n; n++)
    {
      GArray *column = g_hash_table_lookup (self->columns, message->names[n]);

      if (!column)
        {
          column = g_array_new (FALSE, TRUE, sizeof (double));
          g_array_set_size (column, self->steps->len - 1);
          g_hash_table_insert (self->columns, g_strdup (message->names[n]), column);
        }
      g_array_append_val (column, message->values[n]);
    }
}

/* ---- what a folder tells of the part before ---- */

#define N_ROW_HEAD 3 /* step, seconds, rate */

static void
read_rows (TrpTrainRun *self, const char *log)
{
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  g_auto (GStrv) names = g_strsplit (lines[0] ? lines[0] : "", ",", -1);
  const size_t n_names = g_strv_length (names);

  for (size_t n = 1; n_names > N_ROW_HEAD && n < g_strv_length (lines); n++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[n], ",", -1);
      g_autofree double *values = g_new (double, n_names);
      Message message = { .kind = TOLD_ROW,
                          .n = n_names - N_ROW_HEAD,
                          .names = names + N_ROW_HEAD,
                          .values = values + N_ROW_HEAD };

      if (g_strv_length (cells) != n_names)
        continue;
      for (size_t i = 0; i < n_names; i++)
        values[i] = g_ascii_strtod (cells[i], NULL);
      message.step = (int) values[0];
      message.seconds = values[1];
      add_row (self, &message);
    }
}

static int
compare_previews (gconstpointer a, gconstpointer b)
{
  const Preview *const *first = a, *const *second = b;

  return ((*first)->step > (*second)->step) - ((*first)->step < (*second)->step);
}

static void
find_previews (TrpTrainRun *self)
{
  g_autofree char *path = g_build_filename (self->folder, "previews", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    if (g_str_has_suffix (name, ".png"))
      {
        Preview *preview = g_new (Preview, 1);

        preview->step = (int) g_ascii_strtoll (name, NULL, 10);
        preview->path = g_build_filename (path, name, NULL);
        g_ptr_array_add (self->previews, preview);
      }
  g_ptr_array_sort (self->previews, compare_previews);
}

static void
read_past (TrpTrainRun *self)
{
  g_autofree char *path = g_build_filename (self->folder, "log.csv", NULL);
  g_autofree char *log = NULL;

  if (g_file_get_contents (path, &log, NULL, NULL))
    read_rows (self, log);
  self->n_past = self->steps->len;
  find_previews (self);
}

/* Those of the disk that a resumed run makes once more. */
static void
drop_previews_from (TrpTrainRun *self, int step)
{
  guint n = self->previews->len;

  while (n > 0 && ((const Preview *) self->previews->pdata[n - 1])->step >= step)
    n--;
  g_ptr_array_set_size (self->previews, (int) n);
}

static void
on_message (TrpJob *job, void *told, void *user_data)
{
  TrpTrainRun *self = user_data;
  Message *message = told;
  Preview *preview;

  switch (message->kind)
    {
    case TOLD_ROW:
      self->n_steps = message->n_steps;
      add_row (self, message);
      break;
    case TOLD_PREVIEW:
      drop_previews_from (self, message->step);
      preview = g_new0 (Preview, 1);
      preview->step = message->step;
      preview->path = g_steal_pointer (&message->text);
      g_ptr_array_add (self->previews, preview);
      break;
    case TOLD_SENTENCE:
      g_free (self->sentence);
      self->sentence = g_steal_pointer (&message->text);
      break;
    }
  g_signal_emit (self, changed, 0);
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpTrainRun *self = user_data;
  g_autofree char *folder = result;
  g_autofree char *text = NULL;

  if (folder)
    text = g_strdup_printf (_ ("%s is trained: %s"), self->title, folder);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = trp_train_run_has_checkpoint (self->folder)
             ? g_strdup_printf (_ ("%s was stopped; what it had learned is kept in %s"),
                                self->title, self->folder)
             : g_strdup_printf (_ ("%s was stopped before it had learned anything"), self->title);
  else if (error)
    text = g_strdup_printf (_ ("%s ended: %s"), self->title, error->message);
  if (text)
    trp_document_report (self->document,
                         trp_job_get_state (self->job) == TRP_JOB_FAILED ? TRP_SEVERITY_ERROR
                                                                         : TRP_SEVERITY_INFO,
                         text);
  self->notice = g_steal_pointer (&text);
  g_signal_emit (self, changed, 0);
  g_object_unref (self);
}

/* The document carries its runs while their jobs go on. */
#define RUNS_KEY "trp-train-runs"

static void
remember (TrpTrainRun *self)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (self->document), RUNS_KEY);

  if (!runs)
    {
      runs = g_ptr_array_new ();
      g_object_set_data_full (G_OBJECT (self->document), RUNS_KEY, runs,
                              (GDestroyNotify) g_ptr_array_unref);
    }
  g_ptr_array_add (runs, self);
}

/* Started again: what was said of the attempts before is over. */
static void
withdraw_notices (TrpDocument *document, const char *folder)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (document), RUNS_KEY);

  for (guint n = 0; runs && n < runs->len; n++)
    {
      TrpTrainRun *run = g_ptr_array_index (runs, n);
      g_autofree char *notice = strcmp (run->folder, folder) == 0 ? g_steal_pointer (&run->notice)
                                                                  : NULL;

      if (notice)
        trp_document_withdraw (document, notice);
    }
}

static void
forget (TrpTrainRun *self)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (self->document), RUNS_KEY);

  if (runs)
    g_ptr_array_remove (runs, self);
}

TrpTrainRun *
trp_train_run_find (TrpDocument *document, const TrpJob *job)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (document), RUNS_KEY);

  for (guint n = 0; runs && n < runs->len; n++)
    {
      TrpTrainRun *run = g_ptr_array_index (runs, n);

      if (run->job == job)
        return run;
    }
  return NULL;
}

TrpTrainRun *
trp_train_run_start (TrpDocument *document, const TrpTrainSetup *setup)
{
  static const TrpJobClass klass = { .run = run,
                                     .message = on_message,
                                     .done = on_done,
                                     .free_data = task_free,
                                     .free_result = g_free,
                                     .free_message = message_free };
  TrpTrainRun *self = g_object_new (TRP_TYPE_TRAIN_RUN, NULL);
  Task *task = g_new0 (Task, 1);

  withdraw_notices (document, setup->folder);
  self->document = g_object_ref (document);
  self->recipe = trp_recipe_copy (setup->recipe);
  self->list = trp_data_list_ref (setup->list);
  self->title = g_strdup (setup->title);
  self->folder = g_strdup (setup->folder);
  self->device = g_strdup (setup->device);
  self->precision = setup->precision;
  self->deterministic = setup->deterministic;
  self->fold = setup->fold;
  task->recipe = trp_recipe_copy (setup->recipe);
  task->list = trp_data_list_ref (setup->list);
  task->folder = g_strdup (setup->folder);
  task->device = g_strdup (setup->device);
  task->precision = setup->precision;
  task->deterministic = setup->deterministic;
  task->fold = setup->fold;
  task->resume = setup->resume;
  if (setup->resume)
    read_past (self);
  /* the job's own reference, until it is done */
  self->job = trp_job_start (&klass, setup->title, task, g_object_ref (self));
  remember (self);
  trp_document_add_job (document, self->job);
  return self;
}

TrpTrainRun *
trp_train_run_go_on (TrpTrainRun *self)
{
  const TrpTrainSetup setup = { .recipe = self->recipe,
                                .list = self->list,
                                .title = self->title,
                                .folder = self->folder,
                                .device = self->device,
                                .precision = self->precision,
                                .deterministic = self->deterministic,
                                .fold = self->fold,
                                .resume = true };

  return trp_train_run_start (self->document, &setup);
}

bool
trp_train_run_has_checkpoint (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static bool
is_going (const TrpTrainRun *self)
{
  const TrpJobState state = trp_job_get_state (self->job);

  return state == TRP_JOB_RUNNING || state == TRP_JOB_PAUSED;
}

bool
trp_train_run_can_go_on (TrpTrainRun *self)
{
  const TrpJobState state = trp_job_get_state (self->job);

  return (state == TRP_JOB_CANCELLED || state == TRP_JOB_FAILED) &&
         !trp_train_run_is_busy (self->document, self->folder) &&
         trp_train_run_has_checkpoint (self->folder);
}

bool
trp_train_run_is_busy (TrpDocument *document, const char *folder)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (document), RUNS_KEY);
  g_autoptr (GFile) wanted = g_file_new_for_path (folder);

  for (guint n = 0; runs && n < runs->len; n++)
    {
      const TrpTrainRun *run = g_ptr_array_index (runs, n);
      g_autoptr (GFile) used = g_file_new_for_path (run->folder);

      if (is_going (run) && g_file_equal (used, wanted))
        return true;
    }
  return false;
}

const TrpRecipe *
trp_train_run_get_recipe (TrpTrainRun *self)
{
  return self->recipe;
}

int
trp_train_run_get_n_steps (TrpTrainRun *self)
{
  return self->n_steps > 0 ? self->n_steps : self->recipe->steps;
}

const char *
trp_train_run_get_title (TrpTrainRun *self)
{
  return self->title;
}

const char *
trp_train_run_get_folder (TrpTrainRun *self)
{
  return self->folder;
}

TrpJob *
trp_train_run_get_job (TrpTrainRun *self)
{
  return self->job;
}

const char *
trp_train_run_get_state_name (TrpTrainRun *self)
{
  switch (trp_job_get_state (self->job))
    {
    case TRP_JOB_PAUSED:
      return _ ("paused");
    case TRP_JOB_DONE:
      return _ ("finished");
    case TRP_JOB_CANCELLED:
      return _ ("stopped");
    case TRP_JOB_FAILED:
      return _ ("failed");
    case TRP_JOB_RUNNING:
    default:
      return trp_job_get_fraction (self->job) > 0 || self->steps->len > self->n_past
               ? _ ("running")
               : _ ("preparing");
    }
}

const char *
trp_train_run_get_sentence (TrpTrainRun *self)
{
  if (trp_job_get_state (self->job) == TRP_JOB_CANCELLED)
    return trp_train_run_has_checkpoint (self->folder)
             ? _ ("stopped; what it had learned is kept")
             : _ ("stopped before it had learned anything");
  return self->sentence;
}

size_t
trp_train_run_get_n_rows (TrpTrainRun *self)
{
  return self->steps->len;
}

const double *
trp_train_run_peek_steps (TrpTrainRun *self)
{
  return (const double *) (const void *) self->steps->data;
}

const double *
trp_train_run_peek_column (TrpTrainRun *self, const char *name)
{
  const GArray *column = g_hash_table_lookup (self->columns, name);

  return column && column->len == self->steps->len ? (const double *) (const void *) column->data
                                                   : NULL;
}

/* Over the last rows, so that a pause is forgotten after a while; those before the run went on may
 * be another device's. */
double
trp_train_run_get_seconds_per_step (TrpTrainRun *self)
{
  const double *seconds = (const double *) (const void *) self->seconds->data;
  const guint n = self->steps->len;
  guint back = 0;

  while (back < 10 && self->n_past + back + 1 < n && seconds[n - back - 2] < seconds[n - back - 1])
    back++;
  if (back == 0)
    return NAN;
  return (g_array_index (self->seconds, double, n - 1) -
          g_array_index (self->seconds, double, n - 1 - back)) /
         (g_array_index (self->steps, double, n - 1) -
          g_array_index (self->steps, double, n - 1 - back));
}

size_t
trp_train_run_get_n_previews (TrpTrainRun *self)
{
  return self->previews->len;
}

const char *
trp_train_run_get_preview (TrpTrainRun *self, size_t index, int *out_step)
{
  const Preview *preview = g_ptr_array_index (self->previews, index);

  *out_step = preview->step;
  return preview->path;
}

char *
trp_train_run_dup_model (TrpTrainRun *self)
{
  g_autofree char *path = g_build_filename (self->folder, "model.safetensors", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}
