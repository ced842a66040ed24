/* safetensors.h - reads named tensors of a safetensors file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A file is a u64 header length, a JSON header {name: {dtype, shape, data_offsets}} and the data:
 * little-endian, C order, without holes. `__metadata__` maps strings to strings. Everything is
 * checked before a tensor is handed out, so a TrpTensorView can be read without further checks.
 * Immutable after loading; may be shared between threads.
 *
 * Source: the format section of the safetensors project's README.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

#define TRP_SAFETENSORS_MAX_DIMS 8
/* The reference implementation's limit. */
#define TRP_SAFETENSORS_MAX_HEADER ((size_t) 100 * 1000 * 1000)

typedef enum
{
  TRP_DTYPE_BOOL,
  TRP_DTYPE_U8,
  TRP_DTYPE_I8,
  TRP_DTYPE_U16,
  TRP_DTYPE_I16,
  TRP_DTYPE_U32,
  TRP_DTYPE_I32,
  TRP_DTYPE_U64,
  TRP_DTYPE_I64,
  TRP_DTYPE_F16,
  TRP_DTYPE_BF16,
  TRP_DTYPE_F32,
  TRP_DTYPE_F64,
  TRP_N_DTYPES
} TrpDtype;

size_t trp_dtype_get_size (TrpDtype dtype);      /* bytes of one element */
const char *trp_dtype_get_name (TrpDtype dtype); /* as in the file: "F32" */

/**
 * TrpTensorView:
 * @name: UTF-8, as in the file
 * @shape: slowest dimension first; a scalar has no dimension
 * @count: elements, the product of @shape
 * @data: @count elements, little-endian, **not aligned**: copy them out
 *
 * Borrowed from its TrpSafetensors.
 */
typedef struct
{
  const char *name;
  TrpDtype dtype;
  size_t n_dims;
  size_t shape[TRP_SAFETENSORS_MAX_DIMS];
  size_t count;
  const uint8_t *data;
} TrpTensorView;

typedef struct _TrpSafetensors TrpSafetensors;

/* Maps the file: it must not be shortened while it is in use (atomic-write never does that).
 * Errors: TRP_ERROR_IO, TRP_ERROR_FORMAT, TRP_ERROR_UNSUPPORTED, TRP_ERROR_LIMIT; the file's name
 * stands in front. */
TrpSafetensors *trp_safetensors_load (const char *path, GError **error);
TrpSafetensors *trp_safetensors_parse (GBytes *bytes, GError **error);
TrpSafetensors *trp_safetensors_ref (TrpSafetensors *self);
void trp_safetensors_unref (TrpSafetensors *self);

/* Tensors in the order of their data. */
size_t trp_safetensors_get_n_tensors (const TrpSafetensors *self);
const TrpTensorView *trp_safetensors_peek_tensor (const TrpSafetensors *self, size_t index);
/* NULL where there is none of that name. */
const TrpTensorView *trp_safetensors_find (const TrpSafetensors *self, const char *name);
const char *trp_safetensors_peek_metadata (const TrpSafetensors *self, const char *key);
/* Keys in strcmp() order, NULL-terminated; free the array, not the strings. */
const char **trp_safetensors_dup_metadata_keys (const TrpSafetensors *self);

/**
 * trp_safetensors_read_f32:
 * @shape: what the caller expects, @n_dims numbers
 * @out_values: room for their product
 *
 * Converts from F64, F32, F16 and BF16.
 *
 * Errors: TRP_ERROR_FORMAT if there is no such tensor, or its shape or kind is another.
 */
bool trp_safetensors_read_f32 (const TrpSafetensors *self,
                               const char *name,
                               size_t n_dims,
                               const size_t *shape,
                               float *out_values,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The view's elements as numbers; for floating-point dtypes only. */
void trp_tensor_view_get_f32 (const TrpTensorView *self, float *out_values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSafetensors, trp_safetensors_unref)

G_END_DECLS
