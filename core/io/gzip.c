/* gzip.c - see gzip.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * libdeflate is more than twice as fast as zlib but wants the whole output in one block, so it
 * takes the usual case: one member, all of it wanted. zlib takes the rest in a stream: several
 * members, and one frame out of many.
 */

#include "core/io/gzip.h"

#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#define MAX_RATIO 1032 /* of deflate: 258 bytes from two bits (zlib's technical details) */
#define LEVEL 5        /* of twelve: near the size of level 6 at less time */
#define MAX_TAIL                                                                                   \
  ((size_t) 1 << 24) /* bytes past the wanted ones read for the sake of a checksum                 \
                      */

bool
trp_gzip_is (const void *bytes, size_t size)
{
  static const uint8_t magic[] = { 0x1f, 0x8b, 8 }; /* RFC 1952, 2.3.1 */

  return size >= 18 && memcmp (bytes, magic, sizeof magic) == 0;
}

typedef struct
{
  z_stream zlib;
  const uint8_t *next;
  size_t left;
  bool is_damaged;
  bool is_complete; /* the last member's checksum was seen and is right */
} Stream;

static bool
stream_open (Stream *self, const void *bytes, size_t size, bool is_gzip)
{
  *self = (Stream){ .next = bytes, .left = size };
  return inflateInit2 (&self->zlib, is_gzip ? 16 + MAX_WBITS : MAX_WBITS) == Z_OK;
}

static void
stream_refill (Stream *self)
{
  const size_t n = MIN (self->left, (size_t) 1 << 30); /* avail_in is an unsigned int */

  if (self->zlib.avail_in > 0 || n == 0)
    return;
  self->zlib.next_in = (uint8_t *) self->next; /* zlib does not write here */
  self->zlib.avail_in = (unsigned) n;
  self->next += n;
  self->left -= n;
}

/* True if another member follows the one that has just ended. */
static bool
stream_next_member (Stream *self)
{
  stream_refill (self);
  return self->zlib.avail_in >= 2 && self->zlib.next_in[0] == 0x1f &&
         self->zlib.next_in[1] == 0x8b && inflateReset (&self->zlib) == Z_OK;
}

/* Returns how many bytes came; fewer than @n_wanted at the end or at damage. */
static size_t
stream_read (Stream *self, uint8_t *out, size_t n_wanted)
{
  size_t n_read = 0;

  while (n_read < n_wanted && !self->is_damaged)
    {
      const unsigned room = (unsigned) MIN (n_wanted - n_read, (size_t) 1 << 30);
      int code;

      stream_refill (self);
      self->zlib.next_out = out + n_read;
      self->zlib.avail_out = room;
      code = inflate (&self->zlib, Z_NO_FLUSH);
      n_read += room - self->zlib.avail_out;
      if (code == Z_STREAM_END && !stream_next_member (self))
        {
          self->is_complete = true;
          break;
        }
      if (code == Z_BUF_ERROR && self->zlib.avail_in == 0 && self->left == 0)
        break;
      self->is_damaged = code != Z_OK && code != Z_STREAM_END;
    }
  return n_read;
}

static bool
stream_skip (Stream *self, size_t n_skip)
{
  const size_t block = (size_t) 1 << 16;
  g_autofree uint8_t *scratch = g_malloc (block);

  while (n_skip > 0)
    {
      const size_t n_read = stream_read (self, scratch, MIN (n_skip, block));

      if (n_read == 0)
        return false;
      n_skip -= n_read;
    }
  return true;
}

GBytes *
trp_gzip_inflate_head (const void *bytes, size_t size, size_t n_wanted)
{
  uint8_t *out = g_malloc (n_wanted);
  size_t n_read = 0;
  Stream stream;

  if (stream_open (&stream, bytes, size, true))
    n_read = stream_read (&stream, out, n_wanted);
  (void) inflateEnd (&stream.zlib);
  return g_bytes_new_take (out, n_read);
}

static bool
refuse_damaged (GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "The compressed data are damaged (checksum or code wrong)");
  return false;
}

