/* test-phantom.c - the pelvis phantom: the same everywhere, plausible, and exact
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected sizes are anatomy's and those of the calibration that the phantom repeats, not what it
 * happened to give.
 */

#include "core/base/parallel.h"
#include "core/method/phantom.h"
#include "core/study/data-list.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#define SEED 7
#define MATRIX 64

static TrpPhantomCase cases[3]; /* made once, read by all tests */

static const TrpPhantomKind *
pelvis (void)
{
  return trp_phantom_find ("pelvis", NULL);
}

static void
make (unsigned index, size_t matrix, TrpPhantomCase *out_case)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_phantom_make (pelvis (), SEED, index, matrix, out_case, &error));
  g_assert_no_error (error);
}

static bool
same_bytes (const TrpVolume *a, const TrpVolume *b)
{
  return g_bytes_equal (trp_volume_peek_bytes (a), trp_volume_peek_bytes (b));
}

static size_t
count (const TrpVolume *volume)
{
  return trp_geometry_count_voxels (trp_volume_get_geometry (volume));
}

static double
label_ml (const TrpVolume *labels, unsigned label)
{
  const uint8_t *values = trp_volume_peek_voxels (labels);
  size_t n = 0;

  for (size_t i = 0; i < count (labels); i++)
    n += values[i] == label;
  return (double) n * trp_geometry_get_voxel_volume (trp_volume_get_geometry (labels)) / 1000;
}

static double
label_mean (const TrpVolume *image, const TrpVolume *labels, unsigned label)
{
  const int16_t *values = trp_volume_peek_voxels (image);
  const uint8_t *at = trp_volume_peek_voxels (labels);
  double sum = 0;
  size_t n = 0;

  for (size_t i = 0; i < count (labels); i++)
    if (at[i] == label)
      {
        sum += values[i];
        n++;
      }
  return sum / (double) n;
}

static TrpVec3
label_center (const TrpVolume *labels, unsigned label)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const uint8_t *values = trp_volume_peek_voxels (labels);
  TrpVec3 sum = { { 0, 0, 0 } };
  size_t n = 0;

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        if (values[i + geometry->size[0] * (j + geometry->size[1] * k)] == label)
          {
            sum = trp_vec3_add (sum, trp_vec3 ((double) i, (double) j, (double) k));
            n++;
          }
  return trp_geometry_lps_from_ijk (geometry, trp_vec3_scale (sum, 1 / (double) n));
}

static void
test_same_bits_on_any_number_of_threads (void)
{
  for (int threads = 1; threads <= 3; threads += 2)
    {
      TrpPhantomCase again;

      trp_parallel_set_threads (threads);
      make (1, MATRIX, &again);
      trp_parallel_set_threads (0);
      g_assert_true (same_bytes (again.mr, cases[1].mr));
      g_assert_true (same_bytes (again.ct, cases[1].ct));
      g_assert_true (same_bytes (again.ct_on_mr, cases[1].ct_on_mr));
      g_assert_true (same_bytes (again.mr_labels, cases[1].mr_labels));
      g_assert_true (same_bytes (again.ct_labels, cases[1].ct_labels));
      trp_phantom_case_clear (&again);
    }
}

static void
test_patients_and_seeds_differ (void)
{
  g_autoptr (GError) error = NULL;
  TrpPhantomCase other;

  for (size_t n = 1; n < G_N_ELEMENTS (cases); n++)
    g_assert_false (same_bytes (cases[n].mr_labels, cases[0].mr_labels));
  g_assert_true (trp_phantom_make (pelvis (), SEED + 1, 0, MATRIX, &other, &error));
  g_assert_false (same_bytes (other.mr_labels, cases[0].mr_labels));
  trp_phantom_case_clear (&other);
}

