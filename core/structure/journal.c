/* journal.c - see journal.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/journal.h"

#include "core/structure/journal-frame.h"
#include "core/structure/journal-record.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  TrpJournalReading *reading; /* NULL once removed: its number is not used again */
  unsigned listener;
} Entry;

typedef struct
{
  double seconds;
  size_t n_steps;
} Effort;

struct _TrpJournal
{
  char *path;
  int fd;
  GPtrArray *entries;  /* (element-type Entry): readings by number */
  GPtrArray *restored; /* (element-type TrpEditSession): until stolen */
  char **sources;
  char *loss;
  GHashTable *efforts; /* TrpStructure (owned) -> Effort */
  int64_t first_us;    /* of the work that is not recorded yet; 0: none */
  int64_t last_us;     /* end of the last record */
  size_t good_size;    /* of the file, whole records only */
  GByteArray *waiting; /* records that are not in the file */
  char *failure;
  int stopped; /* errno: a record was too large to be read again, so nothing can follow it */
  void (*notify) (void *user_data);
  void *notify_data;
  GThreadPool *syncer;
  int sync_wanted;
  int sync_code; /* errno of the last fsync; 0: it went well */
  GMutex mutex;  /* with @synced: one fsync of each request has come back */
  GCond synced;
  guint n_requests, n_done;
};

/* ---- to the disk ---- */

static void
sync_in_worker (gpointer data, gpointer user_data)
{
  TrpJournal *self = user_data;

  g_atomic_int_set (&self->sync_wanted, 0);
  g_atomic_int_set (&self->sync_code, fdatasync (self->fd) == 0 ? 0 : errno);
  g_mutex_lock (&self->mutex);
  self->n_done = GPOINTER_TO_UINT (data);
  g_cond_broadcast (&self->synced);
  g_mutex_unlock (&self->mutex);
}

/* One request at a time waits in the queue: it is for all that was written before it begins. */
static void
request_sync (TrpJournal *self)
{
  if (g_atomic_int_compare_and_exchange (&self->sync_wanted, 0, 1))
    g_thread_pool_push (self->syncer, GUINT_TO_POINTER (++self->n_requests), NULL);
}

static void
set_failure (TrpJournal *self, int code)
{
  const bool changed = (self->failure != NULL) != (code != 0);

  g_clear_pointer (&self->failure, g_free);
  if (code != 0)
    self->failure = g_strdup (g_strerror (code));
  if (changed && self->notify)
    self->notify (self->notify_data);
}

/* Somebody has removed the file: what is written to it would be lost with the program. */
static bool
is_gone (const TrpJournal *self)
{
  struct stat status;

  return fstat (self->fd, &status) == 0 && status.st_nlink == 0;
}

/* All or nothing: a torn record in the middle would hide what comes after it. */
static void
write_waiting (TrpJournal *self)
{
  size_t written = 0;

  if (self->stopped)
    {
      set_failure (self, self->stopped);
      return;
    }
  if (is_gone (self))
    {
      set_failure (self, ENOENT);
      return;
    }
  while (written < self->waiting->len)
    {
      const ssize_t n = pwrite (self->fd, self->waiting->data + written,
                                self->waiting->len - written, (off_t) (self->good_size + written));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          const int code = n < 0 ? errno : ENOSPC;

          (void) !ftruncate (self->fd, (off_t) self->good_size);
          set_failure (self, code);
          return;
        }
      written += (size_t) n;
    }
  self->good_size += written;
  g_byte_array_set_size (self->waiting, 0);
  set_failure (self, g_atomic_int_get (&self->sync_code)); /* the disk's word on earlier records */
  request_sync (self);
}

/* ---- what happens ---- */

static GByteArray *
begin_record (TrpJournal *self, TrpJournalKind kind, size_t reading)
{
  GByteArray *record = g_byte_array_new ();
  const int64_t now = g_get_real_time ();
  const TrpJournalHead head = { kind, (uint32_t) reading, self->first_us ? self->first_us : now,
                                now };

  trp_journal_put_head (record, &head);
  return record;
}

