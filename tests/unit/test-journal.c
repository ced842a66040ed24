/* test-journal.c - the journal: restored as it was, whatever is cut, flipped, full or killed
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/journal-summary.h"
#include "core/structure/journal.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const sources[] = { "/images/mr.nii.gz", "/images/Kontur ä.nii.gz", NULL };

typedef struct
{
  char *folder, *path;
  TrpGeometry geometry;
  GRand *rand;
} Fixture;

static void
set_up (Fixture *fixture, const void *data)
{
  fixture->folder = trp_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "case.journal", NULL);
  fixture->geometry = trp_geometry_axial ((size_t[]){ 70, 20, 6 }, (double[]){ 1, 1, 2 },
                                          trp_vec3 (-3, 5, 7));
  fixture->rand = g_rand_new_with_seed (4711);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_rand_free (fixture->rand);
}

static TrpEditSession *
make_session (const Fixture *fixture, const char *name)
{
  g_autoptr (TrpStructureSet) set = trp_structure_set_new (name, &fixture->geometry);

  trp_structure_set_set_patient_id (set, "P 1");
  for (size_t n = 0; n < 2; n++)
    {
      g_autoptr (TrpMask) mask = trp_mask_new (&fixture->geometry);
      g_autoptr (TrpStructure) structure = NULL;

      for (size_t i = 5; i < 60; i++)
        trp_mask_set (mask, i, 4 + n, 2, true);
      structure = trp_structure_new (n ? "Bladder" : "Prostate", trp_color_get_default (n),
                                     g_steal_pointer (&mask));
      trp_structure_set_origin (structure, TRP_ORIGIN_AUTOMATIC);
      trp_structure_set_provenance (structure, "{\"model\":\"m\"}");
      trp_structure_set_append (set, structure);
    }
  return trp_edit_session_new (set);
}

static TrpVec3
pick_point (const Fixture *fixture)
{
  return trp_geometry_lps_from_ijk (&fixture->geometry,
                                    trp_vec3 (g_rand_double_range (fixture->rand, 0, 70),
                                              g_rand_double_range (fixture->rand, 0, 20),
                                              g_rand_double_range (fixture->rand, 0, 6)));
}

static void
paint (const Fixture *fixture, TrpEditSession *session, TrpStructure *structure)
{
  const TrpBrush ball = {
    TRP_BRUSH_BALL, g_rand_double_range (fixture->rand, 1, 6), { { 0 } }, { { 0 } }
  };
  const TrpPaintOptions options = { .erase = g_rand_boolean (fixture->rand),
                                    .over = g_rand_boolean (fixture->rand) ? TRP_PAINT_OVER_UNLOCKED
                                                                           : TRP_PAINT_OVER_ALL };

  if (!trp_edit_session_begin_stroke (session, "Brush", structure, &ball, &options,
                                      pick_point (fixture), NULL))
    return;
  trp_edit_session_extend_stroke (session, pick_point (fixture));
  if (g_rand_int_range (fixture->rand, 0, 8) == 0)
    trp_edit_session_cancel_stroke (session);
  trp_edit_session_end_stroke (session);
}

static void
add_structure (const Fixture *fixture, TrpEditSession *session)
{
  static int number;
  g_autofree char *name = g_strdup_printf ("New %d", ++number);
  g_autoptr (TrpMask) mask = trp_mask_new (&fixture->geometry);
  g_autoptr (TrpStructure) structure = NULL;

  trp_mask_set (mask, 69, 19, 5, true);
  structure = trp_structure_new (name, trp_color_get_default (3), g_steal_pointer (&mask));
  g_assert_true (trp_edit_session_add (session, "Add", structure,
                                       (size_t) g_rand_int_range (fixture->rand, 0, 3), NULL));
}

/* Two more structures behind it, in one step. */
static void
split (const Fixture *fixture, TrpEditSession *session, TrpStructure *structure)
{
  static int number;
  g_autoptr (GPtrArray)
    parts = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_unref);
  g_autoptr (TrpMask) rest = trp_mask_copy (trp_structure_peek_mask (structure));

  trp_mask_set (rest, 1, 2, 3, false);
  for (int n = 0; n < 2; n++)
    {
      g_autofree char *name = g_strdup_printf ("Part %d", ++number);
      TrpMask *mask = trp_mask_new (&fixture->geometry);

      trp_mask_set (mask, 1, 2, 3, true);
      g_ptr_array_add (parts, trp_structure_new (name, trp_color_get_default (4), mask));
    }
  (void) !trp_edit_session_split (session, "Split", structure, rest, parts, NULL);
}

