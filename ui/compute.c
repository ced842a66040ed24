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
  TrpPrecision precision;
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

  if (self->probe)
    {
      trp_job_disconnect (self->probe);
      trp_job_unref (self->probe);
    }
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
trp_compute_get_precision (TrpCompute *self)
{
  return self->precision;
}

bool
trp_compute_get_deterministic (TrpCompute *self)
{
  return self->deterministic;
}

static bool
is_there (TrpCompute *self, const char *device)
{
  if (!self->devices || strcmp (device, "auto") == 0)
    return true;
  for (guint n = 0; n < self->devices->len; n++)
    if (strcmp (((const TrpDeviceEntry *) self->devices->pdata[n])->name, device) == 0)
      return true;
  return false;
}

void
trp_compute_set (TrpCompute *self, const char *device, TrpPrecision precision, bool deterministic)
{
  if (!is_there (self, device))
    device = "auto";
  if (strcmp (self->device, device) == 0 && self->precision == precision &&
      self->deterministic == deterministic)
    return;
  g_free (self->device);
  self->device = g_strdup (device);
  self->precision = precision;
  self->deterministic = deterministic;
  g_signal_emit (self, changed, 0);
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
  if (!is_there (self, self->device))
    {
      g_free (self->device);
      self->device = g_strdup ("auto");
    }
  g_signal_emit (self, changed, 0);
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
