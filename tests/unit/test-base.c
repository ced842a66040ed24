/* test-base.c - random numbers, bounded reading, parallel loops, progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/base/reader.h"
#include "core/base/rng.h"
#include "tests/lib/check.h"

#include <math.h>
#include <stdlib.h>

/* Known answers of Philox 4x32-10 published with the authors' Random123 library (kat_vectors). */
static void
rng_known_answers (void)
{
  static const struct
  {
    uint64_t seed, stream, block;
    uint32_t words[4];
  } cases[] = {
    { 0, 0, 0, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { UINT64_MAX, UINT64_MAX, UINT64_MAX, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { 0x299f31d0a4093822,
      0x0370734413198a2e,
      0x85a308d3243f6a88,
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      uint32_t words[4];

      trp_rng_block (cases[n].seed, cases[n].stream, cases[n].block, words);
      for (int w = 0; w < 4; w++)
        g_assert_cmphex (words[w], ==, cases[n].words[w]);
    }
}

static void
rng_moments (void)
{
  TrpRng rng = trp_rng_new (7, 1);
  const int n = 100000;
  double sum = 0, squares = 0, uniform = 0;

  for (int i = 0; i < n; i++)
    {
      const double x = trp_rng_normal (&rng, 2, 3), u = trp_rng_uniform (&rng, -1, 1);

      g_assert_true (u >= -1 && u < 1);
      sum += x;
      squares += (x - 2) * (x - 2);
      uniform += u;
    }
  /* five standard errors each */
  trp_assert_near (sum / n, 2, 5 * 3 / sqrt (n));
  trp_assert_near (squares / n, 9, 5 * 9 * sqrt (2.0 / n));
  trp_assert_near (uniform / n, 0, 5 * sqrt (1.0 / 3 / n));
}

static void
rng_resumes (void)
{
  TrpRng rng = trp_rng_new (1, 2), copy;

  for (int i = 0; i < 10; i++)
    (void) trp_rng_normal (&rng, 0, 1);
  g_assert_cmpuint (rng.index, ==, 10);
  copy = (TrpRng){ .seed = 1, .stream = 2, .index = 10 };
  g_assert_cmpuint (trp_rng_u32 (&rng), ==, trp_rng_u32 (&copy));
}

static void
rng_below_stays_below (void)
{
  TrpRng rng = trp_rng_new (3, 0);
  int counts[5] = { 0 };

  for (int i = 0; i < 5000; i++)
    {
      const uint32_t n = trp_rng_below (&rng, 5);

      g_assert_cmpuint (n, <, 5);
      counts[n]++;
    }
  for (int n = 0; n < 5; n++)
    trp_assert_near (counts[n], 1000, 5 * sqrt (5000 * 0.2 * 0.8));
}

static void
reader_both_byte_orders (void)
{
  static const uint8_t bytes[] = { 0x12, 0x34, 0x56, 0x78, 0x40, 0x49, 0x0f, 0xdb };
  TrpReader big = trp_reader_new (bytes, sizeof bytes, true);
  TrpReader little = trp_reader_new (bytes, sizeof bytes, false);

  g_assert_cmphex (trp_reader_u16 (&big), ==, 0x1234);
  g_assert_cmphex (trp_reader_u16 (&big), ==, 0x5678);
  trp_assert_near ((double) trp_reader_f32 (&big), G_PI, 1e-7);
  g_assert_cmphex (trp_reader_u32 (&little), ==, 0x78563412);
  g_assert_false (big.failed || little.failed);
}

static void
reader_stops_at_the_end (void)
{
  static const uint8_t bytes[3] = { 1, 2, 3 };
  TrpReader reader = trp_reader_new (bytes, sizeof bytes, false);

  g_assert_cmpuint (trp_reader_u32 (&reader), ==, 0);
  g_assert_true (reader.failed);
  g_assert_null (trp_reader_bytes (&reader, 1)); /* stays failed */
  reader = trp_reader_new (bytes, sizeof bytes, false);
  trp_reader_skip (&reader, 3);
  g_assert_false (reader.failed);
  trp_reader_skip (&reader, SIZE_MAX); /* no wrap-around */
  g_assert_true (reader.failed);
  reader = trp_reader_new (bytes, sizeof bytes, false);
  g_assert_false (trp_reader_seek (&reader, 4));
}

static void
count_items (size_t begin, size_t end, void *data)
{
  int *items = data;

  for (size_t n = begin; n < end; n++)
    items[n]++;
}

static void
parallel_visits_each_item_once (void)
{
  for (int n_threads = 1; n_threads <= 8; n_threads *= 2)
    for (size_t n = 0; n < 100; n += 33)
      {
        g_autofree int *items = g_new0 (int, n + 1);

        trp_parallel_set_threads (n_threads);
        trp_parallel_for (n, 7, count_items, items);
        for (size_t i = 0; i < n; i++)
          g_assert_cmpint (items[i], ==, 1);
        g_assert_cmpint (items[n], ==, 0);
      }
  trp_parallel_set_threads (0);
}

/* Siblings as the kernel writes them: none; 0 and 2, 1 and 3; two sockets of 0-1 and 2-3, where the
 * last has no file. */
static void
parallel_counts_cores (void)
{
  static const struct
  {
    const char *siblings[4];
    unsigned allowed; /* bits */
    int cores;
  } cases[] = {
    { { "0\n", "1\n", "2\n", "3\n" }, 0xf, 4 },
    { { "0,2\n", "1,3\n", "0,2\n", "1,3\n" }, 0xf, 2 },
    { { "0,2\n", "1,3\n", "0,2\n", "1,3\n" }, 0x3, 2 },
    { { "0,2\n", "1,3\n", "0,2\n", "1,3\n" }, 0x5, 1 },
    { { "0-1\n", "0-1\n", "2-3\n", NULL }, 0xf, 3 },
    { { "0-1\n", "0-1\n", "2-3\n", "2-3\n" }, 0xe, 2 },
    { { NULL, NULL, NULL, NULL }, 0xf, 4 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = trp_test_make_folder ();
      cpu_set_t allowed;

      CPU_ZERO (&allowed);
      for (int cpu = 0; cpu < 4; cpu++)
        {
          g_autofree char *topology = g_strdup_printf ("%s/cpu%d/topology", folder, cpu);
          g_autofree char *path = g_build_filename (topology, "thread_siblings_list", NULL);

          if (cases[i].allowed >> cpu & 1)
            CPU_SET (cpu, &allowed);
          g_assert_cmpint (g_mkdir_with_parents (topology, 0700), ==, 0);
          g_assert_true (!cases[i].siblings[cpu] ||
                         g_file_set_contents (path, cases[i].siblings[cpu], -1, NULL));
        }
      g_assert_cmpint (trp_parallel_count_cores (folder, &allowed), ==, cases[i].cores);
      trp_test_remove_folder (folder);
    }
}

/* lscpu counts on its own; it knows nothing of an affinity mask, nproc does. */
static void
parallel_default_is_cores (void)
{
  static const char script[] =
    "test -z \"$OMP_NUM_THREADS\" && lscpu -p=CPU,CORE,SOCKET >/dev/null 2>&1 && "
    "test \"$(nproc)\" = \"$(lscpu -p=CPU | grep -vc '#')\" && "
    "lscpu -p=CORE,SOCKET | grep -v '#' | sort -u | wc -l";
  const char *const argv[] = { "sh", "-c", script, NULL };
  g_autofree char *text = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text,
                               NULL, NULL, NULL));
  if (!*text)
    g_test_skip ("no lscpu, or not all CPUs are ours");
  else
    g_assert_cmpint (trp_parallel_get_threads (), ==, atoi (text));
}

static void
note_fraction (double fraction, const char *text, void *data)
{
  *(double *) data = fraction;
}

static void
progress_parts_and_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  double seen = -1;
  TrpProgress whole = {
    .func = note_fraction, .data = &seen, .cancellable = cancellable, .begin = 0, .end = 1
  };
  TrpProgress half = trp_progress_part (&whole, 0.5, 1);
  TrpProgress quarter = trp_progress_part (&half, 0.5, 1);

  g_assert_true (trp_progress_step (&quarter, 1, NULL, &error));
  trp_assert_near (seen, 1, 1e-12);
  quarter.last_us = 0;
  g_assert_true (trp_progress_step (&quarter, 0, NULL, &error));
  trp_assert_near (seen, 0.75, 1e-12);
  g_assert_true (trp_progress_step (NULL, 0.1, NULL, &error));
  g_cancellable_cancel (cancellable);
  g_assert_false (trp_progress_step (&quarter, 0.5, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A parser that recurses would overflow its stack. */
static void
json_refuses_what_is_deep (void)
{
  g_autoptr (GString) lists = g_string_new (NULL), objects = g_string_new (NULL);
  g_autoptr (JsonNode) node = trp_json_parse ("[{\"a\": [1, 2]}, [[[\"b\"]]]]");

  for (int n = 0; n < 200000; n++)
    {
      g_string_append_c (lists, '[');
      g_string_append (objects, "{\"a\":");
    }
  g_assert_null (trp_json_parse (lists->str));
  g_assert_null (trp_json_parse (objects->str));
  g_assert_null (trp_json_parse ("[1"));
  g_assert_true (node && JSON_NODE_HOLDS_ARRAY (node));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/rng/known-answers", rng_known_answers);
  g_test_add_func ("/base/rng/moments", rng_moments);
  g_test_add_func ("/base/rng/resumes", rng_resumes);
  g_test_add_func ("/base/rng/below-stays-below", rng_below_stays_below);
  g_test_add_func ("/base/reader/both-byte-orders", reader_both_byte_orders);
  g_test_add_func ("/base/reader/stops-at-the-end", reader_stops_at_the_end);
  g_test_add_func ("/base/parallel/visits-each-item-once", parallel_visits_each_item_once);
  g_test_add_func ("/base/parallel/counts-cores", parallel_counts_cores);
  g_test_add_func ("/base/parallel/default-is-cores", parallel_default_is_cores);
  g_test_add_func ("/base/json/refuses-what-is-deep", json_refuses_what_is_deep);
  g_test_add_func ("/base/progress/parts-and-cancel", progress_parts_and_cancel);
  return g_test_run ();
}
