/* device-choice.c - see device-choice.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/device-choice.h"

#include "core/base/parallel.h"
#include "core/nn/module.h"
#include "core/nn/self-test.h"

#include <string.h>

#define MAX_DEVICES 16

bool
trp_precision_parse (const char *text, TrpPrecision *out_precision, GError **error)
{
  static const char *const names[] = { "default", "strict", "bf16", "f16" };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *out_precision = (TrpPrecision) i;
        return true;
      }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "There is no precision \"%s\"; use default, strict, bf16 or f16", text);
  return false;
}

bool
trp_device_is_host (const TrpDevice *device)
{
  const TrpBackend *table = trp_device_get_backend (device);

  return table == &trp_backend_cpu || table == &trp_backend_reference;
}

/* "cuda" or "cuda:N" */
static bool
parse_index (const char *name, int *out_index)
{
  guint64 index = 0;

  if (strcmp (name, "cuda") != 0 &&
      (!g_str_has_prefix (name, "cuda:") ||
       !g_ascii_string_to_unsigned (name + strlen ("cuda:"), 10, 0, MAX_DEVICES - 1, &index, NULL)))
    return false;
  *out_index = (int) index;
  return true;
}

static TrpDevice *
open_tested (const TrpBackend *table, const TrpDeviceOptions *options, GError **error)
{
  g_autoptr (TrpDevice) device = trp_device_open (table, options, error);

  return device && trp_device_test (device, error) ? g_steal_pointer (&device) : NULL;
}

static TrpDevice *
open_cuda (const TrpDeviceOptions *options, int index, GError **error)
{
  const TrpBackend *table = trp_module_load (error);
  TrpDeviceOptions indexed = *options;

  indexed.index = index;
  return table ? open_tested (table, &indexed, error) : NULL;
}

/* Name, precision, and what the device itself has to say. */
static char *
describe (const TrpDevice *device)
{
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  return g_strdup_printf ("%s, %s%s%s", info.name, info.precision, *info.note ? ": " : "",
                          info.note);
}

/* A reason inside a sentence: "No driver" becomes "no driver", "GeForce" and "CUDA" stay. */
static char *
embed (const char *reason)
{
  static const char *const words[] = { "A ", "No ", "The ", "There ", "This " };
  char *text = g_strdup (reason);

  for (size_t n = 0; n < G_N_ELEMENTS (words); n++)
    if (g_str_has_prefix (text, words[n]))
      text[0] = g_ascii_tolower (text[0]);
  return text;
}

/* @info: (nullable): float32 goes without saying */
static char *
describe_cpu (const TrpDeviceOptions *options, const TrpDeviceInfo *info, const char *reason)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const int n = options->n_threads > 0 ? options->n_threads : trp_parallel_get_threads ();

  g_string_printf (text, n == 1 ? "CPU, %d thread" : "CPU, %d threads", n);
  if (info && strcmp (info->precision, "float32") != 0)
    g_string_append_printf (text, ", %s", info->precision);
  if (reason)
    {
      g_autofree char *embedded = embed (reason);

      g_string_append_printf (text, ": %s", embedded);
    }
  if (info && *info->note)
    g_string_append_printf (text, "; %s", info->note);
  return g_strdup (text->str);
}

/* @reason: (nullable): why it is not something faster */
static TrpDevice *
open_cpu (const TrpDeviceOptions *options, const char *reason, char **out_note, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  TrpDevice *device = open_tested (&trp_backend_cpu, options, &refusal);
  TrpDeviceInfo info;

  if (!device)
    {
      g_autofree char *embedded = embed (refusal->message);

      g_set_error (error, TRP_ERROR, refusal->code, "%s%s%s", reason ? reason : "",
                   reason ? ", and " : "", reason ? embedded : refusal->message);
      return NULL;
    }
  trp_device_get_info (device, &info);
  *out_note = describe_cpu (options, &info, reason);
  return device;
}

