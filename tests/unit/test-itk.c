/* test-itk.c - MetaImage and NRRD: round trips, headers written by hand from the formats' texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "tests/lib/volumes.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* For the leak sanitizer: ITK 5.2 frees nothing of a NRRD that it could not write. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libITKNrrdIO\n";
}

static const char *const names[] = { "a.mha", "a.nrrd" };

/* 4 x 3 x 2 values 0, 1, 2, ... of int16 on the grid that @lps_from_ijk gives. */
static TrpVolume *
make_volume (const TrpAffine *lps_from_ijk,
             double slope,
             double intercept,
             const TrpVolumeInfo *info)
{
  TrpGeometry geometry;
  g_autoptr (GError) error = NULL;
  int16_t *values = g_new (int16_t, 24);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (trp_geometry_init (&geometry, (const size_t[]){ 4, 3, 2 }, lps_from_ijk, &error));
  for (int16_t n = 0; n < 24; n++)
    values[n] = n;
  bytes = g_bytes_new_take (values, 48);
  return trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, slope, intercept, info, &error);
}

static TrpVolume *
load_bytes (const char *name, const void *bytes, size_t size, int frame, GError **error)
{
  const TrpLoadOptions options = { .frame = frame };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  TrpVolume *volume;

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  volume = trp_volume_load (path, &options, error);
  trp_test_remove_folder (folder);
  return volume;
}

/* @header and 24 int16 values (little endian) after it. */
static TrpVolume *
load_text (const char *name, const char *header, int frame, GError **error)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, (const uint8_t *) header, (guint) strlen (header));
  for (uint8_t n = 0; n < 24; n++)
    g_byte_array_append (file, (const uint8_t[]){ n, 0 }, 2);
  return load_bytes (name, file->data, file->len, frame, error);
}

static void
check_point (const TrpVolume *volume, TrpVec3 point_lps, double expected)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);

  trp_assert_near (trp_volume_sample (volume, trp_geometry_ijk_from_lps (geometry, point_lps)),
                   expected, 1e-6);
}

static void
test_48_axis_orders (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (unsigned n = 0; n < 48; n++)
    {
      TrpAffine affine = { 0 };
      g_autoptr (TrpVolume) volume = NULL;
      g_autoptr (TrpVolume) again = NULL;
      g_autoptr (GError) error = NULL;

      for (int axis = 0; axis < 3; axis++)
        {
          affine.m[orders[n / 8][axis]][axis] = (n >> axis & 1 ? -1 : 1) * (1 + 0.5 * axis);
          affine.m[axis][3] = 10 * axis - 7.25;
        }
      volume = make_volume (&affine, 1, 0, NULL);
      again = trp_test_save_and_load (volume, names[n % 2]);
      g_assert_true (trp_geometry_check_equal (trp_volume_get_geometry (volume),
                                               trp_volume_get_geometry (again), &error));
      g_assert_no_error (error);
      check_point (again, trp_affine_apply (&affine, trp_vec3 (3, 1, 1)), 19);
      g_assert_cmpint (trp_volume_get_voxel_type (again), ==, TRP_VOXEL_I16);
    }
}

static void
test_oblique (void)
{
  const double c = cos (0.3), s = sin (0.3);
  const TrpAffine affine = { { { c, -2 * s, 0, 1 }, { s, 2 * c, 0, 2 }, { 0, 0, 3, 3 } } };
  g_autoptr (TrpVolume) volume = make_volume (&affine, 1, 0, NULL);

  for (size_t n = 0; n < 2; n++)
    {
      g_autoptr (TrpVolume) again = trp_test_save_and_load (volume, names[n]);

      g_assert_true (
        trp_geometry_equal (trp_volume_get_geometry (volume), trp_volume_get_geometry (again)));
      check_point (again, trp_affine_apply (&affine, trp_vec3 (3, 1, 1)), 19);
    }
}

/* Formats without slope and intercept get the values themselves. */
static void
test_rescale (void)
{
  const TrpAffine affine = trp_affine_identity ();
  const struct
  {
    double slope, intercept;
    TrpVoxelType type;
  } cases[] = { { 1, -1024, TRP_VOXEL_I16 },
                { 2000, 10, TRP_VOXEL_U16 },
                { 100000, -1, TRP_VOXEL_I32 },
                { 0.5, 0, TRP_VOXEL_F32 } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpVolume)
        volume = make_volume (&affine, cases[n].slope, cases[n].intercept, NULL);
      g_autoptr (TrpVolume) again = trp_test_save_and_load (volume, names[n % 2]);

      g_assert_cmpint (trp_volume_get_voxel_type (again), ==, cases[n].type);
      trp_assert_near (trp_volume_get_value (again, 3, 1, 1),
                       19 * cases[n].slope + cases[n].intercept, 0);
    }
}

