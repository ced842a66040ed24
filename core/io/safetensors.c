/* safetensors.c - see safetensors.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The header is read by a small scanner of its own rather than by json-glib, which silently keeps
 * the last of two equal names and recurses as deep as a stranger's file tells it to.
 */

#include "core/io/safetensors.h"

#include <string.h>

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* data is used as it lies in the file */

#define LENGTH_SIZE 8
#define METADATA "__metadata__"

struct _TrpSafetensors
{
  GBytes *bytes;
  const uint8_t *data; /* behind the header */
  size_t data_size;
  GArray *tensors;      /* Entry, sorted by offset once parsed */
  GHashTable *by_name;  /* name -> its position in tensors + 1 */
  GHashTable *metadata; /* owned strings */
  bool has_metadata;
};

typedef struct
{
  TrpTensorView view; /* name is owned */
  size_t begin, end;  /* in the data */
} Entry;

static const struct
{
  const char *name;
  size_t size;
} dtypes[TRP_N_DTYPES] = {
  [TRP_DTYPE_BOOL] = { "BOOL", 1 }, [TRP_DTYPE_U8] = { "U8", 1 },
  [TRP_DTYPE_I8] = { "I8", 1 },     [TRP_DTYPE_U16] = { "U16", 2 },
  [TRP_DTYPE_I16] = { "I16", 2 },   [TRP_DTYPE_U32] = { "U32", 4 },
  [TRP_DTYPE_I32] = { "I32", 4 },   [TRP_DTYPE_U64] = { "U64", 8 },
  [TRP_DTYPE_I64] = { "I64", 8 },   [TRP_DTYPE_F16] = { "F16", 2 },
  [TRP_DTYPE_BF16] = { "BF16", 2 }, [TRP_DTYPE_F32] = { "F32", 4 },
  [TRP_DTYPE_F64] = { "F64", 8 },
};

size_t
trp_dtype_get_size (TrpDtype dtype)
{
  g_return_val_if_fail ((unsigned) dtype < TRP_N_DTYPES, 0);
  return dtypes[dtype].size;
}

const char *
trp_dtype_get_name (TrpDtype dtype)
{
  g_return_val_if_fail ((unsigned) dtype < TRP_N_DTYPES, NULL);
  return dtypes[dtype].name;
}

/* The scanner: a position in the header and the first error. */
typedef struct
{
  const char *text;
  size_t size, position;
  GError **error;
} Scanner;

static bool G_GNUC_PRINTF (3, 4) fail (GError **error, TrpError code, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, TRP_ERROR, (int) code, message);
  return false;
}

static bool
fail_syntax (const Scanner *self, const char *expected)
{
  return fail (self->error, TRP_ERROR_FORMAT, "The header is not valid at byte %zu: %s expected",
               self->position + LENGTH_SIZE, expected);
}

static void
skip_space (Scanner *self)
{
  while (self->position < self->size && strchr (" \t\r\n", self->text[self->position]) &&
         self->text[self->position] != '\0')
    self->position++;
}

static bool
accept (Scanner *self, char wanted)
{
  skip_space (self);
  if (self->position == self->size || self->text[self->position] != wanted)
    return false;
  self->position++;
  return true;
}

static bool
expect (Scanner *self, char wanted)
{
  const char name[] = { '\'', wanted, '\'', '\0' };

  return accept (self, wanted) || fail_syntax (self, name);
}

static bool
scan_hex4 (Scanner *self, unsigned *out_code)
{
  unsigned code = 0;

  for (unsigned i = 0; i < 4; i++, self->position++)
    {
      const int digit = self->position < self->size
                          ? g_ascii_xdigit_value (self->text[self->position])
                          : -1;

      if (digit < 0)
        return fail_syntax (self, "four hexadecimal digits");
      code = code * 16 + (unsigned) digit;
    }
  *out_code = code;
  return true;
}

