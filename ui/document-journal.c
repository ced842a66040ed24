/* document-journal.c - the journal of the open case
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files that are opened together arrive in any order, so the journal waits until all are there, or
 * for the first edit. A case may have been begun with fewer images: the journal of any open file is
 * gone on with before a new one is made for the anchor.
 */

#include "ui/document-journal.h"
#include "config.h"

#include "core/structure/journal.h"
#include "ui/document-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

typedef enum
{
  JOURNAL_NONE,
  JOURNAL_OPEN,
  JOURNAL_ASKING, /* open, and holds unsaved contours that nobody has decided on */
  JOURNAL_LOCKED, /* by another window */
  JOURNAL_FAILED, /* the file cannot be made: editing goes on without */
} JournalState;

struct _TrpDocumentJournal
{
  JournalState state;
  TrpJournal *journal;   /* NULL unless OPEN or ASKING */
  char *path;            /* of its file, or of the one that could not be opened */
  GPtrArray *written;    /* (element-type TrpEditSession): what it listens to (borrowed) */
  GPtrArray *restored;   /* (element-type TrpEditSession): owned while ASKING */
  GPtrArray *structures; /* (element-type filename): files that readings came from */
  char *time;            /* of the last record, while ASKING */
  char *standing;        /* the message that stands */
  bool is_unwanted;
};

TrpDocumentJournal *
trp_document_journal_new (void)
{
  TrpDocumentJournal *self = g_new0 (TrpDocumentJournal, 1);

  self->written = g_ptr_array_new ();
  self->structures = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* A message of before is withdrawn; NULL: nothing is wrong any more. */
static void
say (TrpDocument *self, const char *text)
{
  char *before = self->journal->standing;

  self->journal->standing = g_strdup (text);
  if (before && g_strcmp0 (before, text) != 0)
    trp_document_withdraw (self, before);
  if (text)
    trp_document_report (self, TRP_SEVERITY_WARNING, text);
  g_free (before);
}

static void
say_unwritten (TrpDocument *self, const char *reason)
{
  g_autofree char *text = g_strdup_printf (
    _ ("Contours are not being written to the journal: %s. Save soon."), reason);

  say (self, text);
}

static void
on_failure_changed (void *user_data)
{
  TrpDocument *self = user_data;
  const char *failure = trp_journal_get_failure (self->journal->journal);

  if (failure)
    say_unwritten (self, failure);
  else
    say (self, NULL);
}

/* ---- which file ---- */

static void
add_source (GPtrArray *sources, const char *path)
{
  char *absolute = g_canonicalize_filename (path, NULL);

  if (g_ptr_array_find_with_equal_func (sources, absolute, g_str_equal, NULL))
    g_free (absolute);
  else
    g_ptr_array_add (sources, absolute);
}

static void
add_volume (TrpDocument *self, GPtrArray *sources, int role)
{
  const TrpVolume *volume = role < 0 ? NULL : self->volumes[role].volume;
  const char *source = volume ? trp_volume_get_info (volume)->source : NULL;

  if (source)
    add_source (sources, source);
}

GPtrArray *
trp_document_list_sources (TrpDocument *self)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func (g_free);
  const GPtrArray *structures = self->journal->structures;

  add_volume (self, sources, trp_document_get_anchor (self));
  for (int role = 0; role < TRP_N_ROLES; role++)
    add_volume (self, sources, role);
  for (guint n = 0; n < structures->len; n++)
    add_source (sources, structures->pdata[n]);
  return sources;
}

char *
trp_document_get_journal_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "triptych", "journal", NULL);
}

static char *
get_path (const char *key)
{
  g_autofree char *folder = trp_document_get_journal_folder ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, key, -1);

  return g_strdup_printf ("%s/%s.journal", folder, sum);
}

/* Where the case's journal may be, best first. An anchor that is in no file goes by its title; by
 * nothing at all it could not be found again: no journal. */
static GPtrArray *
list_paths (TrpDocument *self)
{
  g_autoptr (GPtrArray) sources = trp_document_list_sources (self);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const int anchor = trp_document_get_anchor (self);
  const char *title = trp_document_get_title (self);

  if (anchor >= 0 && !trp_volume_get_info (self->volumes[anchor].volume)->source && *title)
    {
      g_autofree char *key = g_strconcat ("title:", title, NULL);

      g_ptr_array_add (paths, get_path (key));
    }
  for (guint n = 0; n < sources->len; n++)
    g_ptr_array_add (paths, get_path (sources->pdata[n]));
  return paths;
}

