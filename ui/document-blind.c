/* document-blind.c - readings whose readers are not to be known
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-blind.h"
#include "config.h"

#include "core/io/atomic-write.h"
#include "core/study/blind-order.h"
#include "ui/document-compare.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define GROUP "blind"

/**
 * _TrpDocumentBlind:
 * @names: (element-type utf8): of hidden readers, in the order of their letters; kept when they are
 * shown again, as the seed is
 * @aliases: (element-type utf8): "Reader A", beside @names
 */
struct _TrpDocumentBlind
{
  bool is_blind;
  uint64_t seed;
  GPtrArray *names;
  GPtrArray *aliases;
};

TrpDocumentBlind *
trp_document_blind_new (void)
{
  TrpDocumentBlind *self = g_new0 (TrpDocumentBlind, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->aliases = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
trp_document_blind_free (TrpDocumentBlind *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->aliases);
  g_free (self);
}

static void
add_name (TrpDocumentBlind *self, const char *name)
{
  g_autofree char *letter = trp_blind_letter (self->names->len);

  g_ptr_array_add (self->names, g_strdup (name));
  /* translators: a reader of a study whose name is hidden: Reader A, Reader B */
  g_ptr_array_add (self->aliases, g_strdup_printf (_ ("Reader %s"), letter));
}

static void
clear_names (TrpDocumentBlind *self)
{
  g_ptr_array_set_size (self->names, 0);
  g_ptr_array_set_size (self->aliases, 0);
}

static int
find_name (const TrpDocumentBlind *self, const char *name)
{
  guint index;

  return g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, &index) ? (int) index
                                                                                   : -1;
}

/* ---- kept with the case ---- */

static char *
get_path (const char *source)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, source, -1);

  return g_strdup_printf ("%s/triptych/blind/%s.ini", g_get_user_state_dir (), sum);
}

static void
store (TrpDocument *document)
{
  const TrpDocumentBlind *self = document->blind;
  g_autoptr (GPtrArray) sources = trp_document_list_sources (document);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "triptych", "blind", NULL);
  g_autofree char *text = NULL;
  gsize size;

  g_key_file_set_boolean (file, GROUP, "hidden", self->is_blind);
  g_key_file_set_uint64 (file, GROUP, "seed", self->seed);
  g_key_file_set_string_list (file, GROUP, "readers", (const char *const *) self->names->pdata,
                              self->names->len);
  text = g_key_file_to_data (file, &size, NULL);
  g_mkdir_with_parents (folder, 0700);
  for (guint n = 0; n < sources->len; n++)
    {
      g_autofree char *path = get_path (sources->pdata[n]);
      g_autoptr (GError) error = NULL;

      if (!trp_write_file (path, text, size, &error))
        trp_document_report (document, TRP_SEVERITY_WARNING, error->message);
    }
}

/* Returns: whether the case with this file was left blind. */
static bool
restore_from (TrpDocumentBlind *self, const char *source)
{
  g_autofree char *path = get_path (source);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) names = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL) ||
      !g_key_file_get_boolean (file, GROUP, "hidden", NULL))
    return false;
  names = g_key_file_get_string_list (file, GROUP, "readers", NULL, NULL);
  self->seed = g_key_file_get_uint64 (file, GROUP, "seed", NULL);
  self->is_blind = true;
  clear_names (self);
  for (guint n = 0; names && names[n]; n++)
    add_name (self, names[n]);
  return true;
}

static bool
restore (TrpDocument *document)
{
  g_autoptr (GPtrArray) sources = trp_document_list_sources (document);

  for (guint n = 0; n < sources->len; n++)
    if (restore_from (document->blind, sources->pdata[n]))
      return true;
  return false;
}

/* ---- who is hidden ---- */

/* (element-type utf8) (transfer container): readings that somebody else drew. */
static GPtrArray *
list_readers (TrpDocument *document)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint n = 0; n < trp_document_get_n_readings (document); n++)
    if (trp_document_get_reading_kind (document, n) == TRP_READING_OPENED)
      g_ptr_array_add (
        names, (char *) trp_structure_set_get_name (trp_document_get_reading (document, n)));
  return names;
}

/* The next letters, for those who have none yet. Returns: whether there were any. */
static bool
add_readers (TrpDocument *document)
{
  TrpDocumentBlind *self = document->blind;
  g_autoptr (GPtrArray) readers = list_readers (document);
  g_autoptr (GPtrArray) fresh = g_ptr_array_new ();
  g_autofree size_t *order = NULL;

  for (guint n = 0; n < readers->len; n++)
    if (find_name (self, readers->pdata[n]) < 0)
      g_ptr_array_add (fresh, readers->pdata[n]);
  order = g_new (size_t, fresh->len);
  trp_blind_order (self->seed, (const char *const *) fresh->pdata, fresh->len, order);
  for (guint n = 0; n < fresh->len; n++)
    add_name (self, fresh->pdata[order[n]]);
  return fresh->len > 0;
}

