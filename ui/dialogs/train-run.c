/* train-run.c - one training that was started from the window, or found
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-run.h"
#include "config.h"
#include "core/method/validation.h"
#include "ui/dialogs/train-found.h"

#include <glib/gi18n.h>
#include <string.h>

/* What the worker tells, in the order it happened. */
typedef enum
{
  TOLD_ROW,
  TOLD_PREVIEW,
  TOLD_SENTENCE,
  TOLD_SCORES,
  TOLD_SAVED,
  TOLD_ALARM,
} Told;

typedef struct
{
  Told kind;
  int step, n_steps;
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
  char *from;
} Task;

struct _TrpTrainRun
{
  GObject parent_instance;

  TrpDocument *document;
  TrpJob *job; /* NULL: found in its folder */
  TrpRecipe *recipe;
  TrpDataList *list; /* NULL likewise */
  char *list_path;   /* (nullable) */
  char *title;
  char *folder;
  char *device;
  TrpPrecision precision;
  bool deterministic;
  int fold;
  char *sentence;
  char *notice;  /* (nullable): what the window was told of its end */
  size_t n_past; /* rows of an earlier session, perhaps of another device */
  TrpTrainTable *log, *scores;
  char *score;         /* (nullable): name of the value that decides */
  GPtrArray *previews; /* (element-type Preview) */
  GPtrArray *alarms;   /* (element-type TrpTrainAlarm) */
  int n_steps;         /* 0: not known yet */
  int epoch_steps;     /* likewise */
  int saved_step;      /* -1: none, or not known */
  int found_step;
  bool found_over;
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
alarm_free (gpointer data)
{
  TrpTrainAlarm *alarm = data;

  g_free (alarm->sentence);
  g_free (alarm);
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
  g_free (task->from);
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
  g_free (self->list_path);
  g_free (self->title);
  g_free (self->folder);
  g_free (self->device);
  g_free (self->sentence);
  g_free (self->notice);
  trp_train_table_free (self->log);
  trp_train_table_free (self->scores);
  g_free (self->score);
  g_ptr_array_unref (self->previews);
  g_ptr_array_unref (self->alarms);
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
  self->log = trp_train_table_new ();
  self->scores = trp_train_table_new ();
  self->alarms = g_ptr_array_new_with_free_func (alarm_free);
  self->saved_step = -1;
  self->previews = g_ptr_array_new_with_free_func (preview_free);
}

/* ---- worker ---- */

static Message *
message_new (Told kind, int step, const char *text)
{
  Message *message = g_new0 (Message, 1);

  message->kind = kind;
  message->step = step;
  message->text = g_strdup (text);
  return message;
}

/* The names and values of a row; @more: room for others. */
static void
fill (Message *message, size_t n, const char *const *names, const double *values, size_t more)
{
  message->n = n;
  message->names = g_new0 (char *, n + more + 1);
  message->values = g_new0 (double, n + more);
  for (size_t i = 0; i < n; i++)
    {
      message->names[i] = g_strdup (names[i]);
      message->values[i] = values[i];
    }
}

#define SECONDS "seconds" /* as log.csv has it */

static void
on_log (const TrpTrainLog *log, void *data)
{
  const Task *task = data;
  Message *message = message_new (TOLD_ROW, log->step, NULL);

  message->n_steps = log->n_steps;
  fill (message, log->n, log->names, log->values, 1);
  message->names[message->n] = g_strdup (SECONDS);
  message->values[message->n++] = log->seconds;
  trp_job_post (task->job, message);
}

static void
on_preview (const char *path, int step, void *data)
{
  const Task *task = data;

  trp_job_post (task->job, message_new (TOLD_PREVIEW, step, path));
}

static void
on_say (const char *sentence, void *data)
{
  const Task *task = data;

  trp_job_post (task->job, message_new (TOLD_SENTENCE, 0, sentence));
}

static void
on_saved (int step, void *data)
{
  const Task *task = data;

  trp_job_post (task->job, message_new (TOLD_SAVED, step, NULL));
}

static void
on_validated (const TrpTrainScores *scores, void *data)
{
  const Task *task = data;
  Message *message = message_new (TOLD_SCORES, scores->step, scores->names[scores->score]);

  fill (message, scores->n, scores->names, scores->values, 0);
  trp_job_post (task->job, message);
}

static void
on_alarm (int step, const char *sentence, void *data)
{
  const Task *task = data;

  trp_job_post (task->job, message_new (TOLD_ALARM, step, sentence));
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
                                    .from = task->from,
                                    .watch = { .log = on_log,
                                               .preview = on_preview,
                                               .say = on_say,
                                               .data = task,
                                               .saved = on_saved,
                                               .validated = on_validated,
                                               .alarm = on_alarm } };

  task->job = job;
  return trp_train (&options, progress, error) ? g_strdup (task->folder) : NULL;
}

/* ---- main thread ---- */

