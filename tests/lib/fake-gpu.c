/* fake-gpu.c - a module that stands for a GPU: the CPU back end with the faults one asks for
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tests put it under the module's name into TRIPTYCH_MODULE_DIR (fake-gpu.h). TRIPTYCH_FAKE_GPU in
 * the environment holds words, separated by commas:
 *   abi          the table of another version
 *   no-driver, no-device, old-device, lost
 *                open fails as the CUDA module's does
 *   wrong, nan   convolutions are a little off, or no numbers
 *   scaling      asks for a scaled loss
 *   memory=N     N bytes are said to be free
 *   room=N       more than N bytes cannot be had, whatever is said
 *   dies=N       the device fails at the end of its Nth step and from then on
 *   mute=N       the same when something is downloaded after its Nth step
 */

#include "core/nn/backend.h"

#include <gmodule.h>
#include <math.h>
#include <string.h>

#define TOTAL ((size_t) 1 << 33)

typedef struct
{
  void *cpu;
  GHashTable *sizes; /* memory to its bytes */
  size_t taken;
  size_t free_bytes, room;
  int n_steps, dies_at, mute_at;
  bool is_f16;
  bool wrong, is_nan, scaling;
  bool is_dead;
} Fake;

typedef struct
{
  void *cpu;
  TrpOpKind kind;
  size_t count; /* of output 0 */
} Kernel;

typedef struct
{
  int n;
  float values[];
} Read;

static char *
find_word (const char *name)
{
  g_auto (GStrv) words = g_strsplit (
    g_getenv ("TRIPTYCH_FAKE_GPU") ? g_getenv ("TRIPTYCH_FAKE_GPU") : "", ",", -1);

  for (size_t n = 0; words[n]; n++)
    if (g_str_has_prefix (words[n], name) && strchr ("=", words[n][strlen (name)]))
      return g_strdup (words[n] + strlen (name) + (words[n][strlen (name)] == '='));
  return NULL;
}

static bool
has_word (const char *name)
{
  g_autofree char *word = find_word (name);

  return word != NULL;
}

static size_t
get_number (const char *name, size_t otherwise)
{
  g_autofree char *word = find_word (name);

  return word ? (size_t) g_ascii_strtoull (word, NULL, 10) : otherwise;
}

static void *
open_device (const TrpDeviceOptions *options, GError **error)
{
  static const char *const faults[][2] = {
    { "no-driver", "No NVIDIA driver on this machine" },
    { "no-device", "The NVIDIA driver is there, but no device" },
    { "old-device", "The GPU GeForce GTX 1080 is too old (6.1, and 7.5 is the least)" },
    { "lost", "GeForce RTX 3060 failed while starting: unspecified launch failure (CUDA error "
              "719)" },
  };
  const TrpDeviceOptions plain = { .deterministic = true, .n_threads = options->n_threads };
  Fake *self;

  for (size_t n = 0; n < G_N_ELEMENTS (faults); n++)
    if (has_word (faults[n][0]))
      {
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, faults[n][1]);
        return NULL;
      }
  if (options->index > 1)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "There is no device %d, only 0 and 1",
                   options->index);
      return NULL;
    }
  if (options->precision == TRP_PRECISION_BF16)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "The GPU Fake has no bfloat16; use default or f16");
      return NULL;
    }
  self = g_new0 (Fake, 1);
  self->cpu = trp_backend_cpu.open (&plain, error);
  self->is_f16 = options->precision == TRP_PRECISION_F16;
  self->sizes = g_hash_table_new (NULL, NULL);
  self->free_bytes = get_number ("memory", TOTAL);
  self->room = get_number ("room", TOTAL);
  self->dies_at = (int) get_number ("dies", 0);
  self->mute_at = (int) get_number ("mute", 0);
  self->wrong = has_word ("wrong");
  self->is_nan = has_word ("nan");
  self->scaling = has_word ("scaling");
  return self;
}

static void
close_device (void *device)
{
  Fake *self = device;

  g_assert (self->taken == 0);
  trp_backend_cpu.close (self->cpu);
  g_hash_table_unref (self->sizes);
  g_free (self);
}

static void
get_info (void *device, TrpDeviceInfo *out_info)
{
  const Fake *self = device;

  *out_info = (TrpDeviceInfo){ .name = "Fake",
                               .total_bytes = TOTAL,
                               .free_bytes = self->free_bytes - MIN (self->taken, self->free_bytes),
                               .deterministic = true,
                               .loss_scaling = self->scaling };
  g_strlcpy (out_info->precision, self->is_f16 ? "float16" : "float32", sizeof out_info->precision);
}

static bool
check (const Fake *self, GError **error)
{
  if (!self->is_dead)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, "The GPU Fake has fallen off the bus");
  return false;
}

static size_t
tensor_bytes (void *device, const TrpTensor *tensor)
{
  return trp_backend_cpu.tensor_bytes (((Fake *) device)->cpu, tensor);
}