static void
test_grids_are_as_promised (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpGeometry *mr = trp_volume_get_geometry (cases[n].mr);
      const TrpGeometry *ct = trp_volume_get_geometry (cases[n].ct);
      char codes[4];

      trp_assert_near (trp_geometry_get_spacing (mr, 0) * MATRIX, 256, 1e-9);
      trp_assert_near (trp_geometry_get_spacing (ct, 1) * MATRIX, 460, 1e-9);
      trp_assert_near (trp_geometry_get_spacing (mr, 2), 3, 1e-12);
      trp_assert_near (trp_geometry_get_spacing (ct, 2), 2, 1e-12);
      trp_assert_near (3 * (double) mr->size[2], 96, 0);
      trp_assert_near (2 * (double) ct->size[2], 96, 0);
      trp_geometry_get_axis_codes (ct, codes);
      g_assert_cmpstr (codes, ==, "LPS");
      g_assert_true (trp_geometry_equal (mr, trp_volume_get_geometry (cases[n].ct_on_mr)));
      g_assert_true (trp_geometry_equal (mr, trp_volume_get_geometry (cases[n].mr_labels)));
      g_assert_true (trp_geometry_equal (ct, trp_volume_get_geometry (cases[n].ct_labels)));
      g_assert_cmpint (trp_volume_get_info (cases[n].ct)->modality, ==, TRP_MODALITY_CT);
      g_assert_cmpint (trp_volume_get_info (cases[n].mr)->modality, ==, TRP_MODALITY_MR);
    }
}

/* Half-axes of the calibration give 18 to 65 ml for the prostate; poses scale by 0.9^3 to 1.1^3. */
static void
test_organs_have_plausible_sizes (void)
{
  static const double range[7][2] = {
    { 0 }, { 13, 87 }, { 40, 420 }, { 15, 200 }, { 80, 330 }, { 180, 700 }, { 2500, 6500 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    for (unsigned label = 1; label <= 6; label++)
      {
        const double ml = label_ml (cases[n].mr_labels, label);

        g_assert_cmpfloat (ml, >=, range[label][0]);
        g_assert_cmpfloat (ml, <=, range[label][1]);
      }
}

static void
test_organs_lie_where_they_should (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpVolume *labels = cases[n].mr_labels;
      const TrpVec3 prostate = label_center (labels, TRP_PELVIS_PROSTATE);

      g_assert_cmpfloat (fabs (prostate.v[0]), <, 30);
      g_assert_cmpfloat (label_center (labels, TRP_PELVIS_RECTUM).v[1], >, prostate.v[1] + 10);
      g_assert_cmpfloat (label_center (labels, TRP_PELVIS_BLADDER).v[2], >, prostate.v[2] + 10);
    }
}

/* Means of the calibration: urine 8, wall 35; prostate 40 (sd 3); bone between spongy and cortical.
 */
static void
test_ct_values_are_those_of_tissue (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpVolume *ct = cases[n].ct_on_mr, *labels = cases[n].mr_labels;
      const double bone = label_mean (ct, labels, TRP_PELVIS_BONE);

      trp_assert_near (label_mean (ct, labels, TRP_PELVIS_PROSTATE), 40, 15);
      trp_assert_near (label_mean (ct, labels, TRP_PELVIS_BLADDER), 13, 15);
      g_assert_cmpfloat (bone, >, 200);
      g_assert_cmpfloat (bone, <, 700);
      /* air, and the rim of voxels that the skin halves */
      trp_assert_near (label_mean (ct, labels, 0), -1000, 60);
      trp_assert_near (label_mean (cases[n].ct, cases[n].ct_labels, TRP_PELVIS_PROSTATE), 40, 15);
    }
}

/* Urine is the brightest on T2, bone and air are dark. */
static void
test_mr_contrast_is_t2 (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpVolume *mr = cases[n].mr, *labels = cases[n].mr_labels;
      const double bladder = label_mean (mr, labels, TRP_PELVIS_BLADDER);

      for (unsigned label = 0; label <= 6; label++)
        if (label != TRP_PELVIS_BLADDER)
          g_assert_cmpfloat (label_mean (mr, labels, label), <, bladder);
      g_assert_cmpfloat (label_mean (mr, labels, 0), <, 0.1 * bladder);
    }
}

/* Every CT voxel's centre falls into some MR voxel: inside an organ both grids must name it. The
 * organs' rims, a voxel thick, may differ. */
