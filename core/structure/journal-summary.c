/* journal-summary.c - see journal-summary.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/journal-summary.h"

#include "core/structure/journal-frame.h"
#include "core/structure/journal-record.h"

#include <string.h>

#define MOST_OF_A_RECORD 65536 /* bytes: a record's head, or the paths of a case */

void
trp_journal_summary_free (TrpJournalSummary *self)
{
  if (!self)
    return;
  g_free (self->path);
  g_strfreev (self->sources);
  g_free (self);
}

static char **
read_sources (TrpReader *reader)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  char *path;

  while ((path = trp_journal_get_path (reader)))
    g_ptr_array_add (paths, path);
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

/* @io_steps: by reading, steps since its last save */
static bool
read_record (TrpJournalSummary *self, GHashTable *io_steps, const uint8_t *bytes, size_t size)
{
  TrpReader reader = trp_reader_new (bytes, size, false);
  TrpJournalHead head;

  if (!trp_journal_get_head (&reader, &head, NULL))
    return false;
  const gpointer key = GUINT_TO_POINTER (head.reading);

  switch (head.kind)
    {
    case TRP_JOURNAL_CASE:
      g_strfreev (self->sources);
      self->sources = read_sources (&reader);
      break;
    case TRP_JOURNAL_STEP:
    case TRP_JOURNAL_UNDONE:
    case TRP_JOURNAL_REDONE:
      g_hash_table_insert (
        io_steps, key,
        GSIZE_TO_POINTER (GPOINTER_TO_SIZE (g_hash_table_lookup (io_steps, key)) + 1));
      self->last_us = head.end_us;
      break;
    case TRP_JOURNAL_SAVED:
      g_hash_table_remove (io_steps, key);
      break;
    case TRP_JOURNAL_READING:
    case TRP_JOURNAL_SETTING:
    default:
      break;
    }
  return true;
}

static size_t
count_steps (GHashTable *steps)
{
  GHashTableIter iter;
  gpointer n;
  size_t sum = 0;

  g_hash_table_iter_init (&iter, steps);
  while (g_hash_table_iter_next (&iter, NULL, &n))
    sum += GPOINTER_TO_SIZE (n);
  return sum;
}

TrpJournalSummary *
trp_journal_summary_read (const char *path, GError **error)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GHashTable) steps = g_hash_table_new (NULL, NULL);
  g_autoptr (TrpJournalSummary) self = NULL;
  TrpReader file;
  bool goes_on = true;

  if (!map)
    return NULL;
  file = trp_reader_new ((const uint8_t *) g_mapped_file_get_contents (map),
                         g_mapped_file_get_length (map), false);
  const uint8_t *magic = trp_reader_bytes (&file, TRP_JOURNAL_MAGIC_SIZE);

  if (!magic || memcmp (magic, TRP_JOURNAL_MAGIC, TRP_JOURNAL_MAGIC_SIZE) != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s is no journal", path);
      return NULL;
    }
  self = g_new0 (TrpJournalSummary, 1);
  self->path = g_strdup (path);
  while (goes_on && file.position < file.size)
    {
      g_autofree uint8_t *bytes = NULL;
      size_t size;

      goes_on = trp_journal_frame_read (&file, MOST_OF_A_RECORD, &bytes, &size) ==
                  TRP_JOURNAL_FRAME_WHOLE &&
                read_record (self, steps, bytes, size);
    }
  self->n_steps = count_steps (steps);
  if (!self->sources)
    self->sources = g_new0 (char *, 1);
  return g_steal_pointer (&self);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const TrpJournalSummary *const *first = a, *const *second = b;

  return ((*first)->last_us < (*second)->last_us) - ((*first)->last_us > (*second)->last_us);
}

GPtrArray *
trp_journal_summary_list (const char *folder)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_journal_summary_free);
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;

  while (directory && (name = g_dir_read_name (directory)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      TrpJournalSummary *summary = g_str_has_suffix (name, ".journal")
                                     ? trp_journal_summary_read (path, NULL)
                                     : NULL;

      if (summary && summary->n_steps > 0)
        g_ptr_array_add (list, summary);
      else
        trp_journal_summary_free (summary);
    }
  g_ptr_array_sort (list, compare_newest_first);
  return list;
}