static bool
inflate_stream (const void *bytes,
                size_t size,
                size_t n_skip,
                size_t n_wanted,
                bool is_gzip,
                uint8_t *out,
                GError **error)
{
  Stream stream;
  size_t n_read = 0;
  bool is_cut = false;

  if (!stream_open (&stream, bytes, size, is_gzip))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for inflating");
      return false;
    }
  if (stream_skip (&stream, n_skip))
    n_read = stream_read (&stream, out, n_wanted);
  if (n_read == n_wanted && !stream_skip (&stream, MAX_TAIL)) /* for the checksum at the end */
    is_cut = !stream.is_complete;
  (void) inflateEnd (&stream.zlib);
  if (stream.is_damaged)
    return refuse_damaged (error);
  if (n_read == n_wanted && !is_cut)
    return true;
  if (is_cut)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                         "The compressed file is cut short: its last bytes are missing");
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The compressed file is cut short: %zu bytes of voxels instead of %zu", n_read,
                 n_wanted);
  return false;
}

/* The length that the last member states (RFC 1952: modulo 2^32). */
static uint32_t
stated_length (const uint8_t *bytes, size_t size)
{
  const uint8_t *last = bytes + size - 4;

  return (uint32_t) last[0] | (uint32_t) last[1] << 8 | (uint32_t) last[2] << 16 |
         (uint32_t) last[3] << 24;
}

static uint8_t *
inflate_whole (const void *bytes, size_t size, size_t length, GError **error)
{
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor ();
  g_autofree uint8_t *out = g_try_malloc (length);
  enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
  size_t n_read = 0;

  if (inflater && out)
    result = libdeflate_gzip_decompress (inflater, bytes, size, out, length, &n_read);
  if (inflater)
    libdeflate_free_decompressor (inflater);
  if (!out)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", length);
  else if (result == LIBDEFLATE_BAD_DATA)
    (void) refuse_damaged (error);
  return out && result == LIBDEFLATE_SUCCESS && n_read == length ? g_steal_pointer (&out) : NULL;
}

/* A header may promise terabytes: sees that the file can hold them before asking for memory. */
static bool
check_ratio (size_t size, size_t n_skip, size_t n_wanted, size_t *out_length, GError **error)
{
  if (g_size_checked_add (out_length, n_skip, n_wanted) && *out_length / MAX_RATIO <= size)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The compressed file is cut short: %zu bytes cannot hold %zu bytes of voxels", size,
               n_wanted);
  return false;
}

static GBytes *
inflate_part (
  const void *bytes, size_t size, size_t n_skip, size_t n_wanted, bool is_gzip, GError **error)
{
  g_autofree uint8_t *out = g_try_malloc (n_wanted);

  if (!out)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", n_wanted);
      return NULL;
    }
  if (!inflate_stream (bytes, size, n_skip, n_wanted, is_gzip, out, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), n_wanted);
}

GBytes *
trp_zlib_inflate (const void *bytes, size_t size, size_t n_skip, size_t n_wanted, GError **error)
{
  size_t length;

  if (!check_ratio (size, n_skip, n_wanted, &length, error))
    return NULL;
  return inflate_part (bytes, size, n_skip, n_wanted, false, error);
}

GBytes *
trp_gzip_inflate (const void *bytes, size_t size, size_t n_skip, size_t n_wanted, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree uint8_t *out = NULL;
  size_t length;

  if (!trp_gzip_is (bytes, size))
    {
      refuse_damaged (error);
      return NULL;
    }
  if (!check_ratio (size, n_skip, n_wanted, &length, error))
    return NULL;
  if (n_skip < n_wanted && stated_length (bytes, size) == (uint32_t) length)
    out = inflate_whole (bytes, size, length, &reason);
  if (reason)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  if (!out)
    return inflate_part (bytes, size, n_skip, n_wanted, true, error);
  if (n_skip % 8 == 0)
    {
      g_autoptr (GBytes) whole = g_bytes_new_take (g_steal_pointer (&out), length);

      return g_bytes_new_from_bytes (whole, n_skip, n_wanted);
    }
  memmove (out, out + n_skip, n_wanted); /* rare: NIfTI's voxels begin at 352 or 544 */
  return g_bytes_new_take (g_steal_pointer (&out), n_wanted);
}

GBytes *
trp_gzip_deflate (const void *bytes, size_t size, GError **error)
{
  struct libdeflate_compressor *deflater = libdeflate_alloc_compressor (LEVEL);
  const size_t bound = deflater ? libdeflate_gzip_compress_bound (deflater, size) : 0;
  g_autofree uint8_t *out = bound > 0 ? g_try_malloc (bound) : NULL;
  size_t n_written = 0;

  if (out)
    n_written = libdeflate_gzip_compress (deflater, bytes, size, out, bound);
  if (deflater)
    libdeflate_free_compressor (deflater);
  if (n_written > 0)
    return g_bytes_new_take (g_steal_pointer (&out), n_written);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory to compress %zu bytes", size);
  return NULL;
}
