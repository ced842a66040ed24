/* safetensors-writer.h - writes named tensors as a safetensors file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tensors are described first and their bytes written one after the other, so that a checkpoint
 * needs no second copy of the weights in memory. The same tensors give the same bytes whatever the
 * order they were added in: data lies in the order of element size (largest first, which keeps it
 * aligned), then of name, as the reference implementation writes it. One thread at a time.
 */

#pragma once

#include "core/io/safetensors.h"

G_BEGIN_DECLS

typedef struct _TrpSafetensorsWriter TrpSafetensorsWriter;

/* Fills @out_bytes, @size bytes, little-endian in C order, on the thread that saves. */
typedef bool (*TrpSafetensorsFill) (void *out_bytes, size_t size, void *data, GError **error);

TrpSafetensorsWriter *trp_safetensors_writer_new (void);
void trp_safetensors_writer_free (TrpSafetensorsWriter *self);

/* @data stays the caller's and must live until saved. A name may be added once, must be UTF-8 and
 * not "__metadata__". */
void trp_safetensors_writer_add (TrpSafetensorsWriter *self,
                                 const char *name,
                                 TrpDtype dtype,
                                 size_t n_dims,
                                 const size_t *shape,
                                 const void *data);

/* As above, for a tensor whose bytes must be made first (axis order, device memory). */
void trp_safetensors_writer_add_fill (TrpSafetensorsWriter *self,
                                      const char *name,
                                      TrpDtype dtype,
                                      size_t n_dims,
                                      const size_t *shape,
                                      TrpSafetensorsFill fill,
                                      void *data);

/* Both are copied; a key set twice keeps the last value. Both must be UTF-8. */
void trp_safetensors_writer_set_metadata (TrpSafetensorsWriter *self,
                                          const char *key,
                                          const char *value);

/* Atomic: an older file stays until the new one is complete and on disk.
 * Errors: TRP_ERROR_IO, TRP_ERROR_LIMIT (header over 100 MB), those of a fill function. */
bool trp_safetensors_writer_save (const TrpSafetensorsWriter *self,
                                  const char *path,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSafetensorsWriter, trp_safetensors_writer_free)

G_END_DECLS