/* One random thing that a user may do. */
static void
edit (const Fixture *fixture, TrpEditSession *session)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (session);
  const size_t size = trp_structure_set_get_size (set);
  TrpStructure *structure = trp_structure_set_get (
    set, (size_t) g_rand_int_range (fixture->rand, 0, (int) size));
  g_autofree char *name = g_strdup_printf ("Name %u", g_rand_int (fixture->rand));

  switch (g_rand_int_range (fixture->rand, 0, 16))
    {
    case 0:
      trp_edit_session_undo (session);
      break;
    case 1:
      trp_edit_session_redo (session);
      break;
    case 2:
      add_structure (fixture, session);
      break;
    case 3:
      if (size > 2)
        (void) !trp_edit_session_remove (session, "Delete", structure, NULL);
      break;
    case 4:
      g_assert_true (trp_edit_session_rename (session, "Rename", structure, name, NULL));
      break;
    case 5:
      trp_edit_session_recolor (session, "Colour", structure,
                                (TrpColor){ (uint8_t) g_rand_int (fixture->rand), 1, 2 });
      break;
    case 6:
      trp_edit_session_move (session, "Move", structure, 0);
      break;
    case 7:
      trp_edit_session_set_locked (session, structure, !trp_structure_get_locked (structure));
      break;
    case 8:
      trp_edit_session_set_visible (session, structure, !trp_structure_get_visible (structure));
      break;
    case 9:
      trp_edit_session_mark_saved (session);
      break;
    case 10:
      {
        g_autoptr (TrpMask) mask = trp_mask_copy (trp_structure_peek_mask (structure));

        trp_mask_set (mask, 63, 3, 3, !trp_mask_get (mask, 63, 3, 3));
        (void) !trp_edit_session_replace_mask (session, "Operation", structure, mask,
                                               TRP_ORIGIN_SEMIAUTOMATIC, "{}", NULL);
        break;
      }
    case 11:
      split (fixture, session, structure);
      break;
    default:
      paint (fixture, session, structure);
    }
}

static void
digest_structure (GChecksum *sum, const TrpStructure *structure)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  const size_t n_voxels = trp_geometry_count_voxels (trp_mask_get_geometry (mask));
  g_autofree uint8_t *bytes = g_malloc (n_voxels);
  const TrpColor color = trp_structure_get_color (structure);
  g_autofree char *text = g_strdup_printf (
    "%s|%s|%d|%d,%d,%d|%d|%d|%d", trp_structure_get_name (structure),
    trp_structure_get_provenance (structure), trp_structure_get_origin (structure), color.red,
    color.green, color.blue, trp_structure_get_visible (structure),
    trp_structure_get_locked (structure), trp_structure_get_label (structure));

  trp_mask_copy_bytes (mask, bytes);
  g_checksum_update (sum, bytes, (gssize) n_voxels);
  g_checksum_update (sum, (const guchar *) text, -1);
}

/* All that a user could see of the session, its history included. */
static char *
digest (const TrpEditSession *session)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_MD5);
  const TrpStructureSet *set = trp_edit_session_peek_set (session);
  const TrpHistory *history = trp_edit_session_peek_history (session);
  g_autofree char *text = g_strdup_printf (
    "%s %zu of %zu, saved %d", trp_structure_set_get_name (set), trp_history_get_position (history),
    trp_history_get_size (history), trp_history_is_saved (history));

  g_checksum_update (sum, (const guchar *) text, -1);
  for (size_t n = 0; n < trp_history_get_size (history); n++)
    g_checksum_update (sum, (const guchar *) trp_edit_step_get_name (trp_history_get (history, n)),
                       -1);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    digest_structure (sum, trp_structure_set_get (set, n));
  return g_strdup (g_checksum_get_string (sum));
}

static TrpJournal *
open_journal (const char *path)
{
  GError *error = NULL;
  TrpJournal *journal = trp_journal_open (path, sources, &error);

  g_assert_no_error (error);
  g_assert_nonnull (journal);
  return journal;
}

