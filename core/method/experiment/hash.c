/* hash.c - see hash.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/hash.h"

#include "core/io/atomic-write.h"
#include "core/study/csv.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define BLOCK ((size_t) 1 << 20)
#define MAX_DEPTH 16

typedef struct
{
  char *stamp; /* size and time of change */
  char *hash;
} Entry;

struct _TrpFileHashes
{
  char *path;
  GHashTable *entries;
  bool changed;
};

static void
free_entry (void *data)
{
  Entry *entry = data;

  g_free (entry->stamp);
  g_free (entry->hash);
  g_free (entry);
}

static Entry *
new_entry (const char *stamp, const char *hash)
{
  Entry *entry = g_new (Entry, 1);

  entry->stamp = g_strdup (stamp);
  entry->hash = g_strdup (hash);
  return entry;
}

/* A broken table is no table. */
static void
load_table (TrpFileHashes *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  gsize size;

  if (!self->path || !g_file_get_contents (self->path, &text, &size, NULL))
    return;
  rows = trp_csv_parse (text, size, NULL);
  for (guint n = 1; rows && n < rows->len; n++)
    {
      const TrpCsvRow *row = rows->pdata[n];

      if (row->n_fields == 3)
        g_hash_table_insert (self->entries, g_strdup (row->fields[0]),
                             new_entry (row->fields[1], row->fields[2]));
    }
}

TrpFileHashes *
trp_file_hashes_new (const char *path)
{
  TrpFileHashes *self = g_new0 (TrpFileHashes, 1);

  self->path = g_strdup (path);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_entry);
  load_table (self);
  return self;
}

static void
save_table (const TrpFileHashes *self)
{
  g_autoptr (GString) text = g_string_new ("path,size and time,sha256\n");
  g_autoptr (GList)
    paths = g_list_sort (g_hash_table_get_keys (self->entries), (GCompareFunc) strcmp);
  g_autoptr (GError) error = NULL;

  for (const GList *at = paths; at; at = at->next)
    {
      const Entry *entry = g_hash_table_lookup (self->entries, at->data);

      trp_csv_append_field (text, at->data);
      g_string_append_printf (text, ",%s,%s\n", entry->stamp, entry->hash);
    }
  if (!trp_write_file (self->path, text->str, text->len, &error))
    g_debug ("%s", error->message);
}

void
trp_file_hashes_free (TrpFileHashes *self)
{
  if (!self)
    return;
  if (self->path && self->changed)
    save_table (self);
  g_hash_table_unref (self->entries);
  g_free (self->path);
  g_free (self);
}

static char *
hash_bytes (const char *path, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *block = g_malloc (BLOCK);
  FILE *file = g_fopen (path, "rb");
  size_t n;
  bool failed;

  if (!file)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be read: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  while ((n = fread (block, 1, BLOCK, file)) > 0)
    g_checksum_update (sum, block, (gssize) n);
  failed = ferror (file);
  (void) fclose (file);
  if (!failed)
    return g_strdup (g_checksum_get_string (sum));
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be read to its end", path);
  return NULL;
}

static char *hash_path (TrpFileHashes *self, const char *path, int depth, GError **error);

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
hash_folder (TrpFileHashes *self, const char *path, int depth, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) entries = g_dir_open (path, 0, NULL);
  const char *name;

  if (!entries || depth >= MAX_DEPTH)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder %s cannot be read", path);
      return NULL;
    }
  while ((name = g_dir_read_name (entries)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint n = 0; n < names->len; n++)
    {
      g_autofree char *inner = g_build_filename (path, names->pdata[n], NULL);
      g_autofree char *hash = hash_path (self, inner, depth + 1, error);

      if (!hash)
        return NULL;
      trp_hash_add (sum, names->pdata[n], hash);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static char *
hash_path (TrpFileHashes *self, const char *path, int depth, GError **error)
{
  g_autofree char *stamp = NULL, *hash = NULL;
  const Entry *entry;
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "%s cannot be read: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  if (S_ISDIR (status.st_mode))
    return hash_folder (self, path, depth, error);
  stamp = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld",
                           (gint64) status.st_size, (gint64) status.st_mtim.tv_sec,
                           status.st_mtim.tv_nsec);
  entry = g_hash_table_lookup (self->entries, path);
  if (entry && strcmp (entry->stamp, stamp) == 0)
    return g_strdup (entry->hash);
  hash = hash_bytes (path, error);
  if (!hash)
    return NULL;
  g_hash_table_insert (self->entries, g_strdup (path), new_entry (stamp, hash));
  self->changed = true;
  return g_steal_pointer (&hash);
}

char *
trp_file_hashes_get (TrpFileHashes *self, const char *path, GError **error)
{
  return hash_path (self, path, 0, error);
}

void
trp_hash_add (GChecksum *sum, const char *name, const char *text)
{
  g_checksum_update (sum, (const guchar *) name, (gssize) strlen (name) + 1);
  g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
}

void
trp_hash_add_number (GChecksum *sum, const char *name, int64_t number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  trp_hash_add (sum, name, text);
}
