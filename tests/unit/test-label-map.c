/* test-label-map.c - label maps, the tables beside them, and what saving refuses
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/label-map.h"
#include "core/io/label-table.h"
#include "core/io/structure-file.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static TrpGeometry
make_grid (void)
{
  return trp_geometry_axial ((const size_t[]){ 70, 3, 2 }, (const double[]){ 1, 1, 1 },
                             trp_vec3 (0, 0, 0));
}

static TrpVolume *
make_volume (const float *values, size_t n)
{
  const TrpGeometry geometry = make_grid ();
  float *all = g_new0 (float, 420);
  g_autoptr (GBytes) bytes = NULL;

  memcpy (all, values, n * sizeof *values);
  bytes = g_bytes_new_take (all, 420 * sizeof *all);
  return trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

/* Voxels begin to end - 1 of the first row. */
static void
add (TrpStructureSet *set, const char *name, uint16_t label, size_t begin, size_t end)
{
  const TrpGeometry geometry = make_grid ();
  TrpMask *mask = trp_mask_new (&geometry);
  g_autoptr (TrpStructure) structure = NULL;

  for (size_t i = begin; i < end; i++)
    trp_mask_set (mask, i, 0, 0, true);
  structure = trp_structure_new (name, (TrpColor){ 1, 2, (uint8_t) begin }, mask);
  trp_structure_set_label (structure, label);
  trp_structure_set_append (set, structure);
}

static TrpStructureSet *
make_set (void)
{
  const TrpGeometry geometry = make_grid ();

  return trp_structure_set_new ("reading", &geometry);
}

static GPtrArray *
parse (const char *text, GError **error)
{
  return trp_label_table_parse (text, strlen (text), error);
}

static void
check_label (const GPtrArray *labels, uint16_t value, const char *name, TrpColor color)
{
  const TrpLabel *label = trp_label_table_get (labels, value);

  g_assert_nonnull (label);
  g_assert_cmpstr (label->name, ==, name);
  g_assert_cmpuint (label->color.red, ==, color.red);
  g_assert_cmpuint (label->color.green, ==, color.green);
  g_assert_cmpuint (label->color.blue, ==, color.blue);
}

static void
test_csv (void)
{
  static const char text[] = "\xef\xbb\xbfname,value,blue,red,green,note\r\n"
                             "\"Bladder, \"\"full\"\"\",2,30,10,20,x\r\n"
                             "\r\n"
                             "Rectum,3,,,,\n"
                             "Background,0,0,0,0,\n"
                             "Hüfte,65535,1,2,3";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) labels = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (labels->len, ==, 3);
  check_label (labels, 2, "Bladder, \"full\"", (TrpColor){ 10, 20, 30 });
  check_label (labels, 3, "Rectum", trp_color_get_default (2));
  check_label (labels, 65535, "Hüfte", (TrpColor){ 2, 3, 1 });
}

/* The layout of ITK-SNAP's own files, with its comment at the top. */
static void
test_snap (void)
{
  static const char text[] = "################################################\n"
                             "# ITK-SnAP Label Description File\n"
                             "# File format: \n"
                             "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL\n"
                             "################################################\n"
                             "    0     0    0    0        0  0  0    \"Clear Label\"\n"
                             "    1   255    0    0        1  1  1    \"Prostate \"left\"\"\n"
                             "    7     0  128  255      0.5  0  1    \"Bladder\"\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) labels = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (labels->len, ==, 2);
  check_label (labels, 1, "Prostate \"left\"", (TrpColor){ 255, 0, 0 });
  check_label (labels, 7, "Bladder", (TrpColor){ 0, 128, 255 });
  g_assert_false (trp_label_table_get (labels, 7)->visible);
}

static void
test_decimal_comma (void)
{
  static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8" };
  bool is_set = false;

  for (size_t n = 0; n < G_N_ELEMENTS (locales) && !is_set; n++)
    is_set = setlocale (LC_ALL, locales[n]) && strcmp (localeconv ()->decimal_point, ",") == 0;
  if (is_set)
    {
      test_csv ();
      test_snap ();
    }
  else
    g_test_skip ("no locale with a decimal comma is installed");
  setlocale (LC_ALL, "C.UTF-8");
}