static void
test_structures_agree_in_millimetres (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    for (unsigned label = 1; label <= 5; label++)
      {
        const TrpVec3 on_mr = label_center (cases[n].mr_labels, label);
        const TrpVec3 on_ct = label_center (cases[n].ct_labels, label);
        const double ratio = label_ml (cases[n].ct_labels, label) /
                             label_ml (cases[n].mr_labels, label);

        if (label >= TRP_PELVIS_FEMORAL_HEADS) /* the MR cuts them */
          continue;
        g_assert_cmpfloat (trp_vec3_distance (on_mr, on_ct), <, 2.5);
        if (label == TRP_PELVIS_PROSTATE)
          trp_assert_near (ratio, 1, 0.12);
      }
}

/* Quantum noise has a standard deviation of 11 to 18 HU, so its mean absolute value is 0.8 times
 * that; measured in the bladder, where texture is 3 HU. */
static void
test_noise_is_eleven_hu (void)
{
  double sum = 0;

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const int16_t *ct = trp_volume_peek_voxels (cases[n].ct);
      const uint8_t *labels = trp_volume_peek_voxels (cases[n].ct_labels);
      double squares = 0;
      size_t n_pairs = 0;

      for (size_t i = 2; i + 2 < count (cases[n].ct); i++)
        if (labels[i - 2] == 2 && labels[i - 1] == 2 && labels[i] == 2 && labels[i + 1] == 2 &&
            labels[i + 2] == 2)
          {
            squares += (ct[i + 1] - ct[i]) * (ct[i + 1] - ct[i]) / 2.;
            n_pairs++;
          }
      sum += sqrt (squares / (double) n_pairs);
    }
  sum /= G_N_ELEMENTS (cases);
  g_assert_cmpfloat (0.8 * sum, >, 8.5);
  g_assert_cmpfloat (0.8 * sum, <, 15);
}

/* The rule of the half moves the rim of a small organ by a part of a 4 mm pixel: 10 % of its
 * volume. */
static void
test_finer_matrix_shows_the_same_patient (void)
{
  TrpPhantomCase fine;

  make (0, 96, &fine);
  for (unsigned label = 1; label <= 3; label++)
    {
      const TrpVec3 a = label_center (cases[0].mr_labels, label);
      const TrpVec3 b = label_center (fine.mr_labels, label);

      g_assert_cmpfloat (trp_vec3_distance (a, b), <, 1);
      trp_assert_near (label_ml (fine.mr_labels, label) / label_ml (cases[0].mr_labels, label), 1,
                       0.1);
    }
  trp_phantom_case_clear (&fine);
}

/* 460 mm / 115 = 256 mm / 64 = 4 mm */
static void
test_each_scanner_has_its_matrix (void)
{
  const TrpPhantomOptions options = { .seed = SEED, .matrix = 64, .ct_matrix = 115 };
  g_autoptr (GError) error = NULL;
  TrpPhantomCase phantom;

  g_assert_true (trp_phantom_make_as (pelvis (), &options, 0, &phantom, &error));
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (phantom.ct), 0), 4, 1e-12);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (phantom.mr), 0), 4, 1e-12);
  g_assert_true (same_bytes (phantom.mr, cases[0].mr));
  trp_phantom_case_clear (&phantom);
}

static void
test_refuses_other_sizes_and_kinds (void)
{
  static const size_t sizes[] = { 0, 63, 513, SIZE_MAX };
  g_autoptr (GError) unknown = NULL;
  TrpPhantomCase phantom;

  for (size_t n = 0; n < G_N_ELEMENTS (sizes); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_phantom_make (pelvis (), 1, 0, sizes[n], &phantom, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
    }
  g_assert_null (trp_phantom_find ("unicorn", &unknown));
  g_assert_error (unknown, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (unknown->message, "pelvis"));
}

static int
run_phantom (const char *folder, const char *extra, char **out_stderr)
{
  const char *arguments[] = { "phantom",  "pelvis", "--patients", "2",    "--seed", "7",
                              "--matrix", "64",     "--out",      folder, extra,    NULL };

  return trp_test_run_cli (arguments, NULL, out_stderr);
}

static void
test_command_writes_a_paired_set (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autofree char *labels = g_build_filename (folder, "labels.csv", NULL);
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (list), ==, 2);
  g_assert_true (g_file_test (labels, G_FILE_TEST_EXISTS));
  for (size_t n = 0; n < 2; n++)
    for (size_t role = 0; role < TRP_N_DATA_ROLES; role++)
      if (role != TRP_DATA_SYNCT && role != TRP_DATA_SYNMR)
        g_assert_true (g_file_test (trp_data_list_get (list, n)->paths[role], G_FILE_TEST_EXISTS));
  trp_test_remove_folder (folder);
}

