/* device.h - an opened compute device, and the named tensors that live on it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A store holds parameters and states by name; several programs (training, preview, inference) on
 * one device share them through it. Devices and stores are reference counted. All calls that touch
 * one device come from one thread at a time.
 */

#pragma once

#include "core/nn/backend.h"
#include "core/nn/graph.h"

G_BEGIN_DECLS

typedef struct _TrpDevice TrpDevice;
typedef struct _TrpStore TrpStore;

/* @options: (nullable): all default. Errors: TRP_ERROR_DEVICE; TRP_ERROR_UNSUPPORTED for a
 * precision that such a device never has. */
TrpDevice *
trp_device_open (const TrpBackend *backend, const TrpDeviceOptions *options, GError **error);
TrpDevice *trp_device_ref (TrpDevice *self);
void trp_device_unref (TrpDevice *self);
const TrpBackend *trp_device_get_backend (const TrpDevice *self);
void *trp_device_peek_handle (const TrpDevice *self); /* what the table's functions take */
void trp_device_get_info (const TrpDevice *self, TrpDeviceInfo *out_info);

/* TrpFileShape: axes of a tensor in a file, PyTorch's order. */
typedef struct
{
  int n_axes;
  size_t axes[4];
} TrpFileShape;

TrpFileShape trp_axes_file_shape (TrpAxes axes, TrpShape shape);
/* Between the engine's order and the file's; the one place where it happens. */
void trp_axes_to_file (TrpAxes axes, TrpShape shape, const float *values, float *out_file);
void trp_axes_from_file (TrpAxes axes, TrpShape shape, const float *file, float *out_values);

TrpStore *trp_store_new (TrpDevice *device);
TrpStore *trp_store_ref (TrpStore *self);
void trp_store_unref (TrpStore *self);
TrpDevice *trp_store_peek_device (const TrpStore *self);

typedef struct
{
  char *name;
  TrpTensor tensor;
  TrpAxes axes;
  void *memory;
  uint64_t version; /* changes with the contents; see backend.h */
} TrpStored;

/* The tensor of that name, made and cleared to zero if it is new. Errors: TRP_ERROR_LIMIT without
 * memory; TRP_ERROR_FORMAT if it exists with another shape. Lives as long as the store. */
TrpStored *trp_store_require (
  TrpStore *self, const char *name, const TrpTensor *tensor, TrpAxes axes, GError **error);
/* NULL if there is none. */
TrpStored *trp_store_find (const TrpStore *self, const char *name);
/* After anything but the functions here changed the contents: a new version. */
void trp_store_touch (TrpStore *self, TrpStored *stored);
int trp_store_get_n (const TrpStore *self);
TrpStored *trp_store_peek (const TrpStore *self, int index); /* in the order of creation */
size_t trp_store_get_bytes (const TrpStore *self);

/* Engine's axis order. */
bool trp_store_set (TrpStore *self, TrpStored *stored, const float *values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
bool trp_store_get (TrpStore *self, const TrpStored *stored, float *out_values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* The file's axis order, for checkpoints. */
bool trp_store_set_file (TrpStore *self, TrpStored *stored, const float *file, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
bool trp_store_get_file (TrpStore *self, const TrpStored *stored, float *out_file, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* Both of one shape, on the device (start of an average). */
bool trp_store_copy (TrpStore *self, TrpStored *to, const TrpStored *from, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpDevice, trp_device_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStore, trp_store_unref)

G_END_DECLS