static void
test_broken_tables (void)
{
  static const char *const cases[][2] = {
    { "", "Line 1 must name*" },
    { "a,b,c\n", "Line 1 must name*" },
    { "value,name,red,green,blue\n-1,A,0,0,0\n", "Line 2 has no value*" },
    { "value,name,red,green,blue\n1,A,0,0,0\n65536,A,0,0,0\n", "Line 3 has no value*" },
    { "value,name,red,green,blue\n1.5,A,0,0,0\n", "Line 2 has no value*" },
    { "value,name,red,green,blue\n1,A,0,256,0\n", "Line 2 has a colour*" },
    { "value,name,red,green,blue\n1,A,0,0,0x1\n", "Line 2 has a colour*" },
    { "# ITK-SnAP Label Description File\n1 2 3\n", "Line 2 is not seven numbers*" },
    { "# ITK-SnAP Label Description File\n1 0 0 0 1 1 1 \"A\n", "Line 2 is not seven numbers*" },
    { "# ITK-SnAP Label Description File\n1 0 300 0 1 1 1 \"A\"\n", "Line 2 has an index*" },
    { "# ITK-SnAP Label Description File\n1 0 0 0 1 2 1 \"A\"\n", "Line 2 has a visibility*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[n][0], &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      if (!g_pattern_match_simple (cases[n][1], error->message))
        g_error ("\"%s\" does not match \"%s\"", error->message, cases[n][1]);
    }
}

static void
test_looks_like (void)
{
  static const float good[] = { 0, 1, 65535 }, negative[] = { -1 }, broken[] = { 1.5F },
                     large[] = { 65536 }, nan_value[] = { NAN };
  float many[300];

  for (int n = 0; n < 300; n++)
    many[n] = (float) n;
  for (int n = 0; n < 6; n++)
    {
      const struct
      {
        const float *values;
        size_t n;
        bool is_label_map;
      } cases[] = { { good, 3, true },   { negative, 1, false },  { broken, 1, false },
                    { large, 1, false }, { nan_value, 1, false }, { many, 300, false } };
      g_autoptr (TrpVolume) volume = make_volume (cases[n].values, cases[n].n);

      g_assert_true (trp_label_map_looks_like (volume) == cases[n].is_label_map);
    }
}

/* The first values of a volume of @n different ones, of a file called @path. */
static bool
is_evident (int n, float step, TrpModality modality, const char *path)
{
  const TrpVolumeInfo info = { .n_frames = 1, .file_slope = 1, .modality = modality };
  float values[420];
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpVolume) told = NULL;

  for (int i = 0; i < 420; i++)
    values[i] = step * (float) (i % n);
  volume = make_volume (values, 420);
  told = trp_volume_new_with_info (volume, &info);
  return trp_label_map_is_evident (told, path);
}

static void
test_is_evident (void)
{
  static const char *const files[] = { "segmentations.nii.gz", "aseg.nii", "aparc.a2009s+aseg.nii",
                                       "p1_totalseg.nii.gz", "p1-TotalSegmentator.nii" };

  g_assert_true (is_evident (2, 255, TRP_MODALITY_UNKNOWN, "scan.nii"));
  g_assert_true (is_evident (41, 1, TRP_MODALITY_UNKNOWN, NULL));
  g_assert_false (is_evident (42, 1, TRP_MODALITY_UNKNOWN, NULL));
  g_assert_false (
    is_evident (31, 40, TRP_MODALITY_UNKNOWN, "MR_T2.nii.gz")); /* coarse, but an MR */
  g_assert_true (is_evident (1, 0, TRP_MODALITY_UNKNOWN, "empty.nii"));
  g_assert_true (is_evident (200, 1, TRP_MODALITY_UNKNOWN, "labels/p1-Labels.nii.gz"));
  g_assert_false (is_evident (200, 1, TRP_MODALITY_UNKNOWN, "labels/p1.nii.gz"));
  g_assert_false (is_evident (300, 1, TRP_MODALITY_UNKNOWN, "labels.nii.gz"));
  g_assert_false (is_evident (2, 0.5F, TRP_MODALITY_UNKNOWN, "labels.nii.gz"));
  g_assert_false (is_evident (2, -1000, TRP_MODALITY_UNKNOWN, "labels.nii.gz"));
  g_assert_false (is_evident (2, 1, TRP_MODALITY_MR, "labels.nii.gz"));
  for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
    g_assert_true (is_evident (118, 1, TRP_MODALITY_UNKNOWN, files[n]));
}