static void
test_command_writes_an_unpaired_set (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run_phantom (folder, "--unpaired", NULL), ==, 0);
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (list), ==, 4);
  for (size_t n = 0; n < 4; n++)
    {
      const TrpDataRow *row = trp_data_list_get (list, n);

      g_assert_true ((row->paths[TRP_DATA_MR] != NULL) == (n < 2));
      g_assert_true ((row->paths[TRP_DATA_CT] != NULL) == (n >= 2));
    }
  trp_test_remove_folder (folder);
}

/* @name's bytes stay what they were. */
static void
assert_refused (const char *folder, const char *extra, const char *name, const char *reason)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *before = NULL, *after = NULL, *said = NULL;
  gsize n_before, n_after;

  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  g_assert_cmpint (run_phantom (folder, extra, &said), ==, 1);
  g_assert_nonnull (strstr (said, reason));
  g_assert_nonnull (strstr (said, "--force"));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

/* Seeds make equal lists of other patients. */
static void
test_command_destroys_no_other_set (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *list = g_build_filename (folder, "cases.csv", NULL);
  g_autofree char *record = g_build_filename (folder, "phantom.txt", NULL);

  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  assert_refused (folder, "--seed=8", "001-mr.nii.gz",
                  "(pelvis --patients 2 --seed 7 --matrix 64 --ct-matrix 64 ");
  g_assert_cmpint (run_phantom (folder, "--ct-matrix=64", NULL), ==, 0); /* what it was anyway */
  g_assert_true (g_file_set_contents (list, "case,mr\nmine,001-mr.nii.gz\n", -1, NULL));
  assert_refused (folder, NULL, "cases.csv", "was changed");
  g_remove (record);
  assert_refused (folder, NULL, "cases.csv", "not known to be made by phantom");
  g_assert_cmpint (run_phantom (folder, "--force", NULL), ==, 0);
  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  trp_test_remove_folder (folder);
}

/* @name gets other bytes, @hours after or before now. */
static void
edit (const char *folder, const char *name, int hours)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct utimbuf times = { 0 };
  GStatBuf at;

  g_assert_true (g_file_set_contents (path, "contours of a week", -1, NULL));
  g_assert_cmpint (g_stat (path, &at), ==, 0);
  times.actime = times.modtime = at.st_mtime + 3600 * hours;
  g_assert_cmpint (g_utime (path, &times), ==, 0);
}

static void
test_command_destroys_no_edited_file (void)
{
  static const char *const names[] = { "001-mr-structures.nii.gz", "002-ct.nii.gz", "labels.csv" };
  g_autofree char *folder = trp_test_make_folder ();

  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      edit (folder, names[n], 1);
      assert_refused (folder, NULL, names[n], names[n]);
      assert_refused (folder, NULL, names[n], "newer than phantom.txt");
      if (n + 1 < G_N_ELEMENTS (names))
        edit (folder, names[n], -1); /* so that the next is the only one */
    }
  g_assert_cmpint (run_phantom (folder, "--force", NULL), ==, 0);
  edit (folder, "notes.txt", 1); /* is not written */
  g_assert_cmpint (run_phantom (folder, NULL, NULL), ==, 0);
  trp_test_remove_folder (folder);
}

/* Nobody knows who made them. */
static void
test_command_destroys_no_file_without_record (void)
{
  static const char *const names[] = { "labels.csv", "002-ct-structures.nii.gz", "cases.csv" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *folder = trp_test_make_folder ();

      edit (folder, names[n], 0);
      assert_refused (folder, NULL, names[n], names[n]);
      assert_refused (folder, NULL, names[n], "not known to be made by phantom");
      trp_test_remove_folder (folder);
    }
}