static const char *
choose_path (const GPtrArray *paths)
{
  for (guint n = 0; n < paths->len; n++)
    if (g_file_test (paths->pdata[n], G_FILE_TEST_EXISTS))
      return paths->pdata[n];
  return paths->pdata[0];
}

/* ---- opening ---- */

static char *
get_time (const char *path)
{
  GStatBuf status;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = NULL;

  if (g_stat (path, &status) != 0)
    return NULL;
  then = g_date_time_new_from_unix_local (status.st_mtime);
  const bool is_today = g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now) &&
                        g_date_time_get_year (then) == g_date_time_get_year (now);

  return g_date_time_format (then, is_today ? "%H:%M" : "%x %H:%M");
}

static TrpJournal *
open_file (TrpDocument *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) sources = trp_document_list_sources (self);
  g_autofree char *folder = trp_document_get_journal_folder ();

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      const int code = errno;

      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s: %s", folder, g_strerror (code));
      return NULL;
    }
  g_ptr_array_add (sources, NULL);
  return trp_journal_open (path, (const char *const *) sources->pdata, error);
}

static bool
has_dirty (const GPtrArray *sessions)
{
  for (guint n = 0; n < sessions->len; n++)
    if (trp_edit_session_is_dirty (sessions->pdata[n]))
      return true;
  return false;
}

/* What is saved, or was never touched, is in a file: only what is more comes back. */
static bool
is_wanted (TrpEditSession *session)
{
  return trp_edit_session_is_dirty (session) ||
         trp_history_get_size (trp_edit_session_peek_history (session)) > 0;
}

static void
drop_session (TrpDocumentJournal *journal, TrpEditSession *session)
{
  trp_journal_remove_session (journal->journal, session);
  trp_edit_session_free (session);
}

static void
drop_restored (TrpDocumentJournal *journal)
{
  for (guint n = 0; journal->restored && n < journal->restored->len; n++)
    drop_session (journal, journal->restored->pdata[n]);
  g_clear_pointer (&journal->restored, g_ptr_array_unref);
}

static void
refuse (TrpDocument *self, const GError *error)
{
  const bool is_locked = g_error_matches (error, TRP_ERROR, TRP_ERROR_LOCKED);

  self->journal->state = is_locked ? JOURNAL_LOCKED : JOURNAL_FAILED;
  if (is_locked)
    say (self, error->message);
  else
    say_unwritten (self, error->message);
}

/* A journal without anything unsaved has nothing to tell: it begins anew. */
static TrpJournal *
open_fresh (TrpDocument *self, GError **error)
{
  TrpDocumentJournal *journal = self->journal;

  drop_restored (journal);
  trp_journal_discard (g_steal_pointer (&journal->journal));
  return open_file (self, journal->path, error);
}

static void
begin_writing (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;

  journal->state = JOURNAL_OPEN;
  trp_journal_set_notify (journal->journal, on_failure_changed, self);
  on_failure_changed (self);
}

static void
open_journal (TrpDocument *self, const char *path)
{
  TrpDocumentJournal *journal = self->journal;
  g_autoptr (GError) error = NULL;

  g_free (journal->path);
  journal->path = g_strdup (path);
  g_free (journal->time);
  journal->time = get_time (path);
  journal->journal = open_file (self, path, &error);
  if (!journal->journal)
    {
      refuse (self, error);
      return;
    }
  if (trp_journal_get_loss (journal->journal))
    trp_document_report (self, TRP_SEVERITY_WARNING, trp_journal_get_loss (journal->journal));
  journal->restored = trp_journal_steal_sessions (journal->journal);
  if (has_dirty (journal->restored))
    {
      journal->state = JOURNAL_ASKING;
      say (self, NULL);
      trp_document_emit (self, TRP_DOCUMENT_UNFINISHED_CHANGED);
      return;
    }
  journal->journal = open_fresh (self, &error);
  if (journal->journal)
    begin_writing (self);
  else
    refuse (self, error);
}

/* Lets go of the file, which stays if it has what is in no other. */
static void
leave (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;
  const bool was_asking = journal->state == JOURNAL_ASKING;
  const bool keeps = was_asking || (trp_document_has_unsaved (self) && !journal->is_unwanted);

  if (journal->journal)
    {
      drop_restored (journal);
      trp_journal_set_notify (journal->journal, NULL, NULL);
      if (keeps)
        trp_journal_free (g_steal_pointer (&journal->journal));
      else
        trp_journal_discard (g_steal_pointer (&journal->journal));
    }
  g_ptr_array_set_size (journal->written, 0);
  journal->state = JOURNAL_NONE;
  if (was_asking)
    trp_document_emit (self, TRP_DOCUMENT_UNFINISHED_CHANGED);
}

