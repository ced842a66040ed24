/* test-cli.c - what scripts rely on: exit statuses, one line on standard error, strict output
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path; /* 4 x 3 x 2 voxels, 3 frames: frame f holds f + 1 in its first voxel, else 0 */
} Fixture;

static char *
write_file (const Fixture *fixture, const char *name, GByteArray *bytes)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

static void
set_up (Fixture *fixture, const void *data)
{
  TrpTestNifti header = trp_test_nifti ();
  int16_t voxels[3 * 24] = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  for (int frame = 0; frame < 3; frame++)
    voxels[24 * frame] = (int16_t) (frame + 1);
  header.dim[0] = 4;
  header.dim[4] = 3;
  bytes = trp_test_nifti_write (&header, voxels, sizeof voxels);
  fixture->folder = trp_test_make_folder ();
  fixture->path = write_file (fixture, "four.nii", bytes);
}

static void
tear_down (Fixture *fixture, const void *data)
{
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_one_line (const char *text)
{
  g_assert_cmpuint (strlen (text), >, 1);
  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
}

static void
frames_count_from_zero_in_every_verb (Fixture *fixture, const void *data)
{
  g_autofree char *picture = g_build_filename (fixture->folder, "x.png", NULL);
  const char *const verbs[][8] = {
    { "info", fixture->path, "--frame", "-1" },
    { "convert", fixture->path, picture, "--frame", "-2" },
    { "metrics", fixture->path, fixture->path, "--frame", "-1" },
    { "similarity", fixture->path, fixture->path, "--frame", "-1" },
    { "render", fixture->path, "--out", picture, "--frame", "-1" },
    { "synthesize", "none", fixture->path, picture, "--frame", "-1" },
    { "segment", "none", fixture->path, picture, "--frame", "-1" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (verbs); n++)
    {
      g_autofree char *out = NULL;
      g_autofree char *error = NULL;

      g_assert_cmpint (trp_test_run_cli (verbs[n], &out, &error), ==, 2);
      g_assert_cmpstr (out, ==, "");
      assert_one_line (error);
      g_assert_nonnull (strstr (error, "--frame"));
    }
}

static void
metrics_and_similarity_take_a_frame (Fixture *fixture, const void *data)
{
  const char *const metrics[] = { "metrics", fixture->path, fixture->path, "--frame",
                                  "2",       "--json",      NULL };
  const char *const similarity[] = { "similarity", fixture->path, fixture->path, "--frame",
                                     "1",          "--json",      NULL };
  const char *const missing[] = { "metrics", fixture->path, fixture->path, "--frame", "3", NULL };
  g_autofree char *out = NULL;
  g_autofree char *range = NULL;
  g_autofree char *error = NULL;

  g_assert_cmpint (trp_test_run_cli (metrics, &out, NULL), ==, 0);
  g_assert_true (g_str_has_prefix (out, "{\"labels\":{\"3\":{")); /* frame 2 holds label 3 alone */
  g_assert_cmpint (trp_test_run_cli (similarity, &range, NULL), ==, 0);
  g_assert_true (g_str_has_prefix (range, "{\"data_range\":2.0,"));
  g_assert_cmpint (trp_test_run_cli (missing, NULL, &error), ==, 1);
  assert_one_line (error);
}

static void
one_line_whatever_the_file_is_called (Fixture *fixture, const void *data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *path = NULL;
  g_autofree char *error = NULL;

  g_byte_array_append (bytes, (const uint8_t *) "no image", 8);
  path = write_file (fixture, "two\nlines %s.nii", bytes);
  g_assert_cmpint (trp_test_run_cli ((const char *const[]){ "info", path, NULL }, NULL, &error), ==,
                   1);
  assert_one_line (error);
}

static void
output_that_is_lost_is_a_failure (Fixture *fixture, const void *data)
{
  g_autofree char *program = g_build_filename (g_getenv ("TRIPTYCH_BUILD"), "app", "triptych-cli",
                                               NULL);
  char *const arguments[] = { "sh",     "-c",   "exec \"$0\" \"$@\" >/dev/full",
                              program,  "info", fixture->path,
                              "--json", NULL };
  g_autofree char *error = NULL;
  int status;

  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no /dev/full here");
      return;
    }
  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               NULL, &error, &status, NULL));
  g_assert_false (g_spawn_check_wait_status (status, NULL));
  assert_one_line (error);
}