static void
finish_record (TrpJournal *self, GByteArray *record)
{
  if (record->len > TRP_JOURNAL_MAX_RECORD)
    self->stopped = EFBIG;
  else if (!self->stopped)
    trp_journal_frame_append (self->waiting, record);
  g_byte_array_unref (record);
  write_waiting (self);
}

static void
add_effort (TrpJournal *self, TrpStructure *structure, const TrpJournalHead *head)
{
  const double pause = self->last_us ? 1e-6 * (double) (head->begin_us - self->last_us) : 0;
  Effort *effort = g_hash_table_lookup (self->efforts, structure);

  if (!effort)
    {
      effort = g_new0 (Effort, 1);
      g_hash_table_insert (self->efforts, trp_structure_ref (structure), effort);
    }
  effort->seconds += CLAMP (pause, 0, TRP_JOURNAL_IDLE_SECONDS) +
                     MAX (0, 1e-6 * (double) (head->end_us - head->begin_us));
  effort->n_steps++;
}

/* The structure that a step is about is the one it changes first; its neighbours only gave way. */
static void
count_effort (TrpJournal *self, TrpEditStep *step, const TrpJournalHead *head)
{
  if (step && trp_edit_step_get_size (step) > 0)
    add_effort (self, trp_edit_step_get (step, 0)->structure, head);
  self->last_us = head->end_us;
  self->first_us = 0;
}

/* The step that an undo has just left, or a redo has just done. */
static TrpEditStep *
get_moved_step (const TrpEditSession *session, TrpJournalKind kind)
{
  const TrpHistory *history = trp_edit_session_peek_history (session);
  const size_t position = trp_history_get_position (history) - (kind == TRP_JOURNAL_REDONE);

  return position < trp_history_get_size (history)
           ? (TrpEditStep *) trp_history_get (history, position)
           : NULL;
}

static void
record_history (TrpJournal *self, size_t number, const TrpEditChange *change)
{
  static const TrpJournalKind kinds[] = {
    [TRP_HISTORY_STEP] = TRP_JOURNAL_STEP,
    [TRP_HISTORY_UNDONE] = TRP_JOURNAL_UNDONE,
    [TRP_HISTORY_REDONE] = TRP_JOURNAL_REDONE,
    [TRP_HISTORY_SAVED] = TRP_JOURNAL_SAVED,
  };
  const Entry *entry = self->entries->pdata[number];
  const TrpEditSession *session = trp_journal_reading_peek_session (entry->reading);
  const TrpJournalKind kind = change->event == TRP_HISTORY_OTHER ? TRP_JOURNAL_CASE
                                                                 : kinds[change->event];
  const int64_t begin_us = self->first_us;
  TrpJournalHead head;
  GByteArray *record;

  if (kind == TRP_JOURNAL_CASE)
    {
      self->first_us = 0;
      return;
    }
  record = begin_record (self, kind, number);
  head = (TrpJournalHead){ .begin_us = begin_us, .end_us = g_get_real_time () };
  if (!begin_us)
    head.begin_us = head.end_us;
  if (kind == TRP_JOURNAL_STEP)
    trp_journal_put_step (record, entry->reading, change->step);
  else if (kind == TRP_JOURNAL_SAVED)
    {
      const uint64_t state = GUINT64_TO_LE (
        trp_history_get_saved_state (trp_edit_session_peek_history (session)));

      g_byte_array_append (record, (const uint8_t *) &state, sizeof state);
    }
  count_effort (self,
                kind == TRP_JOURNAL_STEP    ? change->step
                : kind == TRP_JOURNAL_SAVED ? NULL
                                            : get_moved_step (session, kind),
                &head);
  finish_record (self, record);
}