/* A restart after an alarm, or a resumed run, goes back in steps: what came later is void. */
static void
add_row (TrpTrainRun *self, const Message *message)
{
  const size_t row = trp_train_table_add (
    self->log, message->step, (const char *const *) message->names, message->values, message->n);

  self->n_past = MIN (self->n_past, row);
  self->n_steps = message->n_steps;
  if (self->recipe->schedule.epochs > 0)
    self->epoch_steps = MAX (self->n_steps / self->recipe->schedule.epochs, 1);
}

static void
add_scores (TrpTrainRun *self, Message *message)
{
  trp_train_table_add (self->scores, message->step, (const char *const *) message->names,
                       message->values, message->n);
  g_free (self->score);
  self->score = g_steal_pointer (&message->text);
}

static void
add_alarm (TrpTrainRun *self, int step, gint64 time, const char *sentence)
{
  TrpTrainAlarm *alarm = g_new (TrpTrainAlarm, 1);

  *alarm = (TrpTrainAlarm){ step, time, g_strdup (sentence) };
  g_ptr_array_add (self->alarms, alarm);
}

/* ---- what a folder tells of the part before ---- */

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
  g_autofree char *log = g_build_filename (self->folder, "log.csv", NULL);
  g_autofree char *scores = g_build_filename (self->folder, "validation.csv", NULL);

  trp_train_table_read (self->log, log);
  trp_train_table_read (self->scores, scores);
  self->n_past = trp_train_table_get_n_rows (self->log);
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
add_preview (TrpTrainRun *self, Message *message)
{
  Preview *preview = g_new0 (Preview, 1);

  drop_previews_from (self, message->step);
  preview->step = message->step;
  preview->path = g_steal_pointer (&message->text);
  g_ptr_array_add (self->previews, preview);
}