/* All kinds of voxels, runs that cross words, odd widths; expected bits voxel by voxel. */
static void
test_every_type_and_width (void)
{
  static const TrpVoxelType types[] = { TRP_VOXEL_U8, TRP_VOXEL_I16, TRP_VOXEL_U16, TRP_VOXEL_I32,
                                        TRP_VOXEL_F32 };

  for (size_t t = 0; t < G_N_ELEMENTS (types); t++)
    for (size_t nx = 1; nx <= 200; nx += nx < 10 ? 1 : 63)
      {
        const size_t size[3] = { nx, 3, 11 }, n = nx * 33;
        const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 },
                                                         trp_vec3 (0, 0, 0));
        g_autofree uint8_t *labels = g_new0 (uint8_t, n);
        g_autofree uint8_t *stored = g_malloc0 (4 * n);
        g_autoptr (TrpStructureSet) set = NULL;
        g_autoptr (TrpVolume) volume = NULL;
        g_autoptr (GBytes) bytes = NULL;

        for (size_t i = 0; i < n; i++)
          {
            labels[i] = (uint8_t) (i / 70 % 3 + (i % 97 == 0) + (i == n - 1 ? 200 : 0));
            switch (types[t])
              {
              case TRP_VOXEL_U8:
                stored[i] = labels[i];
                break;
              case TRP_VOXEL_I16:
              case TRP_VOXEL_U16:
                ((uint16_t *) (void *) stored)[i] = labels[i];
                break;
              case TRP_VOXEL_I32:
                ((int32_t *) (void *) stored)[i] = labels[i];
                break;
              default:
                ((float *) (void *) stored)[i] = labels[i];
              }
          }
        bytes = g_bytes_new (stored, 4 * n);
        volume = trp_volume_new (&geometry, types[t], bytes, 1, 0, NULL, NULL);
        set = trp_label_map_to_set (volume, NULL, NULL);
        g_assert_nonnull (set);
        for (size_t s = 0; s < trp_structure_set_get_size (set); s++)
          {
            const TrpStructure *structure = trp_structure_set_get (set, s);
            const TrpMask *mask = trp_structure_peek_mask (structure);

            for (size_t i = 0; i < n; i++)
              g_assert_cmpint (trp_mask_get (mask, i % nx, i / nx % 3, i / nx / 3), ==,
                               labels[i] == trp_structure_get_label (structure));
          }
        g_assert_cmpuint (trp_structure_get_label (
                            trp_structure_set_get (set, trp_structure_set_get_size (set) - 1)),
                          >=, 200);
      }
}

/* A grey image of whole numbers must not become thousands of structures. */
static void
test_refuses_an_image_of_many_grey_values (void)
{
  const size_t size[3] = { 64, 64, 3 };
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  uint16_t *values = g_new (uint16_t, 64 * 64 * 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (size_t n = 0; n < 64 * 64 * 3; n++)
    values[n] = (uint16_t) n;
  bytes = g_bytes_new_take (values, 64 * 64 * 3 * sizeof *values);
  volume = trp_volume_new (&geometry, TRP_VOXEL_U16, bytes, 1, 0, NULL, NULL);
  g_assert_false (trp_label_map_looks_like (volume));
  g_assert_null (trp_label_map_to_set (volume, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "12288 different values"));
}

static void
test_names_the_offender (void)
{
  static const float values[] = { 1, 2, 0.25F };
  g_autoptr (TrpVolume) volume = make_volume (values, 3);
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_label_map_to_set (volume, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "0.25"));
}

static void
test_no_table (void)
{
  static const float values[] = { 5, 5, 300 };
  g_autoptr (TrpVolume) volume = make_volume (values, 3);
  g_autoptr (TrpStructureSet) set = trp_label_map_to_set (volume, NULL, NULL);

  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, "Label 5");
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 1)), ==, "Label 300");
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (trp_structure_set_get (set, 0))), ==,
                    2);
}

static void
assert_same (const TrpStructureSet *a, const TrpStructureSet *b)
{
  g_assert_cmpuint (trp_structure_set_get_size (a), ==, trp_structure_set_get_size (b));
  for (size_t n = 0; n < trp_structure_set_get_size (a); n++)
    {
      const TrpStructure *left = trp_structure_set_get (a, n),
                         *right = trp_structure_set_get (b, n);

      g_assert_cmpstr (trp_structure_get_name (left), ==, trp_structure_get_name (right));
      g_assert_cmpuint (trp_structure_get_label (left), ==, trp_structure_get_label (right));
      g_assert_cmpuint (trp_structure_get_color (left).blue, ==,
                        trp_structure_get_color (right).blue);
      g_assert_true (
        trp_mask_equal (trp_structure_peek_mask (left), trp_structure_peek_mask (right)));
    }
}