static void
record_setting (TrpJournal *self, size_t number, TrpStructure *structure)
{
  const Entry *entry = self->entries->pdata[number];
  GByteArray *record = begin_record (self, TRP_JOURNAL_SETTING, number);

  if (trp_journal_put_setting (record, entry->reading, structure))
    finish_record (self, record);
  else
    g_byte_array_unref (record);
}

static Entry *
find_entry (const TrpJournal *self, const TrpEditSession *session)
{
  for (guint n = 0; n < self->entries->len; n++)
    {
      Entry *entry = self->entries->pdata[n];

      if (entry->reading && trp_journal_reading_peek_session (entry->reading) == session)
        return entry;
    }
  return NULL;
}

static void
on_edit (TrpEditSession *session, const TrpEditChange *change, void *user_data)
{
  TrpJournal *self = user_data;
  guint number;

  if (!g_ptr_array_find (self->entries, find_entry (self, session), &number))
    return;
  if (change->kind == TRP_EDIT_HISTORY)
    record_history (self, number, change);
  else if (change->kind == TRP_EDIT_ATTRIBUTES)
    record_setting (self, number, change->structure);
  else if (!self->first_us)
    self->first_us = g_get_real_time ();
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  trp_journal_reading_free (entry->reading);
  g_free (entry);
}

static void
add_entry (TrpJournal *self, TrpJournalReading *reading)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->reading = reading;
  g_ptr_array_add (self->entries, entry);
}

static void
listen (TrpJournal *self, Entry *entry)
{
  entry->listener = trp_edit_session_add_listener (
    trp_journal_reading_peek_session (entry->reading), on_edit, self);
}

static void
record_step (TrpJournal *self, size_t number, TrpEditStep *step)
{
  GByteArray *record = begin_record (self, TRP_JOURNAL_STEP, number);

  trp_journal_put_step (record, ((const Entry *) self->entries->pdata[number])->reading, step);
  finish_record (self, record);
}

/* A step is put when it has just been done, so a history of before is gone through once. */
static void
record_past (TrpJournal *self, size_t number, TrpEditSession *session, size_t position)
{
  const TrpHistory *history = trp_edit_session_peek_history (session);

  while (trp_edit_session_redo (session))
    record_step (self, number,
                 (TrpEditStep *) trp_history_get (history, trp_history_get_position (history) - 1));
  while (trp_history_get_position (history) > position && trp_edit_session_undo (session))
    finish_record (self, begin_record (self, TRP_JOURNAL_UNDONE, number));
}

void
trp_journal_add_session (TrpJournal *self, TrpEditSession *session)
{
  const TrpHistory *history = trp_edit_session_peek_history (session);
  const size_t number = self->entries->len;
  TrpJournalReading *reading;
  GByteArray *record;
  size_t position;

  g_return_if_fail (!find_entry (self, session));
  trp_edit_session_end_stroke (session);
  position = trp_history_get_position (history);
  trp_edit_session_go_to (session, 0);
  reading = trp_journal_reading_new (session);
  record = begin_record (self, TRP_JOURNAL_READING, number);
  trp_journal_put_reading (record, reading);
  add_entry (self, reading);
  finish_record (self, record);
  record_past (self, number, session, position);
  listen (self, self->entries->pdata[number]);
}

void
trp_journal_remove_session (TrpJournal *self, TrpEditSession *session)
{
  Entry *entry = find_entry (self, session);

  if (!entry)
    return;
  trp_edit_session_remove_listener (session, entry->listener);
  g_clear_pointer (&entry->reading, trp_journal_reading_free);
}

/* ---- reading back ---- */

static void
read_case (TrpJournal *self, TrpReader *reader)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  char *path;

  while ((path = trp_journal_get_path (reader)))
    g_ptr_array_add (paths, path);
  g_ptr_array_add (paths, NULL);
  g_strfreev (self->sources);
  self->sources = (char **) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

static bool
refuse (GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "A record of the journal is damaged");
  return false;
}