static void
assert_same_history (TrpEditSession *a, TrpEditSession *b)
{
  bool more = true;

  while (trp_edit_session_undo (a))
    g_assert_true (trp_edit_session_undo (b));
  g_assert_false (trp_edit_session_undo (b));
  while (more)
    {
      g_autofree char *digest_a = digest (a), *digest_b = digest (b);

      g_assert_cmpstr (digest_a, ==, digest_b);
      more = trp_edit_session_redo (a);
      g_assert_true (trp_edit_session_redo (b) == more);
    }
}

static void
test_restored (Fixture *fixture, const void *data)
{
  g_autoptr (TrpEditSession) first = make_session (fixture, "edited");
  g_autoptr (TrpEditSession) second = make_session (fixture, "observer");
  TrpJournal *journal = open_journal (fixture->path);
  g_autoptr (GPtrArray) sessions = NULL;

  trp_journal_add_session (journal, first);
  for (int n = 0; n < 100; n++)
    {
      edit (fixture, first);
      edit (fixture, second); /* its history begins before the journal knows it */
    }
  trp_edit_session_undo (second);
  trp_edit_session_undo (second);
  trp_journal_add_session (journal, second);
  for (int n = 0; n < 300; n++)
    edit (fixture, n % 3 ? first : second);
  g_assert_true (trp_journal_sync (journal));
  trp_journal_free (journal);

  journal = open_journal (fixture->path);
  g_assert_null (trp_journal_get_loss (journal));
  g_assert_cmpstr (trp_journal_get_sources (journal)[1], ==, sources[1]);
  sessions = trp_journal_steal_sessions (journal);
  g_assert_cmpuint (sessions->len, ==, 2);
  for (guint n = 0; n < 2; n++)
    {
      TrpEditSession *restored = sessions->pdata[n], *original = n ? second : first;
      g_autofree char *got = digest (restored), *wanted = digest (original);

      g_assert_cmpstr (got, ==, wanted);
      g_assert_cmpstr (trp_structure_set_get_patient_id (trp_edit_session_peek_set (restored)), ==,
                       "P 1");
      assert_same_history (original, restored);
    }
  trp_journal_free (journal);
  g_ptr_array_foreach (sessions, (GFunc) (void (*) (void)) trp_edit_session_free, NULL);
}

/* Goes on where it stopped, several times over. */
static void
test_resumed (Fixture *fixture, const void *data)
{
  TrpEditSession *session = make_session (fixture, "edited");
  TrpJournal *journal = open_journal (fixture->path);

  trp_journal_add_session (journal, session);
  for (int sitting = 0; sitting < 5; sitting++)
    {
      g_autoptr (GPtrArray) sessions = NULL;
      g_autofree char *before = NULL, *after = NULL;

      for (int n = 0; n < 30; n++)
        edit (fixture, session);
      before = digest (session);
      trp_journal_free (journal);
      trp_edit_session_free (session);
      journal = open_journal (fixture->path);
      sessions = trp_journal_steal_sessions (journal);
      session = sessions->pdata[0];
      after = digest (session);
      g_assert_cmpstr (before, ==, after);
    }
  trp_journal_discard (journal);
  trp_edit_session_free (session);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* What the file held after each event, by its size then. */
typedef struct
{
  size_t size;
  char *digest; /* NULL: no reading yet */
} Mark;

static size_t
measure (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (size_t) status.st_size : 0;
}

static GArray *
write_short_journal (const Fixture *fixture)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_autoptr (TrpEditSession) session = make_session (fixture, "edited");
  TrpJournal *journal = open_journal (fixture->path);
  Mark mark = { measure (fixture->path), NULL };

  g_array_append_val (marks, mark);
  trp_journal_add_session (journal, session);
  for (int n = 0; n < 12; n++)
    {
      mark = (Mark){ measure (fixture->path), digest (session) };
      g_array_append_val (marks, mark);
      edit (fixture, session);
      if (measure (fixture->path) == mark.size)
        n--;
    }
  mark = (Mark){ measure (fixture->path), digest (session) };
  g_array_append_val (marks, mark);
  trp_journal_free (journal);
  return marks;
}