static TrpStructureSet *
save_and_load (const TrpStructureSet *set, const char *name)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  TrpStructureSet *loaded;

  g_assert_true (trp_structure_set_save (set, path, NULL, &error));
  g_assert_no_error (error);
  loaded = trp_structure_set_load (path, NULL, &error);
  g_assert_no_error (error);
  trp_test_remove_folder (folder);
  return loaded;
}

static void
test_round_trip (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (TrpStructureSet) again = NULL;

  add (set, "Rectum, \"wall\"", 9, 0, 5);
  add (set, "Blase", 3, 60, 70); /* over the edge of a word of bits */
  add (set, "nothing yet", 4, 0, 0);
  again = save_and_load (set, "reading.nii.gz");
  assert_same (set, again);
  g_assert_cmpstr (trp_structure_set_get_name (again), ==, "reading");
}

static void
test_wide_labels (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (TrpStructureSet) again = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  add (set, "a", 255, 0, 5);
  volume = trp_label_map_from_set (set, NULL, NULL);
  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_U8);
  add (set, "b", 256, 5, 6);
  g_clear_pointer (&volume, trp_volume_unref);
  volume = trp_label_map_from_set (set, NULL, NULL);
  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_U16);
  again = save_and_load (set, "wide.nii");
  assert_same (set, again);
}

static void
test_overlap_is_refused (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autoptr (GError) error = NULL;

  add (set, "Prostate", 1, 0, 10);
  add (set, "Bladder", 2, 7, 20);
  g_assert_false (trp_structure_set_save (set, path, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "a.nii: \"Prostate\" and \"Bladder\" share 3 voxels"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  trp_test_remove_folder (folder);
}

static void
test_priority (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (TrpVolume) first = NULL;
  g_autoptr (TrpVolume) second = NULL;
  g_autoptr (GError) error = NULL;

  add (set, "Prostate", 1, 0, 10);
  add (set, "Bladder", 2, 7, 20);
  first = trp_label_map_from_set (set, (const char *const[]){ "Prostate", NULL }, &error);
  second = trp_label_map_from_set (set, (const char *const[]){ "Bladder", NULL }, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (first, 8, 0, 0), 1, 0);
  trp_assert_near (trp_volume_get_value (second, 8, 0, 0), 2, 0);
  trp_assert_near (trp_volume_get_value (second, 3, 0, 0), 1, 0);
  g_assert_null (trp_label_map_from_set (set, (const char *const[]){ "Prostata", NULL }, &error));
  g_assert_nonnull (strstr (error->message, "Prostata"));
}

static void
test_same_label (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (GError) error = NULL;

  add (set, "a", 4, 0, 2);
  add (set, "b", 5, 5, 6);
  trp_structure_set_label (trp_structure_set_get (set, 1), 4);
  g_assert_null (trp_label_map_from_set (set, NULL, &error));
  g_assert_nonnull (strstr (error->message, "\"a\" and \"b\" have the same label 4"));
}

static void
test_separately (void)
{
  static const char *const files[] = { "Prostate.nii.gz", "left_right.nii.gz",
                                       "left_right-2.nii.gz", "_..nii.gz" };
  static const char *const names[] = { "Prostate", "left/right", "left\\right", ".." };
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; n < 4; n++)
    add (set, names[n], 0, n, 10); /* overlapping, which does not matter here */
  g_assert_true (trp_structure_set_save_separately (set, folder, &error));
  g_assert_no_error (error);
  for (size_t n = 0; n < 4; n++)
    {
      g_autofree char *path = g_build_filename (folder, files[n], NULL);
      g_autoptr (TrpStructureSet) single = trp_structure_set_load (path, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (trp_structure_set_get_size (single), ==, 1);
      g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (single, 0)), ==, names[n]);
      g_assert_true (trp_mask_equal (trp_structure_peek_mask (trp_structure_set_get (single, 0)),
                                     trp_structure_peek_mask (trp_structure_set_get (set, n))));
    }
  trp_test_remove_folder (folder);
}

/* Which table counts: the file's own, the folder's, ITK-SNAP's. */
/* Three lines for each value, of which the last counts; comparing each with all before it would
 * take long. */