/* A folder in its place cannot be read by anybody, root included. */
static void
test_command_takes_no_unreadable_list_for_none (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *list = g_build_filename (folder, "cases.csv", NULL);
  g_autofree char *first = g_build_filename (folder, "001-mr.nii.gz", NULL);
  g_autofree char *said = NULL, *denied = NULL;

  g_assert_cmpint (g_mkdir (list, 0700), ==, 0);
  g_assert_cmpint (run_phantom (folder, NULL, &said), ==, 1);
  g_assert_nonnull (strstr (said, "cases.csv"));
  g_assert_nonnull (strstr (said, "cannot be told"));
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (list), ==, 0);
  edit (folder, "cases.csv", 0);
  g_assert_cmpint (g_chmod (list, 0), ==, 0);
  if (g_access (list, R_OK) != 0)
    {
      g_assert_cmpint (run_phantom (folder, NULL, &denied), ==, 1);
      g_assert_nonnull (strstr (denied, "cannot be told"));
    }
  trp_test_remove_folder (folder);
}

static void
test_command_refuses_nonsense (void)
{
  g_autofree char *complaint = NULL;

  g_assert_cmpint (run_phantom ("/tmp/unused", "--matrix=63", &complaint), ==, 2);
  g_assert_nonnull (strstr (complaint, "63"));
  g_assert_cmpint (run_phantom ("/tmp/unused", "--ct-matrix=513", NULL), ==, 2);
  g_assert_cmpint (run_phantom ("/tmp/unused", "--patients=0", NULL), ==, 2);
  g_assert_cmpint (run_phantom ("/tmp/unused", "--seed=-1", NULL), ==, 2);
  g_assert_cmpint (run_phantom ("/dev/null/x", NULL, NULL), ==, 1);
  g_assert_cmpint (trp_test_run_cli ((const char *[]){ "phantom", "pelvis", NULL }, NULL, NULL), ==,
                   2);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (unsigned n = 0; n < G_N_ELEMENTS (cases); n++)
    make (n, MATRIX, &cases[n]);
  g_test_add_func ("/phantom/same-bits-on-any-number-of-threads",
                   test_same_bits_on_any_number_of_threads);
  g_test_add_func ("/phantom/patients-and-seeds-differ", test_patients_and_seeds_differ);
  g_test_add_func ("/phantom/grids-are-as-promised", test_grids_are_as_promised);
  g_test_add_func ("/phantom/organs-have-plausible-sizes", test_organs_have_plausible_sizes);
  g_test_add_func ("/phantom/organs-lie-where-they-should", test_organs_lie_where_they_should);
  g_test_add_func ("/phantom/ct-values-are-those-of-tissue", test_ct_values_are_those_of_tissue);
  g_test_add_func ("/phantom/mr-contrast-is-t2", test_mr_contrast_is_t2);
  g_test_add_func ("/phantom/structures-agree-in-millimetres",
                   test_structures_agree_in_millimetres);
  g_test_add_func ("/phantom/noise-is-eleven-hu", test_noise_is_eleven_hu);
  g_test_add_func ("/phantom/finer-matrix-shows-the-same-patient",
                   test_finer_matrix_shows_the_same_patient);
  g_test_add_func ("/phantom/each-scanner-has-its-matrix", test_each_scanner_has_its_matrix);
  g_test_add_func ("/phantom/refuses-other-sizes-and-kinds", test_refuses_other_sizes_and_kinds);
  g_test_add_func ("/phantom/command-writes-a-paired-set", test_command_writes_a_paired_set);
  g_test_add_func ("/phantom/command-writes-an-unpaired-set", test_command_writes_an_unpaired_set);
  g_test_add_func ("/phantom/command-destroys-no-other-set", test_command_destroys_no_other_set);
  g_test_add_func ("/phantom/command-destroys-no-edited-file",
                   test_command_destroys_no_edited_file);
  g_test_add_func ("/phantom/command-destroys-no-file-without-record",
                   test_command_destroys_no_file_without_record);
  g_test_add_func ("/phantom/command-takes-no-unreadable-list-for-none",
                   test_command_takes_no_unreadable_list_for_none);
  g_test_add_func ("/phantom/command-refuses-nonsense", test_command_refuses_nonsense);
  status = g_test_run ();
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    trp_phantom_case_clear (&cases[n]);
  return status;
}