static void
test_provenance (void)
{
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_SYNCT,
                               .provenance = (char *) "{\"model\":\"7f\"}" };
  const TrpAffine affine = trp_affine_identity ();
  g_autoptr (TrpVolume) volume = make_volume (&affine, 1, 0, &info);
  g_autoptr (TrpVolume) again = trp_test_save_and_load (volume, "a.nrrd");

  g_assert_cmpint (trp_volume_get_info (again)->modality, ==, TRP_MODALITY_SYNCT);
  g_assert_nonnull (strstr (trp_volume_get_info (again)->provenance, "\"model\":\"7f\""));
}

static void
test_sheared_is_refused (void)
{
  const TrpAffine affine = { { { 1, 0.5, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
  g_autoptr (TrpVolume) volume = make_volume (&affine, 1, 0, NULL);
  g_autofree char *folder = trp_test_make_folder ();

  for (size_t n = 0; n < 2; n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_volume_save (volume, path, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  trp_test_remove_folder (folder);
}

#define NRRD_HEAD                                                                                  \
  "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nendian: little\nencoding: raw\n"

/* teem's format.html: "space" names the positive directions of the world axes. */
/* A limit on the size of files stands for a full disk: both fail in write(). */
static void
test_full_disk_spares_the_old_file (void)
{
  const size_t size[3] = { 64, 64, 8 }, n = 64 * 64 * 8;
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  int16_t *values = g_new (int16_t, n);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  struct rlimit limit;

  for (size_t i = 0; i < n; i++)
    values[i] = (int16_t) (i * 40503);
  bytes = g_bytes_new_take (values, 2 * n);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  for (size_t e = 0; e < G_N_ELEMENTS (names); e++)
    {
      g_autofree char *path = g_build_filename (folder, names[e], NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      bool ok;

      g_assert_true (g_file_set_contents (path, "old", 3, NULL));
      (void) signal (SIGXFSZ, SIG_IGN);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &(struct rlimit){ 4096, limit.rlim_max }), ==, 0);
      ok = trp_volume_save (volume, path, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_false (ok);
      g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "old");
    }
  trp_test_remove_folder (folder);
}

static void
test_nrrd_spaces (void)
{
  static const struct
  {
    const char *space;
    double sign[3];
    bool is_known;
  } cases[] = {
    { "space: left-posterior-superior\n", { 1, 1, 1 }, true },
    { "space: right-anterior-superior\n", { -1, -1, 1 }, true },
    { "space: RAS\n", { -1, -1, 1 }, true },
    { "space: left-anterior-superior\n", { 1, -1, 1 }, true },
    { "space dimension: 3\n", { 1, 1, 1 }, false },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *header = g_strconcat (
        NRRD_HEAD, cases[n].space,
        "space directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (10,20,30)\n\n", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpVolume) volume = load_text ("a.nrrd", header, 0, &error);
      const double *sign = cases[n].sign;

      g_assert_no_error (error);
      check_point (volume, trp_vec3 (sign[0] * (10 + 3 * 2), sign[1] * (20 + 1 * 3), 30 + 1 * 4),
                   19);
      g_assert_true ((trp_volume_get_info (volume)->warnings == NULL) ==
                     (cases[n].is_known && sign[0] * sign[1] > 0));
    }
}

static void
test_nrrd_frames (void)
{
  static const char *const headers[] = {
    "NRRD0004\ntype: short\ndimension: 4\nsizes: 2 2 2 3\nendian: little\nencoding: raw\n"
    "space: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1) none\nkinds: domain domain domain "
    "list\n\n",
    "NRRD0004\ntype: short\ndimension: 4\nsizes: 3 2 2 2\nendian: little\nencoding: raw\n"
    "space: LPS\nspace directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: list domain domain "
    "domain\n\n",
  };
  const double expected[2][3] = { { 1, 9, 17 }, { 3, 4, 5 } }; /* of voxel (1, 0, 0) */

  for (size_t n = 0; n < G_N_ELEMENTS (headers); n++)
    for (int frame = 0; frame < 3; frame++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (TrpVolume) volume = load_text ("a.nrrd", headers[n], frame, &error);

        g_assert_no_error (error);
        g_assert_cmpint (trp_volume_get_info (volume)->n_frames, ==, 3);
        trp_assert_near (trp_volume_get_value (volume, 1, 0, 0), expected[n][frame], 0);
      }
}

#define META_HEAD "ObjectType = Image\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"

static void
test_metaimage_by_hand (void)
{
  static const char header[] =
    "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
    "CompressedData = False\nTransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 10 20 30\n"
    "ElementSpacing = 2 3 4\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = load_text ("a.mha", header, 0, &error);

  g_assert_no_error (error);
  /* rows of TransformMatrix are the directions of i, j, k (MetaIO's documentation) */
  check_point (volume, trp_vec3 (10 - 1 * 3, 20 + 3 * 2, 30 + 1 * 4), 19);
  g_assert_cmpstr (trp_volume_get_info (volume)->format, ==, "metaimage");
  g_assert_cmpstr (trp_volume_get_info (volume)->file_type, ==, "int16");
}

static void
test_two_files (void)
{
  static const char header[] = META_HEAD
    "NDims = 3\nElementSpacing = 1 1 1\nDimSize = 4 3 2\nElementType = MET_SHORT\n"
    "ElementDataFile = a.raw\n";
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.mhd", NULL);
  g_autofree char *raw = g_build_filename (folder, "a.raw", NULL);
  char values[48] = { [38] = 19 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  g_assert_true (g_file_set_contents (path, header, -1, NULL));
  g_assert_null (trp_volume_load (path, NULL, &error));
  g_assert_nonnull (strstr (error->message, "(a.raw) is not there"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (raw, values, sizeof values, NULL));
  volume = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (volume, 3, 1, 1), 19, 0);
  g_assert_false (trp_volume_save (volume, path, &error)); /* would need two files at once */
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  trp_test_remove_folder (folder);
}

static void
test_colors_are_refused (void)
{
  static const char header[] = META_HEAD
    "NDims = 2\nDimSize = 4 4\nElementNumberOfChannels = 3\nElementType = MET_UCHAR\n"
    "ElementDataFile = LOCAL\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (load_text ("a.mha", header, 0, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "colours"));
}

typedef struct
{
  const char *path;
  const char *header;
  const char *pattern;
} BrokenCase;

static const BrokenCase broken_cases[] = {
  { "/itk/refuses/nrrd-no-sizes", "NRRD0004\ntype: short\ndimension: 3\n\n", "*no usable*" },
  { "/itk/refuses/nrrd-negative",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 -3 2\nencoding: raw\n\n", "*whole numbers*" },
  { "/itk/refuses/nrrd-huge",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 1000000 1000000 1000000\nencoding: raw\n\n",
    "*more than this program can hold*" },
  { "/itk/refuses/nrrd-bomb",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 30000 3000 300\nendian: little\n"
    "encoding: gzip\n\n\x1f\x8b\x08",
    "*cannot hold 54000000000 bytes*" },
  { "/itk/refuses/nrrd-count", "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3\nencoding: raw\n\n",
    "*gives 2 sizes*" },
  { "/itk/refuses/nrrd-type",
    "NRRD0004\ntype: block\nblock size: 2\ndimension: 3\nsizes: 4 3 2\nencoding: raw\n\n", "*" },
  { "/itk/refuses/nrrd-encoding",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nencoding: magic\n\n", "*damaged*" },
  { "/itk/refuses/nrrd-not-gzip",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nendian: little\nencoding: gzip\n\n",
    "*damaged*" },
  { "/itk/refuses/nrrd-nan",
    NRRD_HEAD "space: LPS\nspace directions: (nan,0,0) (0,1,0) (0,0,1)\n\n", "*" },
  { "/itk/refuses/nrrd-parallel",
    NRRD_HEAD "space: LPS\nspace directions: (1,0,0) (1,0,0) (0,0,1)\n\n", "*" },
  { "/itk/refuses/nrrd-too-few",
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 3\nendian: little\nencoding: raw\n\n",
    "*cut short*" },
  { "/itk/refuses/meta-dims",
    META_HEAD
    "NDims = 1000000\nDimSize = 4 3 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    "*no usable*" },
  { "/itk/refuses/meta-negative",
    META_HEAD "NDims = 3\nDimSize = 4 3 -2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    "*whole numbers*" },
  { "/itk/refuses/meta-huge",
    META_HEAD "NDims = 3\nDimSize = 99999999999999999999 3 2\nElementType = MET_SHORT\n"
              "ElementDataFile = LOCAL\n",
    "*" },
  { "/itk/refuses/meta-bomb",
    META_HEAD "NDims = 3\nDimSize = 30000 3000 300\nCompressedData = True\n"
              "ElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    "*cannot hold*" },
  { "/itk/refuses/meta-channels",
    META_HEAD "NDims = 3\nDimSize = 4 3 2\nElementNumberOfChannels = -4\nElementType = MET_SHORT\n"
              "ElementDataFile = LOCAL\n",
    "*no usable*" },
  { "/itk/refuses/meta-type",
    META_HEAD "NDims = 3\nDimSize = 4 3 2\nElementType = MET_BANANA\nElementDataFile = LOCAL\n",
    "*" },
  { "/itk/refuses/meta-too-few",
    META_HEAD "NDims = 3\nDimSize = 4 3 3\nElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    "*cut short: 48 bytes*instead of 72*" },
  { "/itk/refuses/meta-not-zlib",
    META_HEAD "NDims = 3\nDimSize = 4 3 2\nCompressedData = True\nCompressedDataSize = 48\n"
              "ElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    "*" },
  { "/itk/refuses/meta-spacing",
    META_HEAD "NDims = 3\nDimSize = 4 3 2\nElementSpacing = 1 0 1\nElementType = MET_SHORT\n"
              "ElementDataFile = LOCAL\n",
    "*" },
  { "/itk/refuses/meta-no-data", META_HEAD "NDims = 3\nDimSize = 4 3 2\nElementType = MET_SHORT\n",
    "*" },
};

/* Runs a load and returns what came out on standard error meanwhile. */
static char *
load_watched (const char *name, const char *header, GError **error)
{
  g_autofree char *log = g_build_filename (g_get_tmp_dir (), "triptych-itk-XXXXXX", NULL);
  const int fd = g_mkstemp (log), kept = dup (STDERR_FILENO);
  char *text;

  fflush (stderr);
  dup2 (fd, STDERR_FILENO);
  g_assert_null (load_text (name, header, 0, error));
  fflush (stderr);
  dup2 (kept, STDERR_FILENO);
  close (kept);
  close (fd);
  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  g_unlink (log);
  return text;
}

static void
test_broken (const void *data)
{
  const BrokenCase *broken = data;
  const char *name = strstr (broken->path, "nrrd") ? "a.nrrd" : "a.mha";
  g_autoptr (GError) error = NULL;
  g_autofree char *said = load_watched (name, broken->header, &error);

  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, TRP_ERROR);
  g_assert_cmpstr (said, ==, "");
  g_assert_true (g_str_has_prefix (error->message, name));
  g_assert_null (strchr (error->message, '\n'));
  if (!g_pattern_match_simple (broken->pattern, error->message))
    g_error ("\"%s\" does not match \"%s\"", error->message, broken->pattern);
}

/* Cut at many places: an error or a volume, never a crash, and no volume once voxels are missing.
 */
static void
test_cut (void)
{
  const TrpAffine affine = trp_affine_identity ();
  g_autoptr (TrpVolume) volume = make_volume (&affine, 1, 0, NULL);
  g_autofree char *folder = trp_test_make_folder ();

  for (size_t n = 0; n < 2; n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);
      g_autofree char *bytes = NULL;
      size_t size;

      g_assert_true (trp_volume_save (volume, path, NULL));
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      for (size_t cut = 0; cut + 12 < size; cut += 7)
        {
          g_autoptr (GError) error = NULL;
          const char *name = names[n];
          g_autoptr (TrpVolume) half = load_bytes (name, bytes, cut, 0, &error);

          g_assert_null (half);
          g_assert_nonnull (error);
        }
    }
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/itk/round-trip/48-axis-orders", test_48_axis_orders);
  g_test_add_func ("/itk/round-trip/oblique", test_oblique);
  g_test_add_func ("/itk/round-trip/rescale", test_rescale);
  g_test_add_func ("/itk/round-trip/provenance", test_provenance);
  g_test_add_func ("/itk/save/sheared-is-refused", test_sheared_is_refused);
  g_test_add_func ("/itk/save/full-disk-spares-the-old-file", test_full_disk_spares_the_old_file);
  g_test_add_func ("/itk/nrrd/spaces", test_nrrd_spaces);
  g_test_add_func ("/itk/nrrd/frames", test_nrrd_frames);
  g_test_add_func ("/itk/metaimage/by-hand", test_metaimage_by_hand);
  g_test_add_func ("/itk/metaimage/two-files", test_two_files);
  g_test_add_func ("/itk/refuses/colors", test_colors_are_refused);
  for (size_t n = 0; n < G_N_ELEMENTS (broken_cases); n++)
    g_test_add_data_func (broken_cases[n].path, &broken_cases[n], test_broken);
  g_test_add_func ("/itk/refuses/cut", test_cut);
  return g_test_run ();
}
