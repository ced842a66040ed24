/* safetensors-writer.c - see safetensors-writer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/safetensors-writer.h"

#include "core/io/atomic-write.h"

#include <string.h>

typedef struct
{
  char *name;
  TrpDtype dtype;
  size_t n_dims;
  size_t shape[TRP_SAFETENSORS_MAX_DIMS];
  size_t size;             /* bytes */
  TrpSafetensorsFill fill; /* NULL: data are the bytes */
  void *data;
} Item;

struct _TrpSafetensorsWriter
{
  GPtrArray *items;
  GHashTable *names; /* borrowed from items */
  GTree *metadata;   /* owned strings, sorted */
};

static void
item_free (void *pointer)
{
  Item *item = pointer;

  g_free (item->name);
  g_free (item);
}

static int
compare_keys (const void *a, const void *b, void *unused)
{
  return strcmp (a, b);
}

TrpSafetensorsWriter *
trp_safetensors_writer_new (void)
{
  TrpSafetensorsWriter *self = g_new0 (TrpSafetensorsWriter, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->metadata = g_tree_new_full (compare_keys, NULL, g_free, g_free);
  return self;
}

void
trp_safetensors_writer_free (TrpSafetensorsWriter *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->items);
  g_tree_unref (self->metadata);
  g_free (self);
}

static size_t
count_bytes (TrpDtype dtype, size_t n_dims, const size_t *shape)
{
  size_t size = trp_dtype_get_size (dtype);

  for (size_t i = 0; i < n_dims; i++)
    size *= shape[i]; /* of memory that exists, so it cannot overflow */
  return size;
}

static void
add (TrpSafetensorsWriter *self, Item item)
{
  Item *copy = g_new (Item, 1);

  g_return_if_fail (item.n_dims <= TRP_SAFETENSORS_MAX_DIMS);
  g_return_if_fail (g_utf8_validate (item.name, -1, NULL) && strcmp (item.name, "__metadata__"));
  g_return_if_fail (!g_hash_table_contains (self->names, item.name));
  *copy = item;
  copy->name = g_strdup (item.name);
  g_ptr_array_add (self->items, copy);
  g_hash_table_add (self->names, copy->name);
}

static Item
make_item (const char *name, TrpDtype dtype, size_t n_dims, const size_t *shape)
{
  Item item = { .name = (char *) name, .dtype = dtype, .n_dims = n_dims };

  if (n_dims > 0 && n_dims <= TRP_SAFETENSORS_MAX_DIMS)
    memcpy (item.shape, shape, n_dims * sizeof *shape);
  item.size = count_bytes (dtype, MIN (n_dims, TRP_SAFETENSORS_MAX_DIMS), item.shape);
  return item;
}

void
trp_safetensors_writer_add (TrpSafetensorsWriter *self,
                            const char *name,
                            TrpDtype dtype,
                            size_t n_dims,
                            const size_t *shape,
                            const void *data)
{
  Item item = make_item (name, dtype, n_dims, shape);

  item.data = (void *) data;
  add (self, item);
}

void
trp_safetensors_writer_add_fill (TrpSafetensorsWriter *self,
                                 const char *name,
                                 TrpDtype dtype,
                                 size_t n_dims,
                                 const size_t *shape,
                                 TrpSafetensorsFill fill,
                                 void *data)
{
  Item item = make_item (name, dtype, n_dims, shape);

  item.fill = fill;
  item.data = data;
  add (self, item);
}

void
trp_safetensors_writer_set_metadata (TrpSafetensorsWriter *self, const char *key, const char *value)
{
  g_return_if_fail (g_utf8_validate (key, -1, NULL) && g_utf8_validate (value, -1, NULL));
  g_tree_replace (self->metadata, g_strdup (key), g_strdup (value));
}

