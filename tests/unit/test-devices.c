/* test-devices.c - which device a name means, on machines with and without a GPU
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/device-choice.h"
#include "core/nn/self-test.h"
#include "tests/lib/check.h"
#include "tests/lib/fake-gpu.h"

#include <string.h>

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *f, const void *data)
{
  f->folder = trp_test_make_folder ();
}

static void
tear_down (Fixture *f, const void *data)
{
  trp_fake_gpu_remove ();
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
}

static void
assert_one_sentence (const char *text)
{
  g_test_message ("%s", text);
  g_assert_null (strchr (text, '\n'));
  g_assert_false (g_str_has_suffix (text, "."));
}

/* What @name gives: the table's name, and the note. */
static void
assert_chosen (const char *name, const char *backend, const char *note)
{
  const TrpDeviceOptions options = { .n_threads = 2 };
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = trp_device_choose (name, &options, &text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trp_device_get_backend (device)->name, ==, backend);
  assert_one_sentence (text);
  g_assert_cmpstr (text, ==, note);
}

static void
assert_refused (const char *name, const TrpDeviceOptions *options, int code, const char *message)
{
  char *note = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_device_choose (name, options, &note, &error));
  g_assert_null (note);
  g_assert_error (error, TRP_ERROR, code);
  assert_one_sentence (error->message);
  g_assert_cmpstr (error->message, ==, message);
}

#define WHAT_TO_DO "; choose the device cpu or auto to compute without CUDA"

/* Without a working GPU "auto" is the CPU and says why; "cuda" is an error with the same reason. */
static void
assert_declined (const char *reason, const char *embedded)
{
  g_autofree char *note = g_strconcat ("CPU, 2 threads: ", embedded, NULL);
  g_autofree char *message = g_strconcat (reason, WHAT_TO_DO, NULL);

  assert_chosen ("auto", "cpu", note);
  assert_refused ("cuda", NULL, TRP_ERROR_DEVICE, message);
}

static void
test_without_a_module (Fixture *f, const void *data)
{
  trp_fake_gpu_remove ();
  assert_declined ("No CUDA module is installed", "no CUDA module is installed");
  assert_chosen ("cpu", "cpu", "CPU, 2 threads");
}