/* Without the fsync of g_file_set_contents(): this runs for every byte. */
static void
write_plain (const char *path, const char *bytes, size_t size)
{
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* The journal @bytes is restored as it was when it had at most @n_whole bytes. */
static void
assert_restores (const char *path, const char *bytes, size_t size, size_t n_whole, GArray *marks)
{
  const char *wanted = NULL;
  g_autofree char *got = NULL;
  g_autofree char *aside = g_strconcat (path, ".damaged-1", NULL);
  g_autoptr (GPtrArray) sessions = NULL;
  TrpJournal *journal;

  for (guint n = 0; n < marks->len; n++)
    if (g_array_index (marks, Mark, n).size <= n_whole)
      wanted = g_array_index (marks, Mark, n).digest;
  write_plain (path, bytes, size);
  journal = open_journal (path);
  (void) g_unlink (aside);
  sessions = trp_journal_steal_sessions (journal);
  g_assert_cmpuint (sessions->len, ==, wanted ? 1 : 0);
  got = wanted ? digest (sessions->pdata[0]) : NULL;
  g_assert_cmpstr (got, ==, wanted);
  trp_journal_discard (journal);
  if (wanted)
    trp_edit_session_free (sessions->pdata[0]);
}

static void
free_marks (GArray *marks)
{
  for (guint n = 0; n < marks->len; n++)
    g_free (g_array_index (marks, Mark, n).digest);
  g_array_unref (marks);
}

static void
test_truncated (Fixture *fixture, const void *data)
{
  GArray *marks = write_short_journal (fixture);
  g_autofree char *copy = g_strconcat (fixture->path, "-cut", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  g_test_message ("%zu bytes", (size_t) size);
  for (size_t cut = 0; cut <= size; cut++)
    assert_restores (copy, bytes, cut, cut, marks);
  free_marks (marks);
}

static void
test_flipped (Fixture *fixture, const void *data)
{
  GArray *marks = write_short_journal (fixture);
  g_autofree char *copy = g_strconcat (fixture->path, "-flipped", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  for (size_t place = 0; place < size; place++)
    {
      const char mask = (char) (1 << g_rand_int_range (fixture->rand, 0, 8));

      bytes[place] ^= mask;
      assert_restores (copy, bytes, size, place, marks);
      bytes[place] ^= mask;
    }
  free_marks (marks);
}

/* What was cut is put aside, said, and the journal goes on behind what was whole. */
static void
test_damage_is_kept (Fixture *fixture, const void *data)
{
  GArray *marks = write_short_journal (fixture);
  const size_t half = g_array_index (marks, Mark, marks->len / 2).size;
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged-1", NULL);
  g_autofree char *bytes = NULL, *kept = NULL, *before = NULL, *after = NULL;
  g_autoptr (GPtrArray) sessions = NULL, again = NULL;
  TrpJournal *journal;
  gsize size, kept_size;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  bytes[half + 14] ^= 1;
  g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) size, NULL));
  journal = open_journal (fixture->path);
  g_assert_nonnull (strstr (trp_journal_get_loss (journal), "damaged-1"));
  g_assert_true (g_file_get_contents (aside, &kept, &kept_size, NULL));
  g_assert_cmpmem (kept, kept_size, bytes, size);
  sessions = trp_journal_steal_sessions (journal);
  for (int n = 0; n < 20; n++)
    edit (fixture, sessions->pdata[0]);
  before = digest (sessions->pdata[0]);
  trp_journal_free (journal);
  trp_edit_session_free (sessions->pdata[0]);
  journal = open_journal (fixture->path);
  g_assert_null (trp_journal_get_loss (journal));
  again = trp_journal_steal_sessions (journal);
  after = digest (again->pdata[0]);
  g_assert_cmpstr (before, ==, after);
  trp_journal_free (journal);
  trp_edit_session_free (again->pdata[0]);
  free_marks (marks);
}

