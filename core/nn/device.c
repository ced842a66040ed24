/* device.c - see device.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/device.h"

#include <string.h>

struct _TrpDevice
{
  const TrpBackend *backend;
  void *handle;
};

struct _TrpStore
{
  TrpDevice *device;
  GPtrArray *tensors; /* TrpStored */
  GHashTable *by_name;
  uint64_t clock; /* last version given out */
};

TrpDevice *
trp_device_open (const TrpBackend *backend, const TrpDeviceOptions *options, GError **error)
{
  const TrpDeviceOptions defaults = { .deterministic = true };
  TrpDevice *self;
  void *handle;

  g_return_val_if_fail (backend, NULL);
  if (backend->abi != TRP_BACKEND_ABI)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE,
                   "The CUDA module was built for another version of Triptych (%d instead of %d)",
                   backend->abi, TRP_BACKEND_ABI);
      return NULL;
    }
  handle = backend->open (options ? options : &defaults, error);
  if (!handle)
    return NULL;
  self = g_atomic_rc_box_new0 (TrpDevice);
  self->backend = backend;
  self->handle = handle;
  return self;
}

TrpDevice *
trp_device_ref (TrpDevice *self)
{
  return (TrpDevice *) g_atomic_rc_box_acquire (self);
}

static void
clear_device (void *data)
{
  TrpDevice *self = (TrpDevice *) data;

  self->backend->close (self->handle);
}

void
trp_device_unref (TrpDevice *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_device);
}

const TrpBackend *
trp_device_get_backend (const TrpDevice *self)
{
  return self->backend;
}

void *
trp_device_peek_handle (const TrpDevice *self)
{
  return self->handle;
}

void
trp_device_get_info (const TrpDevice *self, TrpDeviceInfo *out_info)
{
  memset (out_info, 0, sizeof *out_info);
  self->backend->get_info (self->handle, out_info);
}

TrpFileShape
trp_axes_file_shape (TrpAxes axes, TrpShape s)
{
  switch (axes)
    {
    case TRP_AXES_FILTER:
      return (TrpFileShape){ 4, { (size_t) s.n, (size_t) s.c, (size_t) s.h, (size_t) s.w } };
    case TRP_AXES_VECTOR:
      return (TrpFileShape){ 1, { (size_t) s.c } };
    default:
      return (TrpFileShape){ 4, { (size_t) s.n, (size_t) s.h, (size_t) s.w, (size_t) s.c } };
    }
}

/* Position in the file, (n, c, h, w), of the element that the engine keeps at (n, hw, c). */
static size_t
file_index (TrpShape s, size_t n, size_t hw, size_t c)
{
  return (n * (size_t) s.c + c) * trp_shape_pixels (s) + hw;
}

void
trp_axes_to_file (TrpAxes axes, TrpShape shape, const float *values, float *out_file)
{
  if (axes != TRP_AXES_FILTER)
    {
      memcpy (out_file, values, trp_shape_count (shape) * sizeof (float));
      return;
    }
  for (size_t n = 0; n < (size_t) shape.n; n++)
    for (size_t hw = 0; hw < trp_shape_pixels (shape); hw++)
      for (size_t c = 0; c < (size_t) shape.c; c++)
        out_file[file_index (shape, n, hw, c)] = *values++;
}

void
trp_axes_from_file (TrpAxes axes, TrpShape shape, const float *file, float *out_values)
{
  if (axes != TRP_AXES_FILTER)
    {
      memcpy (out_values, file, trp_shape_count (shape) * sizeof (float));
      return;
    }
  for (size_t n = 0; n < (size_t) shape.n; n++)
    for (size_t hw = 0; hw < trp_shape_pixels (shape); hw++)
      for (size_t c = 0; c < (size_t) shape.c; c++)
        *out_values++ = file[file_index (shape, n, hw, c)];
}