static void
test_many_lines (void)
{
  g_autoptr (GString) text = g_string_new ("value,name\n");
  g_autoptr (GPtrArray) labels = NULL;
  g_autoptr (GTimer) timer = NULL;

  for (unsigned n = 0; n < 3 * UINT16_MAX; n++)
    g_string_append_printf (text, "%u,%u\n", UINT16_MAX - n % UINT16_MAX, n / UINT16_MAX);
  timer = g_timer_new ();
  labels = trp_label_table_parse (text->str, text->len, NULL);
  g_assert_nonnull (labels);
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, 5);
  g_assert_cmpuint (labels->len, ==, UINT16_MAX);
  for (guint n = 0; n < labels->len; n++)
    {
      g_assert_cmpuint (((const TrpLabel *) labels->pdata[n])->value, ==, UINT16_MAX - n);
      g_assert_cmpstr (((const TrpLabel *) labels->pdata[n])->name, ==, "2");
    }
}

static void
test_order_of_tables (void)
{
  static const struct
  {
    const char *file, *text, *name;
  } tables[] = {
    { "other.txt", "# ITK-SnAP Label Description File\n1 9 9 9 1 1 1 \"other\"\n", "other" },
    { "a.label", "# ITK-SnAP Label Description File\n1 9 9 9 1 1 1 \"snap\"\n", "snap" },
    { "labels.csv", "value,name,red,green,blue\n1,folder,1,1,1\n8,absent,1,1,1\n", "folder" },
    { "a.labels.csv", "value,name,red,green,blue\n1,own,1,1,1\n", "own" },
  };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *image = g_build_filename (folder, "a.nii.gz", NULL);
  g_autofree char *notes = g_build_filename (folder, "aaa.txt", NULL);
  static const float values[] = { 1 };
  g_autoptr (TrpVolume) volume = make_volume (values, 1);

  g_assert_true (trp_volume_save (volume, image, NULL));
  g_assert_true (g_file_set_contents (notes, "no table at all", -1, NULL));
  for (size_t n = 0; n < G_N_ELEMENTS (tables); n++)
    {
      g_autofree char *path = g_build_filename (folder, tables[n].file, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpStructureSet) set = NULL;

      g_assert_true (g_file_set_contents (path, tables[n].text, -1, NULL));
      set = trp_structure_set_load (image, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
      g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, tables[n].name);
    }
  trp_test_remove_folder (folder);
}

static void
test_broken_table_is_named (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *image = g_build_filename (folder, "a.nii.gz", NULL);
  g_autofree char *table = g_build_filename (folder, "a.labels.csv", NULL);
  static const float values[] = { 1 };
  g_autoptr (TrpVolume) volume = make_volume (values, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (volume, image, NULL));
  g_assert_true (g_file_set_contents (table, "value,name\nx,y\n", -1, NULL));
  g_assert_null (trp_structure_set_load (image, NULL, &error));
  g_assert_cmpstr (error->message, ==, "a.labels.csv: Line 2 has no value from 0 to 65535");
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label-table/csv", test_csv);
  g_test_add_func ("/label-table/many-lines", test_many_lines);
  g_test_add_func ("/label-table/snap", test_snap);
  g_test_add_func ("/label-table/decimal-comma", test_decimal_comma);
  g_test_add_func ("/label-table/refuses", test_broken_tables);
  g_test_add_func ("/label-table/order", test_order_of_tables);
  g_test_add_func ("/label-table/broken-is-named", test_broken_table_is_named);
  g_test_add_func ("/label-map/looks-like", test_looks_like);
  g_test_add_func ("/label-map/is-evident", test_is_evident);
  g_test_add_func ("/label-map/every-type-and-width", test_every_type_and_width);
  g_test_add_func ("/label-map/refuses-an-image-of-many-grey-values",
                   test_refuses_an_image_of_many_grey_values);
  g_test_add_func ("/label-map/names-the-offender", test_names_the_offender);
  g_test_add_func ("/label-map/no-table", test_no_table);
  g_test_add_func ("/label-map/round-trip", test_round_trip);
  g_test_add_func ("/label-map/wide-labels", test_wide_labels);
  g_test_add_func ("/label-map/overlap-is-refused", test_overlap_is_refused);
  g_test_add_func ("/label-map/priority", test_priority);
  g_test_add_func ("/label-map/same-label", test_same_label);
  g_test_add_func ("/label-map/separately", test_separately);
  return g_test_run ();
}