static TrpDevice *
choose_best (const TrpDeviceOptions *options, char **out_note, GError **error)
{
  g_autoptr (GError) reason = NULL;
  TrpDevice *device = open_cuda (options, 0, &reason);

  if (device)
    {
      *out_note = describe (device);
      return device;
    }
  if (g_error_matches (reason, TRP_ERROR, TRP_ERROR_UNSUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  return open_cpu (options, reason->message, out_note, error);
}

static TrpDevice *
choose_cuda (const TrpDeviceOptions *options, int index, char **out_note, GError **error)
{
  g_autoptr (GError) reason = NULL;
  TrpDevice *device = open_cuda (options, index, &reason);

  if (device)
    *out_note = describe (device);
  else if (g_error_matches (reason, TRP_ERROR, TRP_ERROR_UNSUPPORTED))
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE,
                 "%s; choose the device cpu or auto to compute without CUDA", reason->message);
  return device;
}

bool
trp_device_check_name (const char *name, GError **error)
{
  static const char *const words[] = { "auto", "cpu", "reference", NULL };
  int index;

  if (g_strv_contains (words, name) || parse_index (name, &index))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "There is no device \"%s\"; use auto, cpu, cuda or cuda:N", name);
  return false;
}

TrpDevice *
trp_device_choose (const char *name,
                   const TrpDeviceOptions *options,
                   char **out_note,
                   GError **error)
{
  static const TrpDeviceOptions defaults = { .deterministic = true };
  int index;

  g_return_val_if_fail (name && out_note, NULL);
  if (!trp_device_check_name (name, error))
    return NULL;
  if (!options)
    options = &defaults;
  if (strcmp (name, "auto") == 0)
    return choose_best (options, out_note, error);
  if (strcmp (name, "cpu") == 0)
    return open_cpu (options, NULL, out_note, error);
  if (parse_index (name, &index))
    return choose_cuda (options, index, out_note, error);
  *out_note = g_strdup ("Reference device: plain C in double, slow");
  return trp_device_open (&trp_backend_reference, options, error);
}

void
trp_device_entry_free (TrpDeviceEntry *entry)
{
  g_free (entry->name);
  g_free (entry->title);
  g_free (entry->precision);
  g_free (entry);
}

/* Opened and computing in what was asked for; a CPU falls back to float32. */
static bool
can_compute (const TrpBackend *table, int index, TrpPrecision precision)
{
  static const char *const names[TRP_PRECISIONS] = { NULL, NULL, "bfloat16", "float16" };
  const TrpDeviceOptions options = { .index = index, .precision = precision };
  g_autoptr (TrpDevice) device = trp_device_open (table, &options, NULL);
  TrpDeviceInfo info;

  if (!device)
    return false;
  trp_device_get_info (device, &info);
  return !names[precision] || strcmp (info.precision, names[precision]) == 0;
}

/* @table: of a device that passed its test. Takes the strings. */
static void
add_entry (GPtrArray *entries,
           const TrpBackend *table,
           int index,
           const char *precision,
           char *name,
           char *title)
{
  TrpDeviceEntry *entry = g_new0 (TrpDeviceEntry, 1);
  const bool is_host = table == &trp_backend_cpu;

  entry->name = name;
  entry->title = title;
  entry->precision = g_strdup (precision);
  for (int p = TRP_PRECISION_DEFAULT; p < TRP_PRECISIONS; p++)
    {
      const bool is_float32 = p == TRP_PRECISION_DEFAULT || p == TRP_PRECISION_STRICT;

      entry->infers[p] = is_float32 || can_compute (table, index, (TrpPrecision) p);
      entry->trains[p] = is_float32 || (entry->infers[p] && !is_host);
    }
  g_ptr_array_add (entries, entry);
}

GPtrArray *
trp_device_list (char **out_note)
{
  static const TrpDeviceOptions options = { .deterministic = false };
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_device_entry_free);
  g_autoptr (GError) reason = NULL;
  g_autoptr (TrpDevice) device = NULL;
  char *note = NULL;

  for (int index = 0; index < MAX_DEVICES; index++)
    {
      TrpDeviceInfo info;

      g_clear_pointer (&device, trp_device_unref);
      device = open_cuda (&options, index, index == 0 ? &reason : NULL);
      if (!device)
        break;
      trp_device_get_info (device, &info);
      add_entry (entries, trp_device_get_backend (device), index, info.precision,
                 g_strdup_printf ("cuda:%d", index), g_strdup (info.name));
      if (index == 0)
        note = describe (device);
    }
  add_entry (entries, &trp_backend_cpu, 0, "float32", g_strdup ("cpu"),
             describe_cpu (&options, NULL, NULL));
  *out_note = note ? note : describe_cpu (&options, NULL, reason->message);
  return entries;
}