/* Behind "\u". Characters beyond the basic plane come as a pair of surrogates (RFC 8259, 7). */
static bool
scan_unicode_escape (Scanner *self, GString *out)
{
  unsigned code = 0, low = 0;

  if (!scan_hex4 (self, &code))
    return false;
  if (code >= 0xD800 && code < 0xDC00)
    {
      if (self->position + 2 > self->size || self->text[self->position] != '\\' ||
          self->text[self->position + 1] != 'u')
        return fail_syntax (self, "the second half of a surrogate pair");
      self->position += 2;
      if (!scan_hex4 (self, &low))
        return false;
      if (low < 0xDC00 || low > 0xDFFF)
        return fail_syntax (self, "the second half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
  if (code == 0 || (code >= 0xDC00 && code < 0xE000))
    return fail_syntax (self, "a character");
  g_string_append_unichar (out, code);
  return true;
}

static bool
scan_escape (Scanner *self, GString *out)
{
  static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char letter = self->position < self->size ? self->text[self->position] : '\0';
  const char *found = letter ? strchr (escapes, letter) : NULL;

  if (letter == 'u')
    {
      self->position++;
      return scan_unicode_escape (self, out);
    }
  if (!found)
    return fail_syntax (self, "an escape sequence");
  self->position++;
  g_string_append_c (out, meanings[found - escapes]);
  return true;
}

/* Returns an owned, valid UTF-8 string, or NULL. */
static char *
scan_string (Scanner *self)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!expect (self, '"'))
    return NULL;
  for (;;)
    {
      const char c = self->position < self->size ? self->text[self->position] : '\0';

      if ((unsigned char) c < 0x20)
        {
          fail_syntax (self, "a closing '\"'");
          return NULL;
        }
      self->position++;
      if (c == '"')
        break;
      if (c != '\\')
        g_string_append_c (out, c);
      else if (!scan_escape (self, out))
        return NULL;
    }
  if (!g_utf8_validate (out->str, (gssize) out->len, NULL))
    {
      fail_syntax (self, "UTF-8 before this");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static bool
scan_size (Scanner *self, size_t *out_value)
{
  size_t value = 0, begin;

  skip_space (self);
  begin = self->position;
  for (; self->position < self->size && g_ascii_isdigit (self->text[self->position]);
       self->position++)
    if (!g_size_checked_mul (&value, value, 10) ||
        !g_size_checked_add (&value, value, (size_t) (self->text[self->position] - '0')))
      return fail_syntax (self, "a number below 2^64");
  if (self->position == begin || (self->text[begin] == '0' && self->position > begin + 1))
    return fail_syntax (self, "a whole number");
  *out_value = value;
  return true;
}

/* "[a, b, ...]" of at most @max numbers. */
static bool
scan_sizes (Scanner *self, size_t max, size_t *out_values, size_t *out_count)
{
  size_t count = 0;

  if (!expect (self, '['))
    return false;
  if (accept (self, ']'))
    {
      *out_count = 0;
      return true;
    }
  do
    {
      if (count == max)
        return fail (self->error, TRP_ERROR_LIMIT,
                     "The header has a list of more than %zu numbers at byte %zu", max,
                     self->position + LENGTH_SIZE);
      if (!scan_size (self, &out_values[count++]))
        return false;
    }
  while (accept (self, ','));
  *out_count = count;
  return expect (self, ']');
}

static bool
scan_dtype (Scanner *self, TrpDtype *out_dtype)
{
  g_autofree char *name = scan_string (self);

  if (!name)
    return false;
  for (unsigned i = 0; i < TRP_N_DTYPES; i++)
    if (strcmp (name, dtypes[i].name) == 0)
      {
        *out_dtype = (TrpDtype) i;
        return true;
      }
  return fail (self->error, TRP_ERROR_UNSUPPORTED, "The number type \"%.20s\" is not known", name);
}

/* {"dtype": ..., "shape": ..., "data_offsets": ...} in any order, each once. */
static bool
scan_tensor (Scanner *self, Entry *entry)
{
  size_t offsets[2] = { 0, 0 }, n_offsets = 2;
  bool has_dtype = false, has_shape = false, has_offsets = false;

  if (!expect (self, '{'))
    return false;
  do
    {
      g_autofree char *key = scan_string (self);
      bool *seen, ok;

      if (!key || !expect (self, ':'))
        return false;
      seen = strcmp (key, "dtype") == 0          ? &has_dtype
             : strcmp (key, "shape") == 0        ? &has_shape
             : strcmp (key, "data_offsets") == 0 ? &has_offsets
                                                 : NULL;
      if (!seen || *seen)
        return fail (self->error, TRP_ERROR_FORMAT, "Tensor \"%.100s\" has %s entry \"%.20s\"",
                     entry->view.name, seen ? "a second" : "an unknown", key);
      *seen = true;
      ok = seen == &has_dtype ? scan_dtype (self, &entry->view.dtype)
           : seen == &has_shape
             ? scan_sizes (self, TRP_SAFETENSORS_MAX_DIMS, entry->view.shape, &entry->view.n_dims)
             : scan_sizes (self, 2, offsets, &n_offsets);
      if (!ok)
        return false;
    }
  while (accept (self, ','));
  if (!has_dtype || !has_shape || !has_offsets || n_offsets != 2)
    return fail (self->error, TRP_ERROR_FORMAT,
                 "Tensor \"%.100s\" lacks its number type, shape or place", entry->view.name);
  entry->begin = offsets[0];
  entry->end = offsets[1];
  return expect (self, '}');
}

/* The shape's bytes must be those between the offsets, inside the data. */
static bool
check_tensor (const TrpSafetensors *self, Entry *entry, GError **error)
{
  size_t count = 1, size;

  for (size_t i = 0; i < entry->view.n_dims; i++)
    if (!g_size_checked_mul (&count, count, entry->view.shape[i]))
      return fail (error, TRP_ERROR_LIMIT, "Tensor \"%.100s\" has more than 2^64 elements",
                   entry->view.name);
  if (!g_size_checked_mul (&size, count, dtypes[entry->view.dtype].size))
    return fail (error, TRP_ERROR_LIMIT, "Tensor \"%.100s\" has more than 2^64 bytes",
                 entry->view.name);
  if (entry->end < entry->begin || entry->end > self->data_size)
    return fail (error, TRP_ERROR_FORMAT,
                 "Tensor \"%.100s\" lies at bytes %zu to %zu of the data, which has %zu",
                 entry->view.name, entry->begin, entry->end, self->data_size);
  if (entry->end - entry->begin != size)
    return fail (error, TRP_ERROR_FORMAT, "Tensor \"%.100s\" has %zu bytes, its shape needs %zu",
                 entry->view.name, entry->end - entry->begin, size);
  entry->view.count = count;
  entry->view.data = self->data + entry->begin;
  return true;
}

static bool
scan_metadata (TrpSafetensors *self, Scanner *scanner)
{
  if (self->has_metadata)
    return fail (scanner->error, TRP_ERROR_FORMAT, "The header has two " METADATA " entries");
  self->has_metadata = true;
  if (!expect (scanner, '{'))
    return false;
  if (accept (scanner, '}'))
    return true;
  do
    {
      g_autofree char *key = scan_string (scanner), *value = NULL;

      if (!key || !expect (scanner, ':') || !(value = scan_string (scanner)))
        return false;
      if (g_hash_table_contains (self->metadata, key))
        return fail (scanner->error, TRP_ERROR_FORMAT, "The metadata have two entries \"%.100s\"",
                     key);
      g_hash_table_insert (self->metadata, g_steal_pointer (&key), g_steal_pointer (&value));
    }
  while (accept (scanner, ','));
  return expect (scanner, '}');
}

static bool
scan_entry (TrpSafetensors *self, Scanner *scanner)
{
  g_autofree char *name = scan_string (scanner);
  Entry entry = { .view.name = name };

  if (!name || !expect (scanner, ':'))
    return false;
  if (strcmp (name, METADATA) == 0)
    return scan_metadata (self, scanner);
  if (g_hash_table_contains (self->by_name, name))
    return fail (scanner->error, TRP_ERROR_FORMAT, "There are two tensors \"%.100s\"", name);
  if (!scan_tensor (scanner, &entry) || !check_tensor (self, &entry, scanner->error))
    return false;
  g_array_append_val (self->tensors, entry);
  g_hash_table_insert (self->by_name, g_steal_pointer (&name), GSIZE_TO_POINTER (1));
  return true;
}

static int
compare_offsets (const void *a, const void *b)
{
  const Entry *one = a, *other = b;

  if (one->begin != other->begin)
    return one->begin < other->begin ? -1 : 1;
  if (one->end != other->end)
    return one->end < other->end ? -1 : 1; /* an empty tensor goes before its neighbour */
  return strcmp (one->view.name, other->view.name);
}

/* The format allows neither holes nor overlap: bytes nobody names could hide anything. */
static bool
check_cover (TrpSafetensors *self, GError **error)
{
  size_t covered = 0;

  g_array_sort (self->tensors, compare_offsets);
  for (unsigned i = 0; i < self->tensors->len; i++)
    {
      const Entry *entry = &g_array_index (self->tensors, Entry, i);

      if (entry->begin != covered)
        return fail (error, TRP_ERROR_FORMAT,
                     "Tensor \"%.100s\" begins at byte %zu of the data instead of %zu",
                     entry->view.name, entry->begin, covered);
      covered = entry->end;
      g_hash_table_insert (self->by_name, g_strdup (entry->view.name), GSIZE_TO_POINTER (i + 1));
    }
  if (covered != self->data_size)
    return fail (error, TRP_ERROR_FORMAT, "The data have %zu bytes, the tensors %zu",
                 self->data_size, covered);
  return true;
}

static bool
scan_header (TrpSafetensors *self, Scanner *scanner)
{
  if (scanner->size == 0 || scanner->text[0] != '{')
    return fail_syntax (scanner, "'{'");
  scanner->position = 1;
  if (!accept (scanner, '}'))
    {
      do
        if (!scan_entry (self, scanner))
          return false;
      while (accept (scanner, ','));
      if (!expect (scanner, '}'))
        return false;
    }
  skip_space (scanner);
  if (scanner->position != scanner->size)
    return fail_syntax (scanner, "the end of the header");
  return true;
}

static bool
parse (TrpSafetensors *self, GError **error)
{
  size_t size;
  const uint8_t *bytes = g_bytes_get_data (self->bytes, &size);
  uint64_t header_size;
  Scanner scanner = { .error = error };

  if (size < LENGTH_SIZE)
    return fail (error, TRP_ERROR_FORMAT, "A safetensors file has at least 8 bytes, this has %zu",
                 size);
  memcpy (&header_size, bytes, LENGTH_SIZE);
  if (size == LENGTH_SIZE || bytes[LENGTH_SIZE] != '{' || header_size > G_MAXINT64)
    return fail (error, TRP_ERROR_FORMAT, "This is not a safetensors file");
  if (header_size > TRP_SAFETENSORS_MAX_HEADER)
    return fail (error, TRP_ERROR_LIMIT,
                 "The header says it has %" G_GUINT64_FORMAT " bytes; the limit is 100 MB",
                 header_size);
  if (header_size > size - LENGTH_SIZE)
    return fail (error, TRP_ERROR_FORMAT,
                 "The header says it has %" G_GUINT64_FORMAT " bytes, the file has %zu",
                 header_size, size);
  scanner.text = (const char *) bytes + LENGTH_SIZE;
  scanner.size = (size_t) header_size;
  self->data = bytes + LENGTH_SIZE + header_size;
  self->data_size = size - LENGTH_SIZE - (size_t) header_size;
  return scan_header (self, &scanner) && check_cover (self, error);
}

TrpSafetensors *
trp_safetensors_parse (GBytes *bytes, GError **error)
{
  g_autoptr (TrpSafetensors) self = NULL;

  g_return_val_if_fail (bytes, NULL);
  self = g_atomic_rc_box_new0 (TrpSafetensors);
  self->bytes = g_bytes_ref (bytes);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return parse (self, error) ? g_steal_pointer (&self) : NULL;
}

TrpSafetensors *
trp_safetensors_load (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) failure = NULL;
  TrpSafetensors *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (path, NULL);
  name = g_path_get_basename (path);
  file = g_mapped_file_new (path, FALSE, &failure);
  if (!file)
    {
      fail (error, TRP_ERROR_IO, "%s cannot be opened: %s", name, failure->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  self = trp_safetensors_parse (bytes, error);
  if (!self)
    g_prefix_error (error, "%s: ", name);
  return self;
}

TrpSafetensors *
trp_safetensors_ref (TrpSafetensors *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (void *box)
{
  TrpSafetensors *self = box;

  g_array_unref (self->tensors);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->metadata);
  g_bytes_unref (self->bytes);
}

void
trp_safetensors_unref (TrpSafetensors *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

size_t
trp_safetensors_get_n_tensors (const TrpSafetensors *self)
{
  return self->tensors->len;
}

const TrpTensorView *
trp_safetensors_peek_tensor (const TrpSafetensors *self, size_t index)
{
  g_return_val_if_fail (index < self->tensors->len, NULL);
  return &g_array_index (self->tensors, Entry, index).view;
}

const TrpTensorView *
trp_safetensors_find (const TrpSafetensors *self, const char *name)
{
  const size_t position = GPOINTER_TO_SIZE (g_hash_table_lookup (self->by_name, name));

  return position > 0 ? trp_safetensors_peek_tensor (self, position - 1) : NULL;
}

const char *
trp_safetensors_peek_metadata (const TrpSafetensors *self, const char *key)
{
  return g_hash_table_lookup (self->metadata, key);
}

static int
compare_strings (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char **
trp_safetensors_dup_metadata_keys (const TrpSafetensors *self)
{
  guint n_keys;
  const char **keys = (const char **) g_hash_table_get_keys_as_array (self->metadata, &n_keys);

  qsort (keys, n_keys, sizeof *keys, compare_strings);
  return keys;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static float
float_from_f16 (uint16_t bits)
{
  const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
  const uint32_t sign = (uint32_t) (bits & 0x8000) << 16;
  uint32_t word;
  float value;

  if (exponent == 0) /* subnormal: fraction * 2^-24, exact in a float */
    {
      value = (float) fraction * 0x1p-24F;
      return sign ? -value : value;
    }
  word = sign | (exponent == 31 ? 255U : exponent + 112) << 23 | (uint32_t) fraction << 13;
  memcpy (&value, &word, sizeof value);
  return value;
}

static float
float_from_bf16 (uint16_t bits)
{
  const uint32_t word = (uint32_t) bits << 16;
  float value;

  memcpy (&value, &word, sizeof value);
  return value;
}

void
trp_tensor_view_get_f32 (const TrpTensorView *self, float *out_values)
{
  g_return_if_fail (self->dtype >= TRP_DTYPE_F16 && self->dtype <= TRP_DTYPE_F64);
  if (self->dtype == TRP_DTYPE_F32)
    {
      memcpy (out_values, self->data, self->count * sizeof *out_values);
      return;
    }
  for (size_t i = 0; i < self->count; i++)
    if (self->dtype == TRP_DTYPE_F64)
      {
        double value;

        memcpy (&value, self->data + i * sizeof value, sizeof value);
        out_values[i] = (float) value;
      }
    else
      {
        uint16_t bits;

        memcpy (&bits, self->data + i * sizeof bits, sizeof bits);
        out_values[i] = self->dtype == TRP_DTYPE_F16 ? float_from_f16 (bits)
                                                     : float_from_bf16 (bits);
      }
}

static char *
describe_shape (size_t n_dims, const size_t *shape)
{
  GString *text = g_string_new (n_dims ? NULL : "one number");

  for (size_t i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%zu", i ? " x " : "", shape[i]);
  return g_string_free (text, FALSE);
}

bool
trp_safetensors_read_f32 (const TrpSafetensors *self,
                          const char *name,
                          size_t n_dims,
                          const size_t *shape,
                          float *out_values,
                          GError **error)
{
  const TrpTensorView *view = trp_safetensors_find (self, name);

  if (!view)
    return fail (error, TRP_ERROR_FORMAT, "There is no tensor \"%.100s\"", name);
  if (view->n_dims != n_dims || (n_dims && memcmp (view->shape, shape, n_dims * sizeof *shape)))
    {
      g_autofree char *actual = describe_shape (view->n_dims, view->shape);
      g_autofree char *expected = describe_shape (n_dims, shape);

      return fail (error, TRP_ERROR_FORMAT, "Tensor \"%.100s\" is %s instead of %s", name, actual,
                   expected);
    }
  if (view->dtype < TRP_DTYPE_F16)
    return fail (error, TRP_ERROR_FORMAT, "Tensor \"%.100s\" holds whole numbers (%s)", name,
                 dtypes[view->dtype].name);
  trp_tensor_view_get_f32 (view, out_values);
  return true;
}