TrpStore *
trp_store_new (TrpDevice *device)
{
  TrpStore *self = g_atomic_rc_box_new0 (TrpStore);

  self->device = trp_device_ref (device);
  self->tensors = g_ptr_array_new ();
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

TrpStore *
trp_store_ref (TrpStore *self)
{
  return (TrpStore *) g_atomic_rc_box_acquire (self);
}

static void
clear_store (void *data)
{
  TrpStore *self = (TrpStore *) data;

  for (guint i = 0; i < self->tensors->len; i++)
    {
      TrpStored *stored = (TrpStored *) g_ptr_array_index (self->tensors, i);

      self->device->backend->free (self->device->handle, stored->memory);
      g_free (stored->name);
      g_free (stored);
    }
  g_ptr_array_unref (self->tensors);
  g_hash_table_unref (self->by_name);
  trp_device_unref (self->device);
}

void
trp_store_unref (TrpStore *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_store);
}

TrpDevice *
trp_store_peek_device (const TrpStore *self)
{
  return self->device;
}

TrpStored *
trp_store_require (
  TrpStore *self, const char *name, const TrpTensor *tensor, TrpAxes axes, GError **error)
{
  const TrpBackend *backend = self->device->backend;
  TrpStored *stored = trp_store_find (self, name);
  void *memory;

  if (stored)
    {
      const TrpShape a = stored->tensor.shape, b = tensor->shape;

      if (trp_shape_equal (a, b) && stored->axes == axes)
        return stored;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Tensor %s is %d x %d x %d x %d, but the network wants %d x %d x %d x %d", name,
                   a.n, a.h, a.w, a.c, b.n, b.h, b.w, b.c);
      return NULL;
    }
  memory = backend->alloc (self->device->handle,
                           backend->tensor_bytes (self->device->handle, tensor), error);
  if (!memory)
    return NULL;
  stored = g_new0 (TrpStored, 1);
  stored->name = g_strdup (name);
  stored->tensor = *tensor;
  stored->axes = axes;
  stored->memory = memory;
  trp_store_touch (self, stored);
  g_ptr_array_add (self->tensors, stored);
  g_hash_table_insert (self->by_name, stored->name, stored);
  return stored;
}

void
trp_store_touch (TrpStore *self, TrpStored *stored)
{
  stored->version = ++self->clock;
}

TrpStored *
trp_store_find (const TrpStore *self, const char *name)
{
  return (TrpStored *) g_hash_table_lookup (self->by_name, name);
}

int
trp_store_get_n (const TrpStore *self)
{
  return (int) self->tensors->len;
}

TrpStored *
trp_store_peek (const TrpStore *self, int index)
{
  g_return_val_if_fail (index >= 0 && (guint) index < self->tensors->len, NULL);
  return (TrpStored *) g_ptr_array_index (self->tensors, (guint) index);
}

size_t
trp_store_get_bytes (const TrpStore *self)
{
  size_t bytes = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    bytes += self->device->backend->tensor_bytes (
      self->device->handle, &((TrpStored *) g_ptr_array_index (self->tensors, i))->tensor);
  return bytes;
}

bool
trp_store_set (TrpStore *self, TrpStored *stored, const float *values, GError **error)
{
  trp_store_touch (self, stored);
  return self->device->backend->upload (self->device->handle, stored->memory, &stored->tensor,
                                        values, error);
}

bool
trp_store_get (TrpStore *self, const TrpStored *stored, float *out_values, GError **error)
{
  return self->device->backend->download (self->device->handle, stored->memory, &stored->tensor,
                                          out_values, error);
}

bool
trp_store_set_file (TrpStore *self, TrpStored *stored, const float *file, GError **error)
{
  g_autofree float *values = g_new (float, trp_shape_count (stored->tensor.shape));

  trp_axes_from_file (stored->axes, stored->tensor.shape, file, values);
  return trp_store_set (self, stored, values, error);
}

bool
trp_store_get_file (TrpStore *self, const TrpStored *stored, float *out_file, GError **error)
{
  g_autofree float *values = g_new (float, trp_shape_count (stored->tensor.shape));

  if (!trp_store_get (self, stored, values, error))
    return false;
  trp_axes_to_file (stored->axes, stored->tensor.shape, values, out_file);
  return true;
}

bool
trp_store_copy (TrpStore *self, TrpStored *to, const TrpStored *from, GError **error)
{
  g_return_val_if_fail (trp_shape_equal (to->tensor.shape, from->tensor.shape), false);
  trp_store_touch (self, to);
  return self->device->backend->copy (self->device->handle, to->memory, from->memory, &to->tensor,
                                      error);
}