static void
names_in_capitals_are_compressed_too (Fixture *fixture, const void *data)
{
  g_autofree char *out = g_build_filename (fixture->folder, "X.NII.GZ", NULL);
  g_autofree char *bytes = NULL;

  g_assert_cmpint (
    trp_test_run_cli ((const char *const[]){ "convert", fixture->path, out, NULL }, NULL, NULL), ==,
    0);
  g_assert_true (g_file_get_contents (out, &bytes, NULL, NULL));
  g_assert_cmpmem (bytes, 2, "\x1f\x8b", 2);
}

/* The reference begins one voxel further along i: the value of voxel 0 is not in it. */
static void
a_reference_gives_the_grid (Fixture *fixture, const void *data)
{
  TrpTestNifti header = trp_test_nifti ();
  const int16_t voxels[24] = { 0, 7 };
  g_autoptr (GByteArray) moving = trp_test_nifti_write (&header, voxels, sizeof voxels);
  g_autoptr (GByteArray) fixed = NULL;
  g_autofree char *in = write_file (fixture, "in.nii", moving), *reference = NULL;
  g_autofree char *out = g_build_filename (fixture->folder, "out.nii", NULL);
  g_autoptr (TrpVolume) volume = NULL;
  const char *const arguments[] = { "convert", in, out, "--reference", NULL, "--nearest", NULL };
  const char *command[G_N_ELEMENTS (arguments)];

  header.srow[0][3] += header.srow[0][0];
  fixed = trp_test_nifti_write (&header, voxels, sizeof voxels);
  reference = write_file (fixture, "reference.nii", fixed);
  memcpy (command, arguments, sizeof command);
  command[4] = reference;
  g_assert_cmpint (trp_test_run_cli (command, NULL, NULL), ==, 0);
  volume = trp_volume_load (out, NULL, NULL);
  g_assert_nonnull (volume);
  g_assert_cmpfloat (trp_volume_get_value (volume, 0, 0, 0), ==, 7);
  g_assert_cmpfloat (trp_volume_get_value (volume, 1, 0, 0), ==, 0);
  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_I16);
}

#define N_HALF 512 /* voxels of 8 x 8 x 8 */

/* @name resampled to halfway between its voxels along i; @option goes to the command line. Returns:
 * the exit status. */
static int
convert_halfway (
  Fixture *fixture, const int16_t *values, const char *name, const char *option, char **out_said)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autofree char *out = g_build_filename (fixture->folder, "half.nii", NULL);
  g_autofree char *in = NULL, *grid = NULL;
  g_autoptr (GByteArray) moving = NULL;
  g_autoptr (GByteArray) fixed = NULL;

  header.dim[1] = header.dim[2] = header.dim[3] = 8;
  moving = trp_test_nifti_write (&header, values, N_HALF * sizeof *values);
  in = write_file (fixture, name, moving);
  header.srow[0][3] += header.srow[0][0] / 2;
  fixed = trp_test_nifti_write (&header, values, N_HALF * sizeof *values);
  grid = write_file (fixture, "grid.nii", fixed);
  return trp_test_run_cli (
    (const char *[]){ "convert", in, out, "--reference", grid, option, NULL }, NULL, out_said);
}

static TrpVolume *
load_halfway (Fixture *fixture)
{
  g_autofree char *out = g_build_filename (fixture->folder, "half.nii", NULL);

  return trp_volume_load (out, NULL, NULL);
}

static TrpVolume *
make_halfway (Fixture *fixture, const int16_t *values, const char *option, char **out_said)
{
  g_assert_cmpint (convert_halfway (fixture, values, "p1-scan.nii", option, out_said), ==, 0);
  return load_halfway (fixture);
}