static bool
read_new_reading (TrpJournal *self, const TrpJournalHead *head, TrpReader *reader, GError **error)
{
  TrpJournalReading *reading;

  if (head->reading != self->entries->len)
    return refuse (error);
  reading = trp_journal_get_reading (reader, error);
  if (!reading)
    return false;
  /* what the first program dropped for want of room may still be undone to */
  trp_edit_session_set_history_limit (trp_journal_reading_peek_session (reading), SIZE_MAX);
  add_entry (self, reading);
  g_ptr_array_add (self->restored, trp_journal_reading_peek_session (reading));
  return true;
}

static bool
replay (TrpJournal *self, const TrpJournalHead *head, TrpReader *reader, GError **error)
{
  TrpJournalReading *reading = ((const Entry *) self->entries->pdata[head->reading])->reading;
  TrpEditSession *session = trp_journal_reading_peek_session (reading);
  const TrpHistory *history = trp_edit_session_peek_history (session);
  TrpEditStep *step = NULL;
  uint64_t state;

  switch (head->kind)
    {
    case TRP_JOURNAL_STEP:
      if (!trp_journal_replay_step (reader, reading, error))
        return false;
      step = (TrpEditStep *) trp_history_get (history, trp_history_get_position (history) - 1);
      break;
    case TRP_JOURNAL_UNDONE:
    case TRP_JOURNAL_REDONE:
      if (!(head->kind == TRP_JOURNAL_UNDONE ? trp_edit_session_undo (session)
                                             : trp_edit_session_redo (session)))
        return refuse (error);
      step = get_moved_step (session, head->kind);
      break;
    case TRP_JOURNAL_SETTING:
      return trp_journal_replay_setting (reader, reading, error);
    case TRP_JOURNAL_SAVED:
      state = trp_reader_u64 (reader);
      if (reader->failed)
        return refuse (error);
      trp_edit_session_mark_state_saved (session, state);
      break;
    case TRP_JOURNAL_CASE:
    case TRP_JOURNAL_READING:
    default:
      g_assert_not_reached ();
    }
  count_effort (self, step, head);
  return true;
}

static bool
read_record (TrpJournal *self, const uint8_t *bytes, size_t size, GError **error)
{
  TrpReader reader = trp_reader_new (bytes, size, false);
  TrpJournalHead head;

  if (!trp_journal_get_head (&reader, &head, error))
    return false;
  if (head.kind == TRP_JOURNAL_CASE)
    {
      read_case (self, &reader);
      return true;
    }
  if (head.kind == TRP_JOURNAL_READING)
    return read_new_reading (self, &head, &reader, error);
  return head.reading < self->entries->len ? replay (self, &head, &reader, error) : refuse (error);
}

static TrpJournalFrameState
read_frame (TrpJournal *self, TrpReader *file)
{
  g_autofree uint8_t *bytes = NULL;
  size_t size;
  const TrpJournalFrameState state = trp_journal_frame_read (file, TRP_JOURNAL_MAX_RECORD, &bytes,
                                                             &size);

  if (state == TRP_JOURNAL_FRAME_WHOLE && !read_record (self, bytes, size, NULL))
    return TRP_JOURNAL_FRAME_DAMAGED;
  return state;
}

/* Reads all whole records; @good_size ends behind the last one. Returns: false where more than a
 * torn end of the last record is left. */
static bool
read_all (TrpJournal *self, const uint8_t *bytes, size_t size)
{
  TrpReader file = trp_reader_new (bytes, size, false);
  TrpJournalFrameState state = TRP_JOURNAL_FRAME_WHOLE;

  if (size < TRP_JOURNAL_MAGIC_SIZE ||
      memcmp (bytes, TRP_JOURNAL_MAGIC, TRP_JOURNAL_MAGIC_SIZE) != 0)
    return size < TRP_JOURNAL_MAGIC_SIZE && memcmp (bytes, TRP_JOURNAL_MAGIC, size) == 0;
  trp_reader_skip (&file, TRP_JOURNAL_MAGIC_SIZE);
  self->good_size = TRP_JOURNAL_MAGIC_SIZE;
  while (file.position < size && (state = read_frame (self, &file)) == TRP_JOURNAL_FRAME_WHOLE)
    self->good_size = file.position;
  return state != TRP_JOURNAL_FRAME_DAMAGED;
}