static void *
alloc (void *device, size_t bytes, GError **error)
{
  Fake *self = device;
  void *memory;

  if (!check (self, error))
    return NULL;
  if (self->taken + bytes > self->room)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "The GPU Fake has no %zu bytes", bytes);
      return NULL;
    }
  memory = trp_backend_cpu.alloc (self->cpu, bytes, error);
  self->taken += bytes;
  g_hash_table_insert (self->sizes, memory, GSIZE_TO_POINTER (bytes));
  return memory;
}

static void
free_memory (void *device, void *memory)
{
  Fake *self = device;

  self->taken -= GPOINTER_TO_SIZE (g_hash_table_lookup (self->sizes, memory));
  g_hash_table_remove (self->sizes, memory);
  trp_backend_cpu.free (self->cpu, memory);
}

static bool
upload (void *device, void *memory, const TrpTensor *tensor, const float *values, GError **error)
{
  Fake *self = device;

  return check (self, error) && trp_backend_cpu.upload (self->cpu, memory, tensor, values, error);
}

static bool
download (
  void *device, const void *memory, const TrpTensor *tensor, float *out_values, GError **error)
{
  Fake *self = device;

  self->is_dead |= self->mute_at > 0 && self->n_steps >= self->mute_at;
  return check (self, error) &&
         trp_backend_cpu.download (self->cpu, memory, tensor, out_values, error);
}

static bool
copy (void *device, void *to, const void *from, const TrpTensor *tensor, GError **error)
{
  Fake *self = device;

  return check (self, error) && trp_backend_cpu.copy (self->cpu, to, from, tensor, error);
}

static bool
clear (void *device, void *memory, const TrpTensor *tensor, GError **error)
{
  Fake *self = device;

  return check (self, error) && trp_backend_cpu.clear (self->cpu, memory, tensor, error);
}

static void *
compile (void *device, const TrpOpDesc *desc, size_t *out_workspace_bytes, GError **error)
{
  Fake *self = device;
  void *cpu = trp_backend_cpu.compile (self->cpu, desc, out_workspace_bytes, error);
  Kernel *kernel;

  if (!cpu)
    return NULL;
  kernel = g_new0 (Kernel, 1);
  kernel->cpu = cpu;
  kernel->kind = desc->kind;
  kernel->count = trp_shape_count (desc->outputs[0].shape);
  return kernel;
}

static void
free_kernel (void *device, void *data)
{
  Kernel *kernel = data;

  trp_backend_cpu.free_kernel (((Fake *) device)->cpu, kernel->cpu);
  g_free (kernel);
}

static bool
run (void *device, void *data, const TrpKernelArgs *args, GError **error)
{
  Fake *self = device;
  Kernel *kernel = data;
  float *y = args->outputs[0];

  if (!check (self, error) || !trp_backend_cpu.run (self->cpu, kernel->cpu, args, error))
    return false;
  if (kernel->kind == TRP_OP_conv && self->wrong)
    y[kernel->count / 2] += 1;
  if (kernel->kind == TRP_OP_conv && self->is_nan)
    y[0] = NAN;
  return true;
}

static bool
synchronize (void *device, GError **error)
{
  return check (device, error);
}

/* Kept as they are at this moment, handed out later. */
static void *
begin_read (void *device, int n, const void *const *memories, GError **error)
{
  Read *read;

  if (!check (device, error))
    return NULL;
  read = g_malloc0 (sizeof (Read) + (size_t) n * sizeof (float));
  read->n = n;
  for (int i = 0; i < n; i++)
    read->values[i] = *(const float *) memories[i];
  return read;
}

static bool
finish_read (void *device, void *data, float *out_values, GError **error)
{
  g_autofree Read *read = data;

  if (!out_values)
    return true;
  memcpy (out_values, read->values, (size_t) read->n * sizeof (float));
  return check (device, error);
}

static bool
end_step (void *device, const void *step, GError **error)
{
  Fake *self = device;

  if (++self->n_steps == self->dies_at)
    self->is_dead = true;
  return check (self, error);
}

G_MODULE_EXPORT const TrpBackend *trp_backend_module (void);

G_MODULE_EXPORT const TrpBackend *
trp_backend_module (void)
{
  static const TrpBackend other = { .abi = TRP_BACKEND_ABI + 1, .name = "cuda" };
  static const TrpBackend table = {
    .abi = TRP_BACKEND_ABI,
    .name = "cuda",
    .open = open_device,
    .close = close_device,
    .get_info = get_info,
    .tensor_bytes = tensor_bytes,
    .alloc = alloc,
    .free = free_memory,
    .upload = upload,
    .download = download,
    .copy = copy,
    .clear = clear,
    .compile = compile,
    .free_kernel = free_kernel,
    .run = run,
    .synchronize = synchronize,
    .begin_read = begin_read,
    .finish_read = finish_read,
    .end_step = end_step,
  };

  return has_word ("abi") ? &other : &table;
}