/* Between labels 0 and 2 lies 1, which is another structure. */
static void
labels_are_not_blended_unless_told (Fixture *fixture, const void *data)
{
  int16_t labels[N_HALF] = { 0 };
  g_autofree char *said = NULL, *not_said = NULL;
  g_autoptr (TrpVolume) resampled = NULL;
  g_autoptr (TrpVolume) blended = NULL;

  for (int n = 0; n < N_HALF; n++)
    labels[n] = n % 8 < 4 ? 0 : 2;
  resampled = make_halfway (fixture, labels, NULL, &said);
  assert_one_line (said);
  g_assert_nonnull (strstr (said, "nearest"));
  g_assert_cmpint (trp_volume_get_voxel_type (resampled), ==, TRP_VOXEL_I16);
  for (size_t i = 0; i < 8; i++)
    g_assert_cmpfloat (trp_volume_get_value (resampled, i, 0, 0), !=, 1);
  blended = make_halfway (fixture, labels, "--linear", &not_said);
  g_assert_cmpstr (not_said, ==, "");
  g_assert_cmpfloat (trp_volume_get_value (blended, 3, 0, 0), ==, 1);
}

/* A CT of nothing but air and water, and an MR of more values than a patient has structures. */
static void
images_are_interpolated (Fixture *fixture, const void *data)
{
  int16_t images[2][N_HALF];

  for (int n = 0; n < N_HALF; n++)
    {
      images[0][n] = n % 8 < 4 ? -1000 : 0;
      images[1][n] = (int16_t) (3 * n);
    }
  for (int image = 0; image < 2; image++)
    {
      const double between = 0.5 * (images[image][3] + images[image][4]);
      g_autofree char *said = NULL;
      g_autoptr (TrpVolume) resampled = make_halfway (fixture, images[image], NULL, &said);
      g_autoptr (TrpVolume) asked = make_halfway (fixture, images[image], "--nearest", NULL);

      g_assert_cmpstr (said, ==, "");
      g_assert_cmpfloat (trp_volume_get_value (resampled, 3, 0, 0), ==, between);
      g_assert_cmpfloat (trp_volume_get_value (asked, 3, 0, 0), !=, between);
    }
}

/* TotalSegmentator has labels 0 to 117, a picture of eight bits 0 to 255. */
static void
what_may_be_labels_is_refused_until_told (Fixture *fixture, const void *data)
{
  static const struct
  {
    const char *name;
    int n_values;
    bool is_refused, is_nearest; /* without an option */
  } cases[] = {
    { "p1.nii", 41, false, true },          { "p1.nii", 42, true, false },
    { "p1.nii", 118, true, false },         { "p1.nii", 256, true, false },
    { "p1.nii", 257, false, false },        { "p1-totalsegmentator.nii", 118, false, true },
    { "aparc+aseg.nii", 256, false, true }, { "p1-segmentations.nii", 257, true, false },
  };
  g_autofree char *out = g_build_filename (fixture->folder, "half.nii", NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      int16_t values[N_HALF];
      g_autofree char *said = NULL;

      for (int i = 0; i < N_HALF; i++)
        values[i] = (int16_t) (i % cases[n].n_values);
      (void) g_remove (out);
      if (cases[n].is_refused)
        {
          g_assert_cmpint (convert_halfway (fixture, values, cases[n].name, NULL, &said), ==, 1);
          assert_one_line (said);
          g_assert_nonnull (strstr (said, cases[n].name));
          g_assert_nonnull (strstr (said, "--nearest"));
          g_assert_nonnull (strstr (said, "--linear"));
          g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
          for (int linear = 0; linear < 2; linear++)
            g_assert_cmpint (convert_halfway (fixture, values, cases[n].name,
                                              linear ? "--linear" : "--nearest", NULL),
                             ==, 0);
          continue;
        }
      g_assert_cmpint (convert_halfway (fixture, values, cases[n].name, NULL, &said), ==, 0);
      g_assert_true ((strstr (said, "nearest") != NULL) == cases[n].is_nearest);
    }
}

static void
write_names (Fixture *fixture, const char *name, int n_labels)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GString) text = g_string_new ("value,name,red,green,blue\n");

  for (int n = 1; n < n_labels; n++)
    g_string_append_printf (text, "%d,parcel %d,1,2,3\n", n, n);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