static void
test_not_loadable (Fixture *f, const void *data)
{
  g_autofree char *text = NULL, *note = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = NULL;

  trp_fake_gpu_install_broken (f->folder, "no library at all, though longer than a header is");
  g_assert_null (trp_device_choose ("cuda", NULL, &text, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  assert_one_sentence (error->message);
  g_assert_true (g_str_has_prefix (error->message, "The CUDA module cannot be loaded ("));
  g_assert_true (g_str_has_suffix (error->message, WHAT_TO_DO));
  g_assert_nonnull (strstr (error->message, "libtriptych-gpu.so"));
  device = trp_device_choose ("auto", NULL, &note, NULL);
  g_assert_cmpstr (trp_device_get_backend (device)->name, ==, "cpu");
  g_assert_nonnull (strstr (note, ": the CUDA module cannot be loaded ("));
}

static void
test_no_module_of_ours (Fixture *f, const void *data)
{
  g_autofree char *reason = g_strdup_printf (
    "The file %s/modules/libtriptych-gpu.so is no module of Triptych", f->folder);
  g_autofree char *embedded = g_strdup (reason);

  embedded[0] = 't';
  trp_fake_gpu_install_broken (f->folder, NULL);
  assert_declined (reason, embedded);
}

static void
test_another_version (Fixture *f, const void *data)
{
  g_autofree char *reason = g_strdup_printf (
    "The CUDA module was built for another version of Triptych (%d instead of %d)",
    TRP_BACKEND_ABI + 1, TRP_BACKEND_ABI);
  g_autofree char *embedded = g_strdup (reason);

  embedded[0] = 't';
  trp_fake_gpu_install (f->folder, "abi");
  assert_declined (reason, embedded);
}

/* A sentence that begins with a name keeps its capital. */
static void
test_a_name_keeps_its_capital (Fixture *f, const void *data)
{
  trp_fake_gpu_install (f->folder, "lost");
  assert_declined ("GeForce RTX 3060 failed while starting: unspecified launch failure (CUDA error "
                   "719)",
                   "GeForce RTX 3060 failed while starting: unspecified launch failure (CUDA error "
                   "719)");
}

/* What the module itself finds; then what its convolutions are worth. */
static void
test_declines (Fixture *f, const void *data)
{
  static const char *const cases[][3] = {
    { "no-driver", "No NVIDIA driver on this machine", "no NVIDIA driver on this machine" },
    { "no-device", "The NVIDIA driver is there, but no device",
      "the NVIDIA driver is there, but no device" },
    { "old-device", "The GPU GeForce GTX 1080 is too old (6.1, and 7.5 is the least)",
      "the GPU GeForce GTX 1080 is too old (6.1, and 7.5 is the least)" },
    { "nan", "The device computes wrongly (a test convolution gives no numbers)",
      "the device computes wrongly (a test convolution gives no numbers)" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      trp_fake_gpu_install (f->folder, cases[n][0]);
      assert_declined (cases[n][1], cases[n][2]);
    }
}

/* One element of many that is off by a few percent is enough. */
static void
test_declines_what_computes_wrongly (Fixture *f, const void *data)
{
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;

  trp_fake_gpu_install (f->folder, "wrong");
  g_assert_null (trp_device_choose ("cuda", NULL, &note, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  g_assert_true (g_str_has_prefix (error->message, "The device computes wrongly (a test "
                                                   "convolution is off by 0."));
}

static void
test_a_sound_device_is_taken (Fixture *f, const void *data)
{
  trp_fake_gpu_install (f->folder, "");
  assert_chosen ("auto", "cuda", "Fake, float32");
  assert_chosen ("cuda", "cuda", "Fake, float32");
  assert_chosen ("cuda:1", "cuda", "Fake, float32");
  assert_chosen ("cpu", "cpu", "CPU, 2 threads");
  assert_refused ("cuda:2", NULL, TRP_ERROR_DEVICE,
                  "There is no device 2, only 0 and 1" WHAT_TO_DO);
}

/* Asked for and not there: never silently something else. */
static void
test_precisions (Fixture *f, const void *data)
{
  const TrpDeviceOptions bf16 = { .precision = TRP_PRECISION_BF16 };
  TrpPrecision precision = TRP_PRECISION_DEFAULT;
  g_autoptr (GError) error = NULL;

  trp_fake_gpu_install (f->folder, "");
  assert_refused ("cuda", &bf16, TRP_ERROR_UNSUPPORTED,
                  "The GPU Fake has no bfloat16; use default or f16");
  assert_refused ("auto", &bf16, TRP_ERROR_UNSUPPORTED,
                  "The GPU Fake has no bfloat16; use default or f16");
  g_assert_true (trp_precision_parse ("strict", &precision, NULL));
  g_assert_cmpint (precision, ==, TRP_PRECISION_STRICT);
  g_assert_false (trp_precision_parse ("half", &precision, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

static void
test_unknown_names (Fixture *f, const void *data)
{
  static const char *const names[] = { "",        "gpu",     "cudaX",   "cuda:", "cuda:-1",
                                       "cuda:16", "cuda:1x", "cuda: 1", "CPU",   "cpu:0" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *message = g_strdup_printf (
        "There is no device \"%s\"; use auto, cpu, cuda or cuda:N", names[n]);
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_device_check_name (names[n], &error));
      g_assert_cmpstr (error->message, ==, message);
      assert_refused (names[n], NULL, TRP_ERROR_UNSUPPORTED, message);
    }
}

static void
assert_list (const char *const *expected, const char *note_begin)
{
  g_autofree char *note = NULL;
  g_autoptr (GPtrArray) entries = trp_device_list (&note);

  for (guint n = 0; n < entries->len; n++)
    {
      const TrpDeviceEntry *entry = entries->pdata[n];

      g_assert_cmpstr (entry->name, ==, expected[n]);
      g_assert_cmpstr (entry->title, !=, "");
      g_assert_cmpstr (entry->precision, ==, "float32");
      g_assert_true (entry->trains[TRP_PRECISION_STRICT]);
      g_assert_true (entry->infers[TRP_PRECISION_F16] == (strcmp (entry->name, "cpu") != 0));
      g_assert_true (entry->trains[TRP_PRECISION_F16] == (strcmp (entry->name, "cpu") != 0));
      g_assert_false (entry->trains[TRP_PRECISION_BF16]);
    }
  g_assert_null (expected[entries->len]);
  g_test_message ("%s", note);
  g_assert_true (g_str_has_prefix (note, note_begin));
}

static void
test_list (Fixture *f, const void *data)
{
  trp_fake_gpu_install (f->folder, "");
  assert_list ((const char *const[]){ "cuda:0", "cuda:1", "cpu", NULL }, "Fake, float32");
  trp_fake_gpu_install (f->folder, "no-driver");
  assert_list ((const char *const[]){ "cpu", NULL }, "CPU, ");
}

/* Both back ends of this program, and in both of the CPU's precisions. */
static void
test_own_back_ends_pass (void)
{
  const struct
  {
    const TrpBackend *table;
    TrpPrecision precision;
  } cases[] = { { &trp_backend_reference, TRP_PRECISION_DEFAULT },
                { &trp_backend_cpu, TRP_PRECISION_DEFAULT },
                { &trp_backend_cpu, TRP_PRECISION_STRICT },
                { &trp_backend_cpu, TRP_PRECISION_BF16 } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpDeviceOptions options = { .precision = cases[n].precision };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpDevice) device = trp_device_open (cases[n].table, &options, &error);
      const gint64 start = g_get_monotonic_time ();

      g_assert_no_error (error);
      g_assert_true (trp_device_test (device, &error));
      g_assert_no_error (error);
      g_test_message ("%s: %.1f ms", cases[n].table->name,
                      (double) (g_get_monotonic_time () - start) / 1000);
    }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/devices/without-a-module", test_without_a_module);
  ADD ("/devices/not-loadable", test_not_loadable);
  ADD ("/devices/no-module-of-ours", test_no_module_of_ours);
  ADD ("/devices/another-version", test_another_version);
  ADD ("/devices/a-name-keeps-its-capital", test_a_name_keeps_its_capital);
  ADD ("/devices/declines", test_declines);
  ADD ("/devices/declines-what-computes-wrongly", test_declines_what_computes_wrongly);
  ADD ("/devices/a-sound-device-is-taken", test_a_sound_device_is_taken);
  ADD ("/devices/precisions", test_precisions);
  ADD ("/devices/unknown-names", test_unknown_names);
  ADD ("/devices/list", test_list);
  g_test_add_func ("/devices/own-back-ends-pass", test_own_back_ends_pass);
  return g_test_run ();
}