/* A flipped byte in a size may look like a torn end, so what is cut is kept, but for the beginning
 * of a record that holds nothing yet. */
static bool
put_aside (TrpJournal *self, const uint8_t *bytes, size_t size, GError **error)
{
  g_autofree char *copy = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) local = NULL;
  int number = 1;

  do
    {
      g_free (copy);
      copy = g_strdup_printf ("%s.damaged-%d", self->path, number++);
    }
  while (g_file_test (copy, G_FILE_TEST_EXISTS));
  if (!g_file_set_contents_full (copy, (const char *) bytes, (gssize) size,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &local))
    {
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_IO,
        "The journal of the last sitting is damaged and stays as it is, since no copy of "
        "it can be put aside: %s",
        local->message);
      return false;
    }
  name = g_path_get_basename (copy);
  self->loss = g_strdup_printf ("The journal of the last sitting is damaged or incomplete after "
                                "%zu of %zu bytes: what came before is restored, the whole file is "
                                "kept as %s",
                                self->good_size, size, name);
  return true;
}

static bool
restore (TrpJournal *self, GError **error)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new_from_fd (self->fd, FALSE, error);
  const uint8_t *bytes;
  size_t size;

  if (!map)
    return false;
  bytes = (const uint8_t *) g_mapped_file_get_contents (map);
  size = g_mapped_file_get_length (map);
  if (size > 0 &&
      (!read_all (self, bytes, size) || size - self->good_size > TRP_JOURNAL_FRAME_SIZE) &&
      size > self->good_size && !put_aside (self, bytes, size, error))
    return false;
  for (guint n = 0; n < self->entries->len; n++)
    listen (self, self->entries->pdata[n]);
  return true;
}

/* ---- the file ---- */

static bool
fail (const char *path, const char *what, GError **error)
{
  const int code = errno;

  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The journal %s cannot be %s: %s", path, what,
               g_strerror (code));
  return false;
}

/* Whether the file at the path is the one that is open. */
static bool
is_at_path (const TrpJournal *self)
{
  struct stat opened, named;

  return fstat (self->fd, &opened) == 0 && stat (self->path, &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

#define MAX_TRIES 10 /* the file may be discarded between opening and locking */

static bool
open_file (TrpJournal *self, GError **error)
{
  for (int n = 0; n < MAX_TRIES; n++)
    {
      self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (self->fd < 0)
        return fail (self->path, "opened", error);
      if (flock (self->fd, LOCK_EX | LOCK_NB) != 0)
        break;
      if (is_at_path (self))
        return true;
      close (self->fd);
      self->fd = -1;
      errno = EAGAIN;
    }
  if (errno != EWOULDBLOCK)
    return fail (self->path, "locked", error);
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LOCKED,
                       "This case is being edited in another window of Triptych; it can only be "
                       "looked at here until that one is closed");
  return false;
}

static void
begin_file (TrpJournal *self, const char *const *sources)
{
  GByteArray *record = begin_record (self, TRP_JOURNAL_CASE, 0);

  for (size_t n = 0; sources && sources[n]; n++)
    trp_journal_put_path (record, sources[n]);
  trp_journal_put_path (record, NULL);
  self->sources = g_strdupv ((char **) sources);
  g_byte_array_append (self->waiting, (const uint8_t *) TRP_JOURNAL_MAGIC, TRP_JOURNAL_MAGIC_SIZE);
  finish_record (self, record);
}

TrpJournal *
trp_journal_open (const char *path, const char *const *sources, GError **error)
{
  g_autoptr (TrpJournal) self = g_new0 (TrpJournal, 1);

  self->path = g_strdup (path);
  self->fd = -1;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->restored = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_edit_session_free);
  self->efforts = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) trp_structure_unref, g_free);
  self->waiting = g_byte_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->synced);
  self->syncer = g_thread_pool_new (sync_in_worker, self, 1, FALSE, error);
  if (!self->syncer || !open_file (self, error) || !restore (self, error))
    return NULL;
  if (ftruncate (self->fd, (off_t) self->good_size) != 0)
    {
      fail (self->path, "cut", error);
      return NULL;
    }
  if (self->good_size == 0)
    begin_file (self, sources);
  return g_steal_pointer (&self);
}