/* Names of all labels of the file, its own and those of the folder; a table about something else
 * says nothing. */
static void
names_make_labels_however_many (Fixture *fixture, const void *data)
{
  static const struct
  {
    const char *table;
    int n_named;
    bool is_nearest;
  } cases[] = {
    { "labels.csv", 0, false },
    { "labels.csv", N_HALF - 1, false },
    { "labels.csv", N_HALF, true },
    { "p1-scan.labels.csv", N_HALF, true },
  };
  g_autofree char *shared = g_build_filename (fixture->folder, "labels.csv", NULL);
  int16_t labels[N_HALF];

  for (int n = 0; n < N_HALF; n++)
    labels[n] = (int16_t) n;
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *said = NULL;
      g_autoptr (TrpVolume) resampled = NULL;

      (void) g_remove (shared);
      write_names (fixture, cases[n].table, cases[n].n_named);
      if (cases[n].n_named == 0)
        g_assert_true (g_file_set_contents (shared, "id,diagnosis\np1,none\n", -1, NULL));
      resampled = make_halfway (fixture, labels, NULL, &said);
      g_assert_true ((strstr (said, "nearest") != NULL) == cases[n].is_nearest);
      g_assert_true ((trp_volume_get_value (resampled, 3, 0, 0) == 3.5) != cases[n].is_nearest);
    }
}

/* What is blended has no names, whatever was there before; those of the input stay. */
static void
a_blend_keeps_no_names_of_before (Fixture *fixture, const void *data)
{
  int16_t labels[N_HALF];
  g_autofree char *of_in = g_build_filename (fixture->folder, "p1-scan.labels.csv", NULL);
  g_autofree char *of_out = g_build_filename (fixture->folder, "half.labels.csv", NULL);
  g_autofree char *in = g_build_filename (fixture->folder, "p1-scan.nii", NULL);
  g_autofree char *sibling = g_build_filename (fixture->folder, "p1-scan.nrrd", NULL);
  const char *const beside[] = { "convert",     in,         sibling, "--reference",
                                 fixture->path, "--linear", NULL };
  const char *const in_place[] = {
    "convert", in, in, "--reference", fixture->path, "--linear", NULL
  };

  for (int n = 0; n < N_HALF; n++)
    labels[n] = n % 8 < 4 ? 0 : 2;
  write_names (fixture, "p1-scan.labels.csv", 3);
  g_assert_cmpint (convert_halfway (fixture, labels, "p1-scan.nii", NULL, NULL), ==, 0);
  g_assert_true (g_file_test (of_out, G_FILE_TEST_EXISTS));
  g_assert_cmpint (convert_halfway (fixture, labels, "p1-scan.nii", "--linear", NULL), ==, 0);
  g_assert_false (g_file_test (of_out, G_FILE_TEST_EXISTS));
  for (int n = 0; n < 2; n++) /* the second over the first */
    {
      g_assert_cmpint (trp_test_run_cli (beside, NULL, NULL), ==, 0);
      g_assert_true (g_file_test (of_in, G_FILE_TEST_EXISTS));
    }
  g_assert_cmpint (trp_test_run_cli (in_place, NULL, NULL), ==, 0);
  g_assert_false (g_file_test (of_in, G_FILE_TEST_EXISTS));
}

static void
impossible_scales_are_refused (Fixture *fixture, const void *data)
{
  static const char *const scales[] = { "-1", "0", "1e-300", "1e300", "nan" };
  g_autofree char *picture = g_build_filename (fixture->folder, "x.png", NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (scales); n++)
    {
      const char *const arguments[] = { "render",  fixture->path, "--out", picture,
                                        "--scale", scales[n],     NULL };

      g_assert_cmpint (trp_test_run_cli (arguments, NULL, NULL), ==, 2);
      g_assert_false (g_file_test (picture, G_FILE_TEST_EXISTS));
    }
}