void
trp_document_blind_update (TrpDocument *document)
{
  const bool was_blind = document->blind->is_blind;
  const bool is_blind = was_blind || restore (document);

  if (is_blind && (add_readers (document) || was_blind))
    store (document);
}

guint
trp_document_count_readers (TrpDocument *document)
{
  g_autoptr (GPtrArray) readers = list_readers (document);

  return readers->len;
}

bool
trp_document_is_blind (TrpDocument *document)
{
  return document->blind->is_blind;
}

uint64_t
trp_document_get_blind_seed (TrpDocument *document)
{
  return document->blind->seed;
}

bool
trp_document_hide_readers (TrpDocument *document, uint64_t seed)
{
  TrpDocumentBlind *self = document->blind;

  if (trp_document_count_readers (document) < 2)
    return false;
  clear_names (self);
  self->seed = seed;
  self->is_blind = true;
  add_readers (document);
  store (document);
  trp_document_emit (document, TRP_DOCUMENT_READINGS_CHANGED);
  return true;
}

void
trp_document_show_readers (TrpDocument *document)
{
  if (!document->blind->is_blind)
    return;
  document->blind->is_blind = false;
  store (document);
  trp_document_emit (document, TRP_DOCUMENT_READINGS_CHANGED);
}

char *
trp_document_dup_readers (TrpDocument *document)
{
  const TrpDocumentBlind *self = document->blind;
  GString *text = g_string_new (NULL);

  for (guint n = 0; n < self->names->len; n++)
    {
      g_string_append (text, n > 0 ? "\n" : "");
      g_string_append_printf (text, _ ("%s is %s"), (const char *) self->aliases->pdata[n],
                              (const char *) self->names->pdata[n]);
    }
  return g_string_free (text, FALSE);
}

/* ---- what stands in their place ---- */

const char *
trp_document_get_blind_alias (TrpDocument *document, TrpStructureSet *set)
{
  const TrpDocumentBlind *self = document->blind;
  const int place = self->is_blind ? find_name (self, trp_structure_set_get_name (set)) : -1;

  return place < 0 ? NULL : self->aliases->pdata[place];
}

int
trp_document_get_blind_place (TrpDocument *document, guint index)
{
  const TrpDocumentBlind *self = document->blind;

  return self->is_blind
           ? find_name (self,
                        trp_structure_set_get_name (trp_document_get_reading (document, index)))
           : -1;
}

static bool
is_word_end (const char *end)
{
  return !g_unichar_isalnum (g_utf8_get_char_validated (end, -1)) || *end == '\0';
}

static bool
is_word_begin (const char *text, const char *begin)
{
  const char *before = g_utf8_find_prev_char (text, begin);

  return !before || !g_unichar_isalnum (g_utf8_get_char (before));
}

static bool
stands_at (const char *text, const char *at, const char *name, size_t length)
{
  return length > 0 && strncmp (at, name, length) == 0 && is_word_begin (text, at) &&
         is_word_end (at + length);
}

/* Readings are called by their files: "rater.nii.gz" is told by "rater" too. Of two names of which
 * one holds the other the longer counts. Returns: its place, or -1. */
static int
find_name_at (const TrpDocumentBlind *self, const char *text, const char *at, size_t *out_length)
{
  int found = -1;

  *out_length = 0;
  for (guint n = 0; n < self->names->len; n++)
    {
      const char *name = self->names->pdata[n];
      const size_t lengths[] = { strlen (name), strcspn (name, ".") };

      for (size_t m = 0; m < G_N_ELEMENTS (lengths); m++)
        if (lengths[m] > *out_length && stands_at (text, at, name, lengths[m]))
          {
            *out_length = lengths[m];
            found = (int) n;
          }
    }
  return found;
}

char *
trp_document_hide_names (TrpDocument *document, const char *text)
{
  const TrpDocumentBlind *self = document->blind;
  GString *hidden;

  if (!self->is_blind || !text)
    return g_strdup (text);
  hidden = g_string_new (NULL);
  for (const char *at = text; *at;)
    {
      size_t length;
      const int found = find_name_at (self, text, at, &length);
      const char *next = found < 0 ? g_utf8_next_char (at) : at + length;

      if (found < 0)
        g_string_append_len (hidden, at, next - at);
      else
        g_string_append (hidden, self->aliases->pdata[found]);
      at = next;
    }
  return g_string_free (hidden, FALSE);
}
