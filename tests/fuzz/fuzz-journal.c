/* fuzz-journal.c - arbitrary bytes as a journal
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A journal takes a path, for it is locked and cut. Whatever is restored can be undone to its
 * beginning and done again to the same bits; the summary reads no more steps than there are frames.
 */

#include "core/structure/journal-summary.h"
#include "core/structure/journal.h"
#include "tests/fuzz/fuzz.h"

#include <glib/gstdio.h>

static void
go_through (TrpEditSession *session)
{
  const TrpHistory *history = trp_edit_session_peek_history (session);
  const size_t position = trp_history_get_position (history);
  g_autoptr (TrpStructureSet) before = trp_edit_session_snapshot (session);
  const TrpStructureSet *set = trp_edit_session_peek_set (session);

  trp_edit_session_go_to (session, 0);
  trp_edit_session_go_to (session, position);
  g_assert (trp_structure_set_get_size (set) == trp_structure_set_get_size (before));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    g_assert (trp_mask_equal (trp_structure_peek_mask (trp_structure_set_get (set, n)),
                              trp_structure_peek_mask (trp_structure_set_get (before, n))));
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *folder = g_dir_make_tmp ("trp-fuzz-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "case.journal", NULL);
  g_autoptr (TrpJournalSummary) summary = NULL;
  g_autoptr (TrpJournal) journal = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  g_assert (g_file_set_contents (path, (const char *) bytes, (gssize) size, NULL));
  summary = trp_journal_summary_read (path, NULL);
  g_assert (!summary || summary->n_steps <= size / 12);
  journal = trp_journal_open (path, NULL, NULL);
  if (journal)
    {
      sessions = trp_journal_steal_sessions (journal);
      for (guint n = 0; n < sessions->len; n++)
        {
          trp_journal_remove_session (journal, sessions->pdata[n]); /* the file stays as it is */
          go_through (sessions->pdata[n]);
          trp_edit_session_free (sessions->pdata[n]);
        }
    }
  g_clear_pointer (&journal, trp_journal_free);
  remove_folder (folder);
  return 0;
}