static void
write_sessions (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;
  g_autoptr (GPtrArray) sessions = trp_document_list_sessions (self);

  for (guint n = 0; n < sessions->len; n++)
    if (!g_ptr_array_find (journal->written, sessions->pdata[n], NULL))
      {
        g_ptr_array_add (journal->written, sessions->pdata[n]);
        trp_journal_add_session (journal->journal, sessions->pdata[n]);
      }
}

static void
update (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;
  g_autoptr (GPtrArray) paths = NULL;

  if (self->is_closed || !trp_document_peek_session (self))
    return;
  paths = list_paths (self);
  if (paths->len == 0)
    return;
  if (journal->state == JOURNAL_NONE || journal->state == JOURNAL_LOCKED ||
      !g_ptr_array_find_with_equal_func (paths, journal->path, g_str_equal, NULL))
    {
      trp_document_end_stroke (self);
      leave (self);
      open_journal (self, choose_path (paths));
    }
  if (journal->state == JOURNAL_OPEN)
    write_sessions (self);
}

/* ---- for the document ---- */

void
trp_document_journal_update (TrpDocument *self)
{
  if (!trp_document_is_opening (self))
    update (self);
}

void
trp_document_journal_add_structures (TrpDocument *self, const char *path)
{
  add_source (self->journal->structures, path);
}

void
trp_document_journal_close (TrpDocument *self)
{
  if (self->journal)
    leave (self);
}

void
trp_document_journal_free (TrpDocumentJournal *self)
{
  g_ptr_array_unref (self->written);
  g_ptr_array_unref (self->structures);
  g_free (self->path);
  g_free (self->time);
  g_free (self->standing);
  g_free (self);
}

bool
trp_document_may_edit (TrpDocument *self)
{
  update (self);
  if (self->journal->state == JOURNAL_ASKING)
    trp_document_report (self, TRP_SEVERITY_INFO,
                         _ ("Restore or discard the unsaved contours first."));
  return self->journal->state != JOURNAL_ASKING && self->journal->state != JOURNAL_LOCKED;
}

void
trp_document_forget_unsaved (TrpDocument *self)
{
  self->journal->is_unwanted = true;
}

TrpJournalEffort
trp_document_get_effort (TrpDocument *self, const TrpStructure *structure)
{
  const TrpJournal *journal = self->journal->journal;

  return journal ? trp_journal_get_effort (journal, structure) : (TrpJournalEffort){ 0 };
}

/* ---- unsaved contours of before ---- */

char *
trp_document_dup_unfinished (TrpDocument *self, bool with_case)
{
  const char *title = trp_document_get_title (self), *time = self->journal->time;

  if (self->journal->state != JOURNAL_ASKING)
    return NULL;
  return with_case && *title
           ? g_strdup_printf (_ ("Contours of %s from %s were not saved."), title, time)
           : g_strdup_printf (_ ("Contours from %s were not saved."), time);
}

void
trp_document_restore_unfinished (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;
  g_autoptr (GPtrArray) sessions = NULL;

  if (journal->state != JOURNAL_ASKING)
    return;
  sessions = g_steal_pointer (&journal->restored);
  for (guint n = 0; n < sessions->len; n++)
    if (is_wanted (sessions->pdata[n]))
      {
        g_ptr_array_add (journal->written, sessions->pdata[n]);
        trp_document_adopt_session (self, sessions->pdata[n]);
      }
    else
      drop_session (journal, sessions->pdata[n]);
  begin_writing (self); /* not before: untouched readings have made room */
  trp_document_choose_unsaved (self);
  write_sessions (self);
  trp_document_emit (self, TRP_DOCUMENT_UNFINISHED_CHANGED);
}

static bool
put_aside (const char *path)
{
  g_autofree char *aside = g_strconcat (path, ".old", NULL);

  for (int number = 2; g_file_test (aside, G_FILE_TEST_EXISTS); number++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.old-%d", path, number);
    }
  return g_rename (path, aside) == 0;
}

void
trp_document_discard_unfinished (TrpDocument *self)
{
  TrpDocumentJournal *journal = self->journal;

  if (journal->state != JOURNAL_ASKING)
    return;
  if (!put_aside (journal->path))
    {
      const int code = errno;
      g_autofree char *text = g_strdup_printf (_ ("The old journal cannot be put aside: %s."),
                                               g_strerror (code));

      trp_document_report (self, TRP_SEVERITY_ERROR, text);
      return;
    }
  leave (self);
  update (self);
}