static int
compare_items (const void *a, const void *b)
{
  const Item *one = *(Item *const *) a, *other = *(Item *const *) b;
  const size_t one_size = trp_dtype_get_size (one->dtype);
  const size_t other_size = trp_dtype_get_size (other->dtype);

  if (one_size != other_size)
    return one_size > other_size ? -1 : 1;
  return strcmp (one->name, other->name);
}

static void
append_string (GString *json, const char *text)
{
  static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";

  g_string_append_c (json, '"');
  for (const char *c = text; *c; c++)
    if (strchr (special, *c))
      g_string_append_printf (json, "\\%c", letters[strchr (special, *c) - special]);
    else if ((unsigned char) *c < 0x20)
      g_string_append_printf (json, "\\u%04x", (unsigned) *c);
    else
      g_string_append_c (json, *c);
  g_string_append_c (json, '"');
}

static int
append_metadata (void *key, void *value, void *data)
{
  GString *json = data;

  if (json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  append_string (json, key);
  g_string_append_c (json, ':');
  append_string (json, value);
  return FALSE;
}

static void
append_item (GString *json, const Item *item, size_t offset)
{
  if (json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  append_string (json, item->name);
  g_string_append_printf (json, ":{\"dtype\":\"%s\",\"shape\":[", trp_dtype_get_name (item->dtype));
  for (size_t i = 0; i < item->n_dims; i++)
    g_string_append_printf (json, "%s%zu", i ? "," : "", item->shape[i]);
  g_string_append_printf (json, "],\"data_offsets\":[%zu,%zu]}", offset, offset + item->size);
}

/* Ends on a multiple of 8 bytes, so that the data are aligned in a mapped file. */
static GString *
make_header (const TrpSafetensorsWriter *self, Item *const *items)
{
  GString *json = g_string_new ("{");
  size_t offset = 0;

  if (g_tree_nnodes (self->metadata) > 0)
    {
      g_string_append (json, "\"__metadata__\":{");
      g_tree_foreach (self->metadata, append_metadata, json);
      g_string_append_c (json, '}');
    }
  for (unsigned i = 0; i < self->items->len; i++)
    {
      append_item (json, items[i], offset);
      offset += items[i]->size;
    }
  g_string_append_c (json, '}');
  while (json->len % 8 != 0)
    g_string_append_c (json, ' ');
  return json;
}

static bool
append_data (TrpAtomicWrite *file, const Item *item, GError **error)
{
  g_autofree void *bytes = NULL;

  if (!item->fill)
    return trp_atomic_write_append (file, item->data, item->size, error);
  bytes = g_try_malloc (MAX (item->size, 1));
  if (!bytes)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for the %zu bytes of \"%s\"",
                   item->size, item->name);
      return false;
    }
  return item->fill (bytes, item->size, item->data, error) &&
         trp_atomic_write_append (file, bytes, item->size, error);
}

bool
trp_safetensors_writer_save (const TrpSafetensorsWriter *self, const char *path, GError **error)
{
  g_autofree Item **items = NULL;
  g_autoptr (GString) header = NULL;
  g_autoptr (TrpAtomicWrite) file = NULL;
  uint64_t header_size;

  items = g_new (Item *, self->items->len + 1);
  for (unsigned i = 0; i < self->items->len; i++)
    items[i] = g_ptr_array_index (self->items, i);
  qsort (items, self->items->len, sizeof *items, compare_items);
  header = make_header (self, items);
  if (header->len > TRP_SAFETENSORS_MAX_HEADER)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The description of the tensors has %zu bytes; the limit is 100 MB",
                   header->len);
      return false;
    }
  file = trp_atomic_write_new (path, error);
  header_size = header->len;
  if (!file || !trp_atomic_write_append (file, &header_size, sizeof header_size, error) ||
      !trp_atomic_write_append (file, header->str, header->len, error))
    return false;
  for (unsigned i = 0; i < self->items->len; i++)
    if (!append_data (file, items[i], error))
      return false;
  return trp_atomic_write_commit (file, error);
}