void
trp_journal_free (TrpJournal *self)
{
  if (!self)
    return;
  self->notify = NULL;
  if (self->waiting->len > 0)
    write_waiting (self);
  for (guint n = 0; n < self->entries->len; n++)
    {
      const Entry *entry = self->entries->pdata[n];

      if (entry->reading && entry->listener)
        trp_edit_session_remove_listener (trp_journal_reading_peek_session (entry->reading),
                                          entry->listener);
    }
  if (self->syncer)
    g_thread_pool_free (self->syncer, FALSE, TRUE);
  g_ptr_array_unref (self->entries);
  if (self->restored)
    g_ptr_array_unref (self->restored);
  g_hash_table_unref (self->efforts);
  g_byte_array_unref (self->waiting);
  if (self->fd >= 0)
    close (self->fd);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->synced);
  g_strfreev (self->sources);
  g_free (self->loss);
  g_free (self->failure);
  g_free (self->path);
  g_free (self);
}

void
trp_journal_discard (TrpJournal *self)
{
  if (!self)
    return;
  if (is_at_path (self))
    (void) g_unlink (self->path);
  g_byte_array_set_size (self->waiting, 0);
  trp_journal_free (self);
}

GPtrArray *
trp_journal_steal_sessions (TrpJournal *self)
{
  GPtrArray *sessions = g_steal_pointer (&self->restored);

  if (sessions)
    g_ptr_array_set_free_func (sessions, NULL);
  return sessions;
}

const char *
trp_journal_get_loss (const TrpJournal *self)
{
  return self->loss;
}

const char *const *
trp_journal_get_sources (const TrpJournal *self)
{
  return (const char *const *) self->sources;
}

const char *
trp_journal_get_failure (const TrpJournal *self)
{
  return self->failure;
}

void
trp_journal_set_notify (TrpJournal *self, void (*changed) (void *user_data), void *user_data)
{
  self->notify = changed;
  self->notify_data = user_data;
}

bool
trp_journal_sync (TrpJournal *self)
{
  if (self->waiting->len > 0)
    write_waiting (self);
  g_thread_pool_push (self->syncer, GUINT_TO_POINTER (++self->n_requests), NULL);
  g_mutex_lock (&self->mutex);
  while (self->n_done < self->n_requests)
    g_cond_wait (&self->synced, &self->mutex);
  g_mutex_unlock (&self->mutex);
  if (self->waiting->len == 0 && !self->stopped)
    set_failure (self, g_atomic_int_get (&self->sync_code));
  return !self->failure;
}

TrpJournalEffort
trp_journal_get_effort (const TrpJournal *self, const TrpStructure *structure)
{
  const Effort *counted = g_hash_table_lookup (self->efforts, structure);
  TrpJournalEffort effort = { 0 };

  if (counted)
    effort = (TrpJournalEffort){ .seconds = counted->seconds, .n_steps = counted->n_steps };
  for (guint n = 0; n < self->entries->len && !effort.base; n++)
    {
      const Entry *entry = self->entries->pdata[n];

      if (entry->reading)
        effort.base = trp_journal_reading_peek_base (entry->reading, structure);
    }
  return effort;
}