static void
test_locked (Fixture *fixture, const void *data)
{
  TrpJournal *journal = open_journal (fixture->path);
  GError *error = NULL;

  g_assert_null (trp_journal_open (fixture->path, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LOCKED);
  g_clear_error (&error);
  trp_journal_free (journal);
  journal = open_journal (fixture->path);
  trp_journal_free (journal);
  g_assert_null (trp_journal_open ("/nowhere/case.journal", NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_clear_error (&error);
}

static void
count_call (void *user_data)
{
  ++*(int *) user_data;
}

static void
limit_file_size (size_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = size ? (rlim_t) size : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The system ends a file at a limit much as a full disk does. */
static void
test_full_disk (Fixture *fixture, const void *data)
{
  g_autoptr (TrpEditSession) session = make_session (fixture, "edited");
  TrpJournal *journal = open_journal (fixture->path);
  g_autofree char *wanted = NULL, *got = NULL;
  g_autoptr (GPtrArray) sessions = NULL;
  size_t size;
  int n_calls = 0;

  signal (SIGXFSZ, SIG_IGN);
  trp_journal_set_notify (journal, count_call, &n_calls);
  trp_journal_add_session (journal, session);
  g_assert_null (trp_journal_get_failure (journal));
  size = measure (fixture->path);
  limit_file_size (size + 5);
  for (int n = 0; n < 40; n++)
    edit (fixture, session);
  g_assert_nonnull (trp_journal_get_failure (journal));
  g_assert_cmpint (n_calls, ==, 1);
  g_assert_cmpuint (measure (fixture->path), ==, size);
  g_assert_false (trp_journal_sync (journal));
  limit_file_size (0);
  edit (fixture, session);
  g_assert_true (trp_journal_sync (journal));
  g_assert_null (trp_journal_get_failure (journal));
  g_assert_cmpint (n_calls, ==, 2);
  wanted = digest (session);
  trp_journal_free (journal);
  journal = open_journal (fixture->path);
  sessions = trp_journal_steal_sessions (journal);
  got = digest (sessions->pdata[0]);
  g_assert_cmpstr (got, ==, wanted);
  trp_journal_free (journal);
  trp_edit_session_free (sessions->pdata[0]);
}

/* Names that are no UTF-8 come back readable, paths as they were; a file removed under the program
 * and a damaged one that cannot be copied are told. */
static void
test_odd (Fixture *fixture, const void *data)
{
  static const char *const odd[] = { "/images/K\xf6nig.nii", "/images/ct.nii", NULL };
  g_autoptr (TrpEditSession) session = make_session (fixture, "K\xf6nig");
  TrpJournal *journal = trp_journal_open (fixture->path, odd, NULL);
  g_autofree char *bytes = NULL, *after = NULL;
  g_autoptr (GPtrArray) sessions = NULL;
  g_autoptr (GError) error = NULL;
  gsize size, size_after;

  trp_journal_add_session (journal, session);
  trp_journal_free (journal);
  journal = open_journal (fixture->path);
  g_assert_cmpstr (trp_journal_get_sources (journal)[0], ==, odd[0]);
  g_assert_cmpstr (trp_journal_get_sources (journal)[1], ==, odd[1]);
  sessions = trp_journal_steal_sessions (journal);
  g_assert_cmpuint (sessions->len, ==, 1);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  trp_edit_session_recolor (
    sessions->pdata[0], "Colour",
    trp_structure_set_get (trp_edit_session_peek_set (sessions->pdata[0]), 0),
    (TrpColor){ 9, 9, 9 });
  g_assert_nonnull (trp_journal_get_failure (journal));
  g_assert_false (trp_journal_sync (journal));
  trp_journal_free (journal);
  trp_edit_session_free (sessions->pdata[0]);

  free_marks (write_short_journal (fixture));
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  bytes[size / 2] ^= 1;
  write_plain (fixture->path, bytes, size);
  limit_file_size (64);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_null (trp_journal_open (fixture->path, NULL, &error));
  limit_file_size (0);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_file_get_contents (fixture->path, &after, &size_after, NULL));
  g_assert_cmpmem (after, size_after, bytes, size);
}

/* Edits without end; after each event that has come back tells its digest on standard output. A
 * program of its own: OpenMP's threads do not come along through a fork. */
G_GNUC_NORETURN static void
edit_until_killed (const char *path)
{
  Fixture fixture;
  TrpEditSession *session;
  TrpJournal *journal;

  set_up (&fixture, NULL);
  trp_test_remove_folder (fixture.folder);
  session = make_session (&fixture, "edited");
  journal = open_journal (path);
  trp_journal_add_session (journal, session);
  for (;;)
    {
      g_autofree char *now = digest (session);

      if (write (STDOUT_FILENO, now, 32) != 32)
        _exit (1);
      edit (&fixture, session);
    }
}

/* Appends digests until there are @n, or the other end is closed. */
static void
read_digests (int in, size_t n, GPtrArray *digests)
{
  char buffer[33] = "";
  size_t filled = 0;
  ssize_t got;

  while ((filled > 0 || digests->len < n) && (got = read (in, buffer + filled, 32 - filled)) > 0)
    if ((filled += (size_t) got) == 32)
      {
        g_ptr_array_add (digests, g_strdup (buffer));
        filled = 0;
      }
}

/* Kills a while after so many events; returns what was told. */
static GPtrArray *
edit_and_kill (const Fixture *fixture, int n_events, int more_us)
{
  GPtrArray *told = g_ptr_array_new_with_free_func (g_free);
  const char *const argv[] = { "/proc/self/exe", "--edit-until-killed", fixture->path, NULL };
  GError *error = NULL;
  GPid child;
  int in;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &child, NULL, &in, NULL, &error);
  g_assert_no_error (error);
  read_digests (in, (size_t) n_events, told);
  g_usleep ((gulong) more_us);
  kill (child, SIGKILL);
  read_digests (in, SIZE_MAX, told);
  close (in);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  return told;
}

static char *
restore_digest (const char *path)
{
  TrpJournal *journal = open_journal (path);
  g_autoptr (GPtrArray) sessions = trp_journal_steal_sessions (journal);
  char *got = sessions->len ? digest (sessions->pdata[0]) : NULL;

  trp_journal_discard (journal);
  if (sessions->len)
    trp_edit_session_free (sessions->pdata[0]);
  return got;
}

/* The edits are the same in every round, so one long run without a kill tells what the state after
 * each event is; the restored one is that of the last event told of, or the one after. */
static void
test_killed (Fixture *fixture, const void *data)
{
  g_autoptr (GPtrArray) longest = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *rounds = g_ptr_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  enum
  {
    N_KILLS = 200
  };

  for (int n = 0; n <= N_KILLS; n++)
    {
      GPtrArray *told = edit_and_kill (fixture, n < N_KILLS ? g_rand_int_range (rand, 0, 40) : 400,
                                       g_rand_int_range (rand, 0, 1000));

      if (n == N_KILLS) /* the longest is only there to compare the others with */
        g_free (restore_digest (fixture->path));

      for (guint k = longest->len; k < told->len; k++)
        g_ptr_array_add (longest, g_strdup (told->pdata[k]));
      if (n == N_KILLS)
        g_ptr_array_unref (told);
      else
        {
          g_ptr_array_add (rounds, told);
          g_ptr_array_add (rounds, restore_digest (fixture->path));
        }
    }
  for (guint n = 0; n < rounds->len; n += 2)
    {
      g_autoptr (GPtrArray) told = rounds->pdata[n];
      g_autofree char *got = rounds->pdata[n + 1];

      if (told->len == 0)
        continue;
      if (g_strcmp0 (got, told->pdata[told->len - 1]) != 0)
        {
          g_assert_cmpuint (told->len, <, longest->len); /* one run goes further than all kills */
          g_assert_cmpstr (got, ==, longest->pdata[told->len]);
        }
    }
  g_test_message ("%d kills; the longest run told of %u events", N_KILLS, longest->len);
  g_assert_cmpuint (longest->len, >, 20);
  g_ptr_array_unref (rounds);
}

static void
test_effort (Fixture *fixture, const void *data)
{
  g_autoptr (TrpEditSession) session = make_session (fixture, "edited");
  TrpJournal *journal = open_journal (fixture->path);
  TrpStructure *structure = trp_structure_set_get (trp_edit_session_peek_set (session), 0);
  g_autoptr (TrpMask) before = trp_mask_copy (trp_structure_peek_mask (structure));
  g_autoptr (GPtrArray) sessions = NULL;
  TrpJournalEffort effort, again;

  trp_journal_add_session (journal, session);
  trp_edit_session_recolor (session, "Colour", structure, (TrpColor){ 1, 2, 3 });
  g_usleep (20000);
  while (trp_history_get_size (trp_edit_session_peek_history (session)) < 3)
    paint (fixture, session, structure);
  trp_edit_session_undo (session);
  effort = trp_journal_get_effort (journal, structure);
  g_assert_cmpuint (effort.n_steps, ==, 4);
  g_assert_cmpfloat (effort.seconds, >=, 0.02);
  g_assert_cmpfloat (effort.seconds, <, 20);
  g_assert_true (trp_mask_equal (effort.base, before));
  trp_journal_free (journal);

  journal = open_journal (fixture->path);
  sessions = trp_journal_steal_sessions (journal);
  again = trp_journal_get_effort (
    journal, trp_structure_set_get (trp_edit_session_peek_set (sessions->pdata[0]), 0));
  g_assert_cmpuint (again.n_steps, ==, effort.n_steps);
  g_assert_cmpfloat (fabs (again.seconds - effort.seconds), <, 1e-3);
  g_assert_true (trp_mask_equal (again.base, before));
  trp_journal_free (journal);
  trp_edit_session_free (sessions->pdata[0]);
}

/* ---- the summary ---- */

/* Steps since each reading's last save; nothing is replayed, and the lock does not matter. */
static void
test_summary (Fixture *fixture, const void *data)
{
  g_autoptr (TrpJournal) journal = trp_journal_open (fixture->path, sources, NULL);
  g_autoptr (TrpEditSession) one = make_session (fixture, "one"),
                             two = make_session (fixture, "two");
  const int64_t before = g_get_real_time ();
  g_autoptr (GPtrArray) list = NULL;

  trp_journal_add_session (journal, one);
  trp_journal_add_session (journal, two);
  list = trp_journal_summary_list (fixture->folder);
  g_assert_cmpuint (list->len, ==, 0); /* nothing was done */
  add_structure (fixture, one);
  add_structure (fixture, two);
  trp_edit_session_mark_saved (one);
  add_structure (fixture, two);
  trp_edit_session_undo (two);
  g_ptr_array_unref (list);
  list = trp_journal_summary_list (fixture->folder);
  g_assert_cmpuint (list->len, ==, 1);
  const TrpJournalSummary *summary = list->pdata[0];

  g_assert_cmpuint (summary->n_steps, ==, 3);
  g_assert_cmpstr (summary->path, ==, fixture->path);
  g_assert_true (g_strv_equal ((const char *const *) summary->sources, sources));
  g_assert_cmpint (summary->last_us, >=, before);
  trp_edit_session_mark_saved (two);
  g_ptr_array_unref (list);
  list = trp_journal_summary_list (fixture->folder);
  g_assert_cmpuint (list->len, ==, 0);
  trp_journal_remove_session (journal, one);
  trp_journal_remove_session (journal, two);
}

/* Every cut gives what stands before it, every flipped byte at most another number; no crash. */
static void
test_summary_of_damaged_files (Fixture *fixture, const void *data)
{
  TrpJournal *journal = trp_journal_open (fixture->path, sources, NULL);
  g_autoptr (TrpEditSession) session = make_session (fixture, "one");
  g_autofree char *bytes = NULL;
  gsize size;
  size_t most = 0;

  trp_journal_add_session (journal, session);
  for (int n = 0; n < 5; n++)
    add_structure (fixture, session);
  trp_journal_free (journal);
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  for (gsize n = 0; n <= size; n++)
    {
      g_autoptr (TrpJournalSummary) summary = NULL;

      g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) n, NULL));
      summary = trp_journal_summary_read (fixture->path, NULL);
      g_assert_cmpuint (!summary, ==, n < 8);
      g_assert_cmpuint (summary ? summary->n_steps : 0, >=, most);
      most = summary ? summary->n_steps : 0;
    }
  g_assert_cmpuint (most, ==, 5);
  for (gsize n = 0; n < size; n++)
    {
      g_autoptr (TrpJournalSummary) summary = NULL;

      bytes[n] = (char) ~bytes[n];
      g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) size, NULL));
      summary = trp_journal_summary_read (fixture->path, NULL);
      g_assert_cmpuint (summary ? summary->n_steps : 0, <=, 6);
      bytes[n] = (char) ~bytes[n];
    }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--edit-until-killed") == 0)
    edit_until_killed (argv[2]);
  if (g_access ("/dev/shm", W_OK) == 0) /* thousands of files are brought to the disk below */
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/journal/restored", test_restored);
  ADD ("/journal/resumed", test_resumed);
  ADD ("/journal/truncated", test_truncated);
  ADD ("/journal/flipped", test_flipped);
  ADD ("/journal/damage-is-kept", test_damage_is_kept);
  ADD ("/journal/locked", test_locked);
  ADD ("/journal/full-disk", test_full_disk);
  ADD ("/journal/killed", test_killed);
  ADD ("/journal/effort", test_effort);
  ADD ("/journal/odd", test_odd);
  ADD ("/journal/summary", test_summary);
  ADD ("/journal/summary-of-damaged-files", test_summary_of_damaged_files);
  return g_test_run ();
}