static void
on_message (TrpJob *job, void *told, void *user_data)
{
  TrpTrainRun *self = user_data;
  Message *message = told;

  switch (message->kind)
    {
    case TOLD_ROW:
      add_row (self, message);
      break;
    case TOLD_PREVIEW:
      add_preview (self, message);
      break;
    case TOLD_SCORES:
      add_scores (self, message);
      break;
    case TOLD_SAVED:
      self->saved_step = message->step;
      break;
    case TOLD_ALARM:
      add_alarm (self, message->step, g_get_real_time () / G_USEC_PER_SEC, message->text);
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
  self->list_path = g_strdup (setup->list_path);
  self->title = g_strdup (setup->title);
  self->folder = g_strdup (setup->folder);
  self->device = g_strdup (setup->device);
  self->precision = setup->precision;
  self->deterministic = setup->deterministic;
  self->fold = setup->fold;
  self->n_steps = setup->recipe->schedule.epochs > 0 ? 0 : setup->recipe->steps;
  task->recipe = trp_recipe_copy (setup->recipe);
  task->list = trp_data_list_ref (setup->list);
  task->folder = g_strdup (setup->folder);
  task->device = g_strdup (setup->device);
  task->precision = setup->precision;
  task->deterministic = setup->deterministic;
  task->fold = setup->fold;
  task->resume = setup->resume;
  task->from = g_strdup (setup->from);
  if (setup->resume)
    {
      g_autoptr (TrpTrainFound) found = trp_train_found_read (setup->folder);

      self->saved_step = found ? found->step : -1;
      read_past (self);
    }
  /* the job's own reference, until it is done */
  self->job = trp_job_start (&klass, setup->title, task, g_object_ref (self));
  remember (self);
  trp_document_add_job (document, self->job);
  return self;
}

TrpTrainRun *
trp_train_run_new_found (TrpDocument *document, const TrpTrainFound *found)
{
  TrpTrainRun *self = g_object_new (TRP_TYPE_TRAIN_RUN, NULL);

  self->document = g_object_ref (document);
  self->recipe = trp_recipe_copy (found->recipe);
  self->title = g_path_get_basename (found->folder);
  self->folder = g_strdup (found->folder);
  self->n_steps = found->n_steps;
  self->epoch_steps = found->recipe->schedule.epochs > 0 ? found->epoch_steps : 0;
  self->found_step = found->step;
  self->found_over = found->is_over;
  self->fold = -1;
  self->saved_step = trp_train_run_has_checkpoint (found->folder) ? found->step : -1;
  read_past (self);
  return self;
}

TrpTrainRun *
trp_train_run_go_on (TrpTrainRun *self)
{
  TrpTrainRun *rest;
  const TrpTrainSetup setup = { .recipe = self->recipe,
                                .list = self->list,
                                .title = self->title,
                                .folder = self->folder,
                                .device = self->device,
                                .precision = self->precision,
                                .deterministic = self->deterministic,
                                .fold = self->fold,
                                .list_path = self->list_path,
                                .resume = true };

  if (!self->list)
    return NULL;
  rest = trp_train_run_start (self->document, &setup);
  for (guint n = 0; n < self->alarms->len; n++)
    {
      const TrpTrainAlarm *alarm = g_ptr_array_index (self->alarms, n);

      add_alarm (rest, alarm->step, alarm->time, alarm->sentence);
    }
  return rest;
}

bool
trp_train_run_has_checkpoint (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "checkpoint.safetensors", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

TrpJobState
trp_train_run_get_state (TrpTrainRun *self)
{
  if (self->job)
    return trp_job_get_state (self->job);
  return self->found_over ? TRP_JOB_DONE : TRP_JOB_CANCELLED;
}

double
trp_train_run_get_fraction (TrpTrainRun *self)
{
  if (self->job)
    return trp_job_get_fraction (self->job);
  if (self->found_over)
    return 1;
  return self->n_steps > 0 ? MIN ((double) self->found_step / self->n_steps, 1) : 0;
}

static bool
is_going (TrpTrainRun *self)
{
  const TrpJobState state = trp_train_run_get_state (self);

  return state == TRP_JOB_RUNNING || state == TRP_JOB_PAUSED;
}

bool
trp_train_run_can_go_on (TrpTrainRun *self)
{
  const TrpJobState state = trp_train_run_get_state (self);

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
      TrpTrainRun *run = g_ptr_array_index (runs, n);
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

const TrpDataList *
trp_train_run_peek_list (TrpTrainRun *self)
{
  return self->list;
}

const char *
trp_train_run_get_list_path (TrpTrainRun *self)
{
  return self->list_path;
}

int
trp_train_run_get_fold (TrpTrainRun *self)
{
  return self->fold;
}

TrpJob *
trp_train_run_get_job (TrpTrainRun *self)
{
  return self->job;
}

const char *
trp_train_run_get_state_name (TrpTrainRun *self)
{
  switch (trp_train_run_get_state (self))
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
      return trp_train_run_get_fraction (self) > 0 ||
                 trp_train_table_get_n_rows (self->log) > self->n_past
               ? _ ("running")
               : _ ("preparing");
    }
}

const char *
trp_train_run_get_sentence (TrpTrainRun *self)
{
  if (trp_train_run_get_state (self) == TRP_JOB_CANCELLED)
    return trp_train_run_has_checkpoint (self->folder)
             ? _ ("stopped; what it had learned is kept")
             : _ ("stopped before it had learned anything");
  return self->sentence;
}

GPtrArray *
trp_train_run_peek_alarms (TrpTrainRun *self)
{
  return self->alarms;
}

int
trp_train_run_get_n_steps (TrpTrainRun *self)
{
  return self->n_steps;
}

int
trp_train_run_get_epoch_steps (TrpTrainRun *self)
{
  return self->epoch_steps;
}

int
trp_train_run_get_saved_step (TrpTrainRun *self)
{
  return self->saved_step;
}

char *
trp_train_run_make_short_name (const char *title)
{
  const char *dash = strrchr (title, '-');

  if (dash && dash[1] && strspn (dash + 1, "0123456789") == strlen (dash + 1))
    return g_strdup_printf (C_ ("training", "run %s"), dash + 1);
  return g_strdup (title);
}

char *
trp_train_run_dup_short_name (TrpTrainRun *self)
{
  return trp_train_run_make_short_name (self->title);
}

const TrpTrainTable *
trp_train_run_peek_log (TrpTrainRun *self)
{
  return self->log;
}

const TrpTrainTable *
trp_train_run_peek_scores (TrpTrainRun *self)
{
  return self->scores;
}

const char *
trp_train_run_get_score (TrpTrainRun *self)
{
  const char *wanted = self->recipe->schedule.score;
  const char *first = trp_train_table_get_name (self->scores, 0);

  if (self->score)
    return self->score;
  if (first)
    return strcmp (wanted, "auto") != 0 && trp_train_table_peek (self->scores, wanted) ? wanted
                                                                                       : first;
  return is_going (self) && self->fold >= 0 && trp_validation_is_wanted (self->recipe) ? wanted
                                                                                       : NULL;
}

size_t
trp_train_run_get_n_rows (TrpTrainRun *self)
{
  return trp_train_table_get_n_rows (self->log);
}

const double *
trp_train_run_peek_steps (TrpTrainRun *self)
{
  return trp_train_table_peek_steps (self->log);
}

const double *
trp_train_run_peek_column (TrpTrainRun *self, const char *name)
{
  return trp_train_table_peek (self->log, name);
}

/* Over the last rows, so that a pause is forgotten after a while; those before the run went on may
 * be another device's. */
double
trp_train_run_get_seconds_per_step (TrpTrainRun *self)
{
  const double *seconds = trp_train_table_peek (self->log, SECONDS);
  const double *steps = trp_train_table_peek_steps (self->log);
  const size_t n = trp_train_table_get_n_rows (self->log);
  size_t back = 0;

  while (seconds && back < 10 && self->n_past + back + 1 < n &&
         seconds[n - back - 2] < seconds[n - back - 1])
    back++;
  if (back == 0)
    return NAN;
  return (seconds[n - 1] - seconds[n - 1 - back]) / (steps[n - 1] - steps[n - 1 - back]);
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