/* An option that would change nothing is a misunderstanding. */
static void
options_without_effect_are_usage (Fixture *fixture, const void *data)
{
  g_autofree char *out = g_build_filename (fixture->folder, "out.nii", NULL);
  const char *const cases[][10] = {
    { "train", "cyclegan-phantom", "--data", "/absent", "--estimate", "--validate", "/absent" },
    { "convert", fixture->path, out, "--nearest" },
    { "convert", fixture->path, out, "--linear" },
    { "convert", fixture->path, out, "--reference", fixture->path, "--nearest", "--linear" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *error = NULL;

      g_assert_cmpint (trp_test_run_cli (cases[n], NULL, &error), ==, 2);
      assert_one_line (error);
    }
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
}

static void
unknown_devices_and_precisions_are_usage (Fixture *fixture, const void *data)
{
  const char *const cases[][10] = {
    { "train", "cyclegan-phantom", "--data", fixture->path, "--estimate", "--device", "gpu" },
    { "train", "cyclegan-phantom", "--data", fixture->path, "--estimate", "--precision", "half" },
    { "synthesize", "none", fixture->path, "x.nii", "--device", "cuda:99" },
    { "segment", "none", fixture->path, "x.nii", "--precision", "half" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *error = NULL;

      g_assert_cmpint (trp_test_run_cli (cases[n], NULL, &error), ==, 2);
      assert_one_line (error);
      g_assert_nonnull (strstr (error, "; use "));
    }
}

static void
a_slash_in_a_setting_is_put_right (Fixture *fixture, const void *data)
{
  const char *const arguments[] = {
    "train", "cyclegan-phantom", "--data", fixture->path, "--estimate",
    "--set", "training/steps=9", NULL
  };
  g_autofree char *error = NULL;

  g_assert_cmpint (trp_test_run_cli (arguments, NULL, &error), ==, 1);
  assert_one_line (error);
  g_assert_nonnull (
    strstr (error, "There is no setting \"training/steps\"; write training.steps\n"));
}

static void
an_unknown_setting_says_where_all_are (Fixture *fixture, const void *data)
{
  const char *const arguments[] = { "augment", "cyclegan-phantom", fixture->path, "x.png",
                                    "--set",   "elastik=3",        NULL };
  g_autofree char *error = NULL;

  g_assert_cmpint (trp_test_run_cli (arguments, NULL, &error), ==, 1);
  assert_one_line (error);
  g_assert_nonnull (strstr (error, "recipes show defaults"));
}

static void
an_unknown_step_says_which_there_are (Fixture *fixture, const void *data)
{
  g_autofree char *recipe = g_build_filename (fixture->folder, "own.recipe", NULL);
  const char *const arguments[] = { "preprocess", recipe,    fixture->path, "x.nii",
                                    "--up-to",    "outline", NULL };
  g_autofree char *error = NULL;

  g_assert_true (g_file_set_contents (
    recipe,
    "[recipe]\nname=own\ntrainer=cyclegan\n[preprocess]\nmr_steps=n4 20 4; percentiles 1 99\n", -1,
    NULL));
  g_assert_cmpint (trp_test_run_cli (arguments, NULL, &error), ==, 2);
  assert_one_line (error);
  g_assert_nonnull (strstr (error, "1 n4, 2 percentiles"));
}

static void
experiments_are_shown (Fixture *fixture, const void *data)
{
  const char *const shown[] = { "experiment", "show", "liu2019-ssim", NULL };
  const char *const keys[] = { "experiment", "show", "defaults", NULL };
  const char *const mistakes[][4] = { { "experiment", "show" }, { "experiment", "a", "b" } };
  g_autofree char *text = NULL, *reference = NULL;

  g_assert_cmpint (trp_test_run_cli (shown, &text, NULL), ==, 0);
  g_assert_nonnull (strstr (text, "# A list's rows say in the column set"));
  g_assert_nonnull (strstr (text, "\n[arm ssim]\n"));
  g_assert_cmpint (trp_test_run_cli (keys, &reference, NULL), ==, 0);
  g_assert_nonnull (strstr (reference, "\n[clean NAME]\n"));
  for (size_t n = 0; n < G_N_ELEMENTS (mistakes); n++)
    g_assert_cmpint (trp_test_run_cli (mistakes[n], NULL, NULL), ==, 2);
}

/* Label 1 in voxels 0 to 9, 3 to 12 and 6 to 15 of three readings: two of them hold 3 to 12. */
static void
a_consensus_is_made_of_files (Fixture *fixture, const void *data)
{
  g_autofree char *out = g_build_filename (fixture->folder, "out-labels.nii", NULL);
  const char *arguments[] = { "consensus", "majority", NULL, NULL, NULL, out, "--json", NULL };
  const char *const unknown[] = { "consensus", "mean", out, out, out, NULL };
  const char *const alone[] = { "consensus", "union", out, out, NULL };
  g_autofree char *text = NULL, *error = NULL;
  g_autoptr (TrpVolume) made = NULL;

  for (int n = 0; n < 3; n++)
    {
      const TrpTestNifti header = trp_test_nifti ();
      g_autofree char *name = g_strdup_printf ("reading-%d.nii", n);
      g_autoptr (GByteArray) bytes = NULL;
      int16_t voxels[24] = { 0 };

      for (int at = 3 * n; at < 3 * n + 10; at++)
        voxels[at] = 1;
      bytes = trp_test_nifti_write (&header, voxels, sizeof voxels);
      arguments[2 + n] = write_file (fixture, name, bytes);
    }
  g_assert_cmpint (trp_test_run_cli (arguments, &text, NULL), ==, 0);
  g_assert_nonnull (strstr (text, "\"readings\":3"));
  g_assert_nonnull (strstr (text, "\"voxels\":10"));
  made = trp_volume_load (out, NULL, NULL);
  for (ptrdiff_t at = 0; at < 24; at++)
    trp_assert_near (trp_volume_get_value (made, at % 4, at / 4 % 3, at / 12), at >= 3 && at < 13,
                     0);
  g_assert_cmpint (trp_test_run_cli (unknown, NULL, &error), ==, 2);
  assert_one_line (error);
  g_assert_cmpint (trp_test_run_cli (alone, NULL, NULL), ==, 2);
  for (int n = 0; n < 3; n++)
    g_free ((char *) arguments[2 + n]);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/cli/a-reference-gives-the-grid", a_reference_gives_the_grid);
  ADD ("/cli/labels-are-not-blended-unless-told", labels_are_not_blended_unless_told);
  ADD ("/cli/images-are-interpolated", images_are_interpolated);
  ADD ("/cli/what-may-be-labels-is-refused-until-told", what_may_be_labels_is_refused_until_told);
  ADD ("/cli/names-make-labels-however-many", names_make_labels_however_many);
  ADD ("/cli/a-blend-keeps-no-names-of-before", a_blend_keeps_no_names_of_before);
  ADD ("/cli/options-without-effect-are-usage", options_without_effect_are_usage);
  ADD ("/cli/frames-count-from-zero-in-every-verb", frames_count_from_zero_in_every_verb);
  ADD ("/cli/metrics-and-similarity-take-a-frame", metrics_and_similarity_take_a_frame);
  ADD ("/cli/one-line-whatever-the-file-is-called", one_line_whatever_the_file_is_called);
  ADD ("/cli/output-that-is-lost-is-a-failure", output_that_is_lost_is_a_failure);
  ADD ("/cli/names-in-capitals-are-compressed-too", names_in_capitals_are_compressed_too);
  ADD ("/cli/impossible-scales-are-refused", impossible_scales_are_refused);
  ADD ("/cli/unknown-devices-and-precisions-are-usage", unknown_devices_and_precisions_are_usage);
  ADD ("/cli/an-unknown-setting-says-where-all-are", an_unknown_setting_says_where_all_are);
  ADD ("/cli/an-unknown-step-says-which-there-are", an_unknown_step_says_which_there_are);
  ADD ("/cli/a-consensus-is-made-of-files", a_consensus_is_made_of_files);
  ADD ("/cli/experiments-are-shown", experiments_are_shown);
  ADD ("/cli/a-slash-in-a-setting-is-put-right", a_slash_in_a_setting_is_put_right);
  return g_test_run ();
}
