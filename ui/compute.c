/* compute.c - see compute.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/compute.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TrpCompute
{
  GObject parent_instance;

  char *device;
  TrpPrecision precisions[TRP_COMPUTE_USES];
  bool deterministic;
  GPtrArray *devices;
  char *note;
  TrpJob *probe; /* under way */
};

static guint changed;

G_DEFINE_FINAL_TYPE (TrpCompute, trp_compute, G_TYPE_OBJECT)

static void
trp_compute_finalize (GObject *object)
{
  TrpCompute *self = TRP_COMPUTE (object);

  g_clear_pointer (&self->probe, trp_job_abandon);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_free (self->device);
  g_free (self->note);
  G_OBJECT_CLASS (trp_compute_parent_class)->finalize (object);
}

static void
trp_compute_class_init (TrpComputeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trp_compute_finalize;
  changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                          NULL, G_TYPE_NONE, 0);
}

static void
trp_compute_init (TrpCompute *self)
{
  self->device = g_strdup ("auto");
  self->note = g_strdup ("");
}

TrpCompute *
trp_compute_get (TrpDocument *document)
{
  TrpCompute *self = g_object_get_data (G_OBJECT (document), "compute");

  if (!self)
    {
      self = g_object_new (TRP_TYPE_COMPUTE, NULL);
      g_object_set_data_full (G_OBJECT (document), "compute", self, g_object_unref);
    }
  return self;
}

const char *
trp_compute_get_device (TrpCompute *self)
{
  return self->device;
}

TrpPrecision
trp_compute_get_precision (TrpCompute *self, TrpComputeUse use)
{
  return self->precisions[use];
}

bool
trp_compute_get_deterministic (TrpCompute *self)
{
  return self->deterministic;
}

static const TrpDeviceEntry *
find_entry (TrpCompute *self, const char *device)
{
  if (!self->devices)
    return NULL;
  if (strcmp (device, "auto") == 0)
    return self->devices->pdata[0];
  for (guint n = 0; n < self->devices->len; n++)
    if (strcmp (((const TrpDeviceEntry *) self->devices->pdata[n])->name, device) == 0)
      return self->devices->pdata[n];
  return NULL;
}

const TrpDeviceEntry *
trp_compute_peek_entry (TrpCompute *self)
{
  return find_entry (self, self->device);
}

/* Takes back what is known not to work. */
static void
correct (TrpCompute *self)
{
  const TrpDeviceEntry *entry;

  if (!self->devices)
    return;
  if (!find_entry (self, self->device))
    {
      g_free (self->device);
      self->device = g_strdup ("auto");
    }
  entry = trp_compute_peek_entry (self);
  for (int use = 0; use < TRP_COMPUTE_USES; use++)
    if (!(use == TRP_COMPUTE_TRAIN ? entry->trains : entry->infers)[self->precisions[use]])
      self->precisions[use] = TRP_PRECISION_DEFAULT;
}

static void
take (TrpCompute *self)
{
  correct (self);
  g_signal_emit (self, changed, 0);
}

void
trp_compute_set_device (TrpCompute *self, const char *device)
{
  if (strcmp (self->device, device) == 0)
    return;
  g_free (self->device);
  self->device = g_strdup (device);
  take (self);
}

void
trp_compute_set_precision (TrpCompute *self, TrpComputeUse use, TrpPrecision precision)
{
  if (self->precisions[use] == precision)
    return;
  self->precisions[use] = precision;
  take (self);
}

void
trp_compute_set_deterministic (TrpCompute *self, bool deterministic)
{
  if (self->deterministic == deterministic)
    return;
  self->deterministic = deterministic;
  take (self);
}

/* ---- what this machine has ---- */

typedef struct
{
  GPtrArray *devices;
  char *note;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->devices, g_ptr_array_unref);
  g_free (found->note);
  g_free (found);
}

static void *
run_probe (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Found *found = g_new0 (Found, 1);

  found->devices = trp_device_list (&found->note);
  return found;
}

static void
on_probed (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpCompute *self = user_data;
  Found *found = result;

  g_clear_pointer (&self->probe, trp_job_unref);
  if (!found)
    return;
  self->devices = g_steal_pointer (&found->devices);
  g_free (self->note);
  self->note = g_steal_pointer (&found->note);
  found_free (found);
  take (self);
}

void
trp_compute_probe (TrpCompute *self)
{
  static const TrpJobClass klass = { .run = run_probe,
                                     .done = on_probed,
                                     .free_result = found_free };

  if (!self->devices && !self->probe)
    self->probe = trp_job_start (&klass, _ ("Devices"), NULL, self);
}

GPtrArray *
trp_compute_peek_devices (TrpCompute *self)
{
  return self->devices;
}

const char *
trp_compute_get_note (TrpCompute *self)
{
  return self->note;
}
