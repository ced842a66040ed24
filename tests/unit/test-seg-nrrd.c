/* test-seg-nrrd.c - segmentations of 3D Slicer: round trips, files written by hand, broken ones
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files by hand follow "Segmentation labelmap file format" in 3D Slicer's developer guide.
 */

#include "core/io/gzip.h"
#include "core/io/seg-nrrd.h"
#include "core/io/structure-file.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

/* ---- sets ---- */

static void
add_box (TrpStructureSet *set, const char *name, uint16_t label, size_t begin, size_t end)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  TrpMask *mask = trp_mask_new (geometry);
  g_autoptr (TrpStructure) structure = NULL;

  for (size_t i = begin; i < end; i++)
    for (size_t k = 0; k < geometry->size[2]; k++)
      trp_mask_set (mask, i, (i + k) % geometry->size[1], k, true);
  structure = trp_structure_new (name, (TrpColor){ (uint8_t) label, 128, 255 }, mask);
  trp_structure_set_label (structure, label);
  trp_structure_set_append (set, structure);
}

/* Turned about all axes, in 5 x 3 x 2 mm; left-handed with @flipped. */
static TrpGeometry
make_grid (bool flipped)
{
  const double c = cos (0.4), s = sin (0.4), x = flipped ? -1 : 1;
  const TrpAffine affine = { { { 5 * c * x, -3 * s, 0, -101.25 },
                               { 5 * s * c * x, 3 * c * c, -2 * s, 33.125 },
                               { 5 * s * s * x, 3 * c * s, 2 * c, 1.0 / 3 } } };
  TrpGeometry geometry;

  g_assert_true (trp_geometry_init (&geometry, (const size_t[]){ 70, 5, 4 }, &affine, NULL));
  return geometry;
}

static TrpStructureSet *
make_set (bool flipped)
{
  const TrpGeometry geometry = make_grid (flipped);

  return trp_structure_set_new ("reading", &geometry);
}

static TrpStructureSet *
write_and_parse (const TrpStructureSet *set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = trp_seg_nrrd_write (set, &error);
  TrpStructureSet *again;

  g_assert_no_error (error);
  again = trp_seg_nrrd_parse (file, NULL, &error);
  g_assert_no_error (error);
  return again;
}

static void
assert_same (const TrpStructureSet *a, const TrpStructureSet *b)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (a),
                    *other = trp_structure_set_get_geometry (b);

  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 4; column++) /* 17 digits hold a double */
      trp_assert_near (geometry->lps_from_ijk.m[row][column], other->lps_from_ijk.m[row][column],
                       0);
  g_assert_cmpuint (trp_structure_set_get_size (a), ==, trp_structure_set_get_size (b));
  for (size_t n = 0; n < trp_structure_set_get_size (a); n++)
    {
      const TrpStructure *left = trp_structure_set_get (a, n),
                         *right = trp_structure_set_get (b, n);
      const TrpColor color = trp_structure_get_color (left),
                     other_color = trp_structure_get_color (right);

      g_assert_cmpstr (trp_structure_get_name (left), ==, trp_structure_get_name (right));
      g_assert_cmpuint (trp_structure_get_label (left), ==, trp_structure_get_label (right));
      g_assert_cmpmem (&color, sizeof color, &other_color, sizeof color);
      g_assert_true (
        trp_mask_equal (trp_structure_peek_mask (left), trp_structure_peek_mask (right)));
    }
}

static char *
dup_header (const TrpStructureSet *set)
{
  g_autoptr (GBytes) file = trp_seg_nrrd_write (set, NULL);
  const char *text = g_bytes_get_data (file, NULL);
  const char *end = g_strstr_len (text, (gssize) g_bytes_get_size (file), "\n\n");

  return g_strndup (text, (size_t) (end - text + 1));
}

static void
test_round_trip (void)
{
  for (int flipped = 0; flipped < 2; flipped++)
    {
      g_autoptr (TrpStructureSet) set = make_set (flipped);
      g_autoptr (TrpStructureSet) again = NULL;

      add_box (set, "Prostata links", 7, 0, 30);
      add_box (set,
               "\xc3\x9c"
               "ber:=alles | a:b \\n \\ ",
               3, 10, 66);                      /* over the first */
      add_box (set, "two\nlines", 255, 20, 70); /* over both */
      add_box (set, "nothing yet", 9, 0, 0);
      again = write_and_parse (set);
      assert_same (set, again);
    }
}

static void
test_wide_labels (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autoptr (TrpStructureSet) again = NULL;
  g_autofree char *header = NULL;

  add_box (set, "a", 256, 0, 30);
  add_box (set, "b", 65535, 20, 40);
  again = write_and_parse (set);
  assert_same (set, again);
  header = dup_header (set);
  g_assert_nonnull (strstr (header, "type: unsigned short\n"));
  g_assert_nonnull (strstr (header, "endian: "));
}

static void
test_origin_and_provenance (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autoptr (TrpStructureSet) again = NULL;
  TrpStructure *structure;

  add_box (set, "a", 5, 0, 30);
  add_box (set, "b", 6, 0, 30);
  structure = trp_structure_set_get (set, 1);
  trp_structure_set_origin (structure, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_structure_set_provenance (structure, "{\"model\":\"7f\\n\"}");
  again = write_and_parse (set);
  g_assert_cmpint (trp_structure_get_origin (trp_structure_set_get (again, 0)), ==,
                   TRP_ORIGIN_UNKNOWN);
  g_assert_null (trp_structure_get_provenance (trp_structure_set_get (again, 0)));
  structure = trp_structure_set_get (again, 1);
  g_assert_cmpint (trp_structure_get_origin (structure), ==, TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_cmpstr (trp_structure_get_provenance (structure), ==, "{\"model\":\"7f\\n\"}");
}

static void
test_as_few_layers_as_it_takes (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autofree char *apart = NULL, *over = NULL;

  add_box (set, "a", 1, 0, 30);
  add_box (set, "b", 2, 30, 40);
  apart = dup_header (set);
  g_assert_nonnull (strstr (apart, "\ndimension: 3\n"));
  g_assert_nonnull (strstr (apart, "\nsizes: 70 5 4\n"));
  g_assert_nonnull (strstr (apart, "\nkinds: domain domain domain\n"));
  add_box (set, "over a", 3, 29, 30);
  add_box (set, "apart", 4, 50, 60);
  over = dup_header (set);
  g_assert_nonnull (strstr (over, "\ndimension: 4\n"));
  g_assert_nonnull (strstr (over, "\nsizes: 2 70 5 4\n"));
  g_assert_nonnull (strstr (over, "\nspace directions: none ("));
  g_assert_nonnull (strstr (over, "\nkinds: list domain domain domain\n"));
  g_assert_nonnull (strstr (over, "\nSegment1_Layer:=0\n"));
  g_assert_nonnull (strstr (over, "\nSegment2_Layer:=1\n"));
  g_assert_nonnull (strstr (over, "\nSegment3_Layer:=0\n"));
}

/* 3D Slicer cuts a whole layer to the extent of its first segment. */
static void
test_extents_are_the_grid (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autofree char *header = NULL;

  add_box (set, "a", 1, 3, 4);
  add_box (set, "b", 2, 30, 40);
  header = dup_header (set);
  g_assert_nonnull (strstr (header, "\nSegment0_Extent:=0 69 0 4 0 3\n"));
  g_assert_nonnull (strstr (header, "\nSegment1_Extent:=0 69 0 4 0 3\n"));
}

static void
test_sheared_is_refused (void)
{
  const TrpAffine affine = { { { 1, 0.5, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
  g_autoptr (TrpStructureSet) set = NULL;
  g_autoptr (GError) error = NULL;
  TrpGeometry geometry;

  g_assert_true (trp_geometry_init (&geometry, (const size_t[]){ 4, 3, 2 }, &affine, NULL));
  set = trp_structure_set_new ("reading", &geometry);
  g_assert_null (trp_seg_nrrd_write (set, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

/* ---- files by hand: 3 x 2 x 2 voxels, two layers ---- */

#define HEAD "NRRD0004\ntype: unsigned char\ndimension: 4\n"
#define SPACE "space: left-posterior-superior\n"
#define LIST_FIRST                                                                                 \
  "sizes: 2 3 2 2\nspace directions: none (2,0,0) (0,3,0) (0,0,4)\n"                               \
  "kinds: list domain domain domain\nencoding: raw\nspace origin: (10,20,30)\n"
#define FIRST                                                                                      \
  "Segment0_ID:=Segment_1\nSegment0_Name:=GTV\nSegment0_Color:=1 0.501961 0\n"                     \
  "Segment0_LabelValue:=1\nSegment0_Layer:=0\nSegment0_Extent:=0 2 0 1 0 1\n"
#define SECOND                                                                                     \
  "Segment1_ID:=Segment_2\nSegment1_Name:=CTV\nSegment1_Color:=0 0 1\n"                            \
  "Segment1_LabelValue:=1\nSegment1_Layer:=1\n"
#define MASTER                                                                                     \
  "Segmentation_MasterRepresentation:=Binary labelmap\n"                                           \
  "Segmentation_ReferenceImageExtentOffset:=4 5 6\n"

static TrpStructureSet *
parse_text (const char *header, const uint8_t *voxels, size_t size, GError **error)
{
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  g_byte_array_append (file, (const uint8_t *) header, (guint) strlen (header));
  g_byte_array_append (file, voxels, (guint) size);
  bytes = g_byte_array_free_to_bytes (file);
  return trp_seg_nrrd_parse (bytes, NULL, error);
}

/* GTV is voxels (0,0,0) and (1,0,0), CTV (1,0,0) and (2,1,1). */
static void
assert_by_hand (const TrpStructureSet *set)
{
  static const size_t gtv[2][3] = { { 0, 0, 0 }, { 1, 0, 0 } },
                      ctv[2][3] = { { 1, 0, 0 }, { 2, 1, 1 } };

  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  for (size_t n = 0; n < 2; n++)
    {
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, n));

      g_assert_cmpuint (trp_mask_count (mask), ==, 2);
      for (size_t v = 0; v < 2; v++)
        {
          const size_t *at = n == 0 ? gtv[v] : ctv[v];

          g_assert_true (trp_mask_get (mask, at[0], at[1], at[2]));
        }
    }
}

static void
test_list_first (void)
{
  static const uint8_t voxels[24] = { [0] = 1, [2] = 1, [3] = 1, [23] = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet)
    set = parse_text (HEAD SPACE LIST_FIRST FIRST SECOND MASTER "\n", voxels, 24, &error);
  TrpStructure *gtv;
  TrpVec3 point;

  g_assert_no_error (error);
  assert_by_hand (set);
  gtv = trp_structure_set_get (set, 0);
  g_assert_cmpstr (trp_structure_get_name (gtv), ==, "GTV");
  g_assert_cmpuint (trp_structure_get_color (gtv).red, ==, 255);
  g_assert_cmpuint (trp_structure_get_color (gtv).green, ==, 128);
  /* both have the value 1, each in its layer; labels of a set differ */
  g_assert_cmpuint (trp_structure_get_label (gtv), ==, 1);
  g_assert_cmpuint (trp_structure_get_label (trp_structure_set_get (set, 1)), ==, 2);
  /* the offset into some reference image is in the origin already */
  point = trp_geometry_lps_from_ijk (trp_structure_set_get_geometry (set), trp_vec3 (2, 1, 1));
  trp_assert_near (point.v[0], 14, 0);
  trp_assert_near (point.v[1], 23, 0);
  trp_assert_near (point.v[2], 34, 0);
}

static void
test_list_last (void)
{
  static const uint8_t voxels[24] = { [0] = 1, [1] = 1, [13] = 1, [23] = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) set = parse_text (
    HEAD SPACE "sizes: 3 2 2 2\nspace directions: (2,0,0) (0,3,0) (0,0,4) none\nencoding: raw\n"
               "space origin: (10,20,30)\n" FIRST SECOND "\n",
    voxels, 24, &error);

  g_assert_no_error (error);
  assert_by_hand (set);
}

/* Big-endian and misaligned. */
static void
test_shorts (void)
{
  static const uint8_t voxels[48] = { [1] = 1, [5] = 1, [7] = 1, [47] = 1 };

  for (size_t shift = 0; shift < 2; shift++)
    {
      g_autofree char *header = g_strconcat (
        "NRRD0004\n", shift ? "#\n" : "#.\n",
        "type: uint16\ndimension: 4\nendian: big\n" SPACE LIST_FIRST FIRST SECOND "\n", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpStructureSet) set = parse_text (header, voxels, sizeof voxels, &error);

      g_assert_no_error (error);
      assert_by_hand (set);
    }
}

static void
test_gzip (void)
{
  static const uint8_t voxels[24] = { [0] = 1, [2] = 1, [3] = 1, [23] = 1 };
  g_autoptr (GBytes) packed = trp_gzip_deflate (voxels, sizeof voxels, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) set = parse_text (
    HEAD SPACE "sizes: 2 3 2 2\nspace directions: none (2,0,0) (0,3,0) (0,0,4)\nencoding: gz\n"
               "space origin: (10,20,30)\n" FIRST SECOND "\n",
    g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), &error);

  g_assert_no_error (error);
  assert_by_hand (set);
}

/* Before layers were shared each segment had its own, with the value 1, and colours had another
 * name. Line ends of another system. */
static void
test_older_files (void)
{
  static const uint8_t voxels[24] = { [0] = 1, [2] = 1, [3] = 1, [23] = 1 };
  static const char header[] =
    "NRRD0004\r\ntype: uchar\r\ndimension: 4\r\nspace: LPS\r\nsizes: 2 3 2 2\r\nspace directions: "
    "none (2,0,0) (0,3,0) (0,0,4)\r\nencoding: raw\r\nSegment0_ID:=GTV\r\nSegment1_ID:=CTV\r\n"
    "Segment1_DefaultColor:=0 1 0\r\n\r\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) set = parse_text (header, voxels, sizeof voxels, &error);

  g_assert_no_error (error);
  assert_by_hand (set);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 1)), ==, "CTV");
  g_assert_cmpuint (trp_structure_get_color (trp_structure_set_get (set, 1)).green, ==, 255);
}

/* Left and back are positive in LPS; RAS and LAS are turned. */
static void
test_spaces (void)
{
  static const struct
  {
    const char *name;
    double x, y;
  } spaces[] = { { "LPS", 10, 20 }, { "right-anterior-superior", -10, -20 }, { "LAS", 10, -20 } };

  for (size_t n = 0; n < G_N_ELEMENTS (spaces); n++)
    {
      g_autofree char *header = g_strconcat (HEAD "space: ", spaces[n].name,
                                             "\n" LIST_FIRST FIRST SECOND "\n", NULL);
      g_autoptr (TrpStructureSet) set = parse_text (header, (const uint8_t[24]){ 0 }, 24, NULL);
      TrpVec3 origin;

      g_assert_nonnull (set);
      origin = trp_geometry_lps_from_ijk (trp_structure_set_get_geometry (set), trp_vec3 (0, 0, 0));
      trp_assert_near (origin.v[0], spaces[n].x, 0);
      trp_assert_near (origin.v[1], spaces[n].y, 0);
      trp_assert_near (origin.v[2], 30, 0);
    }
}

/* Values that no segment names are nobody's. */
static void
test_unnamed_values (void)
{
  static const uint8_t voxels[24] = { [0] = 1, [2] = 1, [3] = 1, [23] = 1, [10] = 99 };
  g_autoptr (TrpStructureSet)
    set = parse_text (HEAD SPACE LIST_FIRST FIRST SECOND "\n", voxels, 24, NULL);

  assert_by_hand (set);
}

static void
test_through_files (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autoptr (TrpStructureSet) again = NULL;
  g_autoptr (TrpVolume) layer = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "case.one.seg.nrrd", NULL);
  g_autoptr (GError) error = NULL;

  add_box (set, "a", 1, 0, 30);
  add_box (set, "b", 2, 20, 40);
  g_assert_true (trp_structure_file_holds_overlaps (path));
  g_assert_true (trp_structure_set_save (set, path, NULL, &error)); /* overlaps need no answer */
  again = trp_structure_set_load (path, NULL, &error);
  g_assert_no_error (error);
  assert_same (set, again);
  g_assert_cmpstr (trp_structure_set_get_name (again), ==, "case.one");
  layer = trp_volume_load (path, &(TrpLoadOptions){ .frame = 1 }, &error);
  g_assert_no_error (error);
  g_assert_cmpint (trp_volume_get_info (layer)->n_frames, ==, 2);
  trp_assert_near (trp_volume_get_value (layer, 25, 0, 0), 2, 0);
  g_assert_false (trp_volume_save (layer, path, &error)); /* an image is no segmentation */
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  trp_test_remove_folder (folder);
}

/* ---- broken ones ---- */

typedef struct
{
  const char *name;
  const char *header;
  const char *message;
} BrokenCase;

#define GRID "space directions: none (2,0,0) (0,3,0) (0,0,4)\nencoding: raw\n"

static const BrokenCase broken_cases[] = {
  { "nothing", "", "*no usable number of dimensions*" },
  { "no-sizes", HEAD SPACE GRID FIRST "\n", "*no usable number*" },
  { "huge", HEAD SPACE "sizes: 2 1000000 1000000 1000000\n" GRID FIRST "\n", "*can hold*" },
  { "large-axis", HEAD SPACE "sizes: 1 40000 1 1\n" GRID FIRST "\n", "*" },
  { "zero", HEAD SPACE "sizes: 2 0 2 2\n" GRID FIRST "\n", "*whole numbers*" },
  { "few-sizes", HEAD SPACE "sizes: 2 3 2\n" GRID FIRST "\n", "*gives 3 sizes*" },
  { "five-axes", "NRRD0004\ntype: uchar\ndimension: 5\n" SPACE "sizes: 2 1 3 2 2\n" GRID FIRST "\n",
    "*three axes in space*" },
  { "four-in-space",
    HEAD SPACE "sizes: 2 3 2 2\nencoding: raw\n"
               "space directions: (1,0,0) (2,0,0) (0,3,0) (0,0,4)\n" FIRST "\n",
    "*three axes in space*" },
  { "two-lists",
    HEAD SPACE "sizes: 2 3 2 2\nencoding: raw\nspace directions: none none (0,3,0) (0,0,4)\n" FIRST
               "\n",
    "*left and right are unknown*" },
  { "plane", "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 3 2\nencoding: raw\n" SPACE FIRST "\n",
    "*three axes in space*" },
  { "no-space", HEAD LIST_FIRST FIRST "\n", "*left and right are unknown*" },
  { "no-directions", HEAD SPACE "sizes: 2 3 2 2\nencoding: raw\n" FIRST "\n",
    "*three axes in space*" },
  { "scanner-space", HEAD "space: scanner-xyz\n" LIST_FIRST FIRST "\n",
    "*left and right are unknown*" },
  { "flat-directions",
    HEAD SPACE "sizes: 2 3 2 2\nencoding: raw\n"
               "space directions: none (2,0,0) (2,0,0) (0,0,4)\n" FIRST "\n",
    "*" },
  { "directions-nan",
    HEAD SPACE "sizes: 2 3 2 2\nencoding: raw\n"
               "space directions: none (nan,0,0) (0,3,0) (0,0,4)\n" FIRST "\n",
    "*" },
  { "no-voxels", HEAD SPACE "sizes: 2 1 1 1\n" GRID FIRST SECOND "\n", "*has no voxels*" },
  { "block", "NRRD0004\ntype: block\ndimension: 4\n" SPACE LIST_FIRST FIRST "\n",
    "*type \"block\" cannot be read*" },
  { "no-type", "NRRD0004\ndimension: 4\n" SPACE LIST_FIRST FIRST "\n", "*type*cannot be read*" },
  { "text",
    HEAD SPACE "sizes: 2 3 2 2\nencoding: ascii\nspace directions: none (2,0,0) (0,3,0) "
               "(0,0,4)\n" FIRST "\n",
    "*raw and gzip*" },
  { "second-file", HEAD SPACE LIST_FIRST "data file: /etc/passwd\n" FIRST "\n", "*second file*" },
  { "file-list", HEAD SPACE LIST_FIRST "data file: LIST\n" FIRST "\n", "*in one file*" },
  { "cut-short", HEAD SPACE "sizes: 2 3 2 3\n" GRID FIRST SECOND "\n", "*cut short*" },
  { "bomb",
    HEAD SPACE "sizes: 2 3000 3000 3000\nencoding: gzip\n"
               "space directions: none (2,0,0) (0,3,0) (0,0,4)\n" FIRST "\n\x1f\x8b\x08",
    "*" },
  { "fractional",
    HEAD SPACE LIST_FIRST FIRST "Segmentation_MasterRepresentation:=Fractional labelmap\n\n",
    "*\"Fractional labelmap\"*" },
  { "surface", HEAD SPACE LIST_FIRST FIRST "Segmentation_SourceRepresentation:=Closed surface\n\n",
    "*\"Closed surface\"*" },
  { "old-place", HEAD SPACE LIST_FIRST FIRST "Segmentation_Extent:=0 1 0 1 0 1\n\n",
    "*until 2016*" },
  { "layer-out-of-range", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_Layer:=2\n\n",
    "Segment 1 (CTV) has no usable layer" },
  { "layer-negative", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_Layer:=-1\n\n", "*layer*" },
  { "layer-huge", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_Layer:=99999999999999999999\n\n",
    "*layer*" },
  { "value-zero", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_LabelValue:=0\n\n",
    "*label value*" },
  { "value-huge", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_LabelValue:=65536\n\n",
    "*label value*" },
  { "value-word", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_LabelValue:=one\n\n",
    "*label value*" },
  { "colour-two", HEAD SPACE LIST_FIRST FIRST "Segment0_Color:=1 0\n\n", "*colour*" },
  { "colour-bytes", HEAD SPACE LIST_FIRST FIRST "Segment0_Color:=255 0 0\n\n", "*colour*" },
  { "colour-nan", HEAD SPACE LIST_FIRST FIRST "Segment0_Color:=nan 0 0\n\n", "*colour*" },
  { "same-voxels", HEAD SPACE LIST_FIRST FIRST SECOND "Segment1_Layer:=0\n\n",
    "\"CTV\" is the same voxels*" },
  { "no-id", HEAD SPACE LIST_FIRST FIRST "Segment1_Name:=CTV\n\n", "Segment 1 has no ID*" },
  { "gap", HEAD SPACE LIST_FIRST FIRST "Segment2_ID:=Segment_3\n\n", "Segment 1 has no ID*" },
  { "no-label",
    "NRRD0004\ntype: float\nendian: little\ndimension: 4\n" SPACE "sizes: 1 3 2 1\n" GRID FIRST
    "\n",
    "*holds the value*" },
};

static void
test_broken (gconstpointer data)
{
  const BrokenCase *broken = data;
  uint8_t voxels[24];
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) set = NULL;

  memset (voxels, 1, sizeof voxels);
  set = parse_text (broken->header, voxels, sizeof voxels, &error);
  g_assert_null (set);
  g_assert_nonnull (error);
  if (!g_pattern_match_simple (broken->message, error->message))
    g_error ("%s does not match %s", error->message, broken->message);
}

/* Cut at every byte: an error or the same set, never a crash, never another set. */
static void
test_every_cut (void)
{
  g_autoptr (TrpStructureSet) set = make_set (false);
  g_autoptr (GBytes) file = NULL;

  add_box (set, "a", 1, 0, 30);
  add_box (set, "b", 2, 20, 40);
  file = trp_seg_nrrd_write (set, NULL);
  for (size_t size = 0; size < g_bytes_get_size (file); size++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (file, 0, size);
      g_autoptr (GError) error = NULL;

      g_assert_null (trp_seg_nrrd_parse (cut, NULL, &error));
      g_assert_nonnull (error);
    }
}

static void
test_too_many_segments (void)
{
  g_autoptr (GString) header = g_string_new (HEAD SPACE LIST_FIRST);
  g_autoptr (GError) error = NULL;

  for (int n = 0; n < 5000; n++)
    g_string_append_printf (header,
                            "Segment%d_ID:=%d\nSegment%d_Layer:=0\nSegment%d_LabelValue:=%d\n", n,
                            n, n, n, n + 1);
  g_string_append_c (header, '\n');
  g_assert_null (parse_text (header->str, (const uint8_t[24]){ 0 }, 24, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seg-nrrd/round-trip", test_round_trip);
  g_test_add_func ("/seg-nrrd/wide-labels", test_wide_labels);
  g_test_add_func ("/seg-nrrd/origin-and-provenance", test_origin_and_provenance);
  g_test_add_func ("/seg-nrrd/as-few-layers-as-it-takes", test_as_few_layers_as_it_takes);
  g_test_add_func ("/seg-nrrd/extents-are-the-grid", test_extents_are_the_grid);
  g_test_add_func ("/seg-nrrd/sheared-is-refused", test_sheared_is_refused);
  g_test_add_func ("/seg-nrrd/list-first", test_list_first);
  g_test_add_func ("/seg-nrrd/list-last", test_list_last);
  g_test_add_func ("/seg-nrrd/shorts", test_shorts);
  g_test_add_func ("/seg-nrrd/gzip", test_gzip);
  g_test_add_func ("/seg-nrrd/older-files", test_older_files);
  g_test_add_func ("/seg-nrrd/spaces", test_spaces);
  g_test_add_func ("/seg-nrrd/unnamed-values", test_unnamed_values);
  g_test_add_func ("/seg-nrrd/through-files", test_through_files);
  g_test_add_func ("/seg-nrrd/every-cut", test_every_cut);
  g_test_add_func ("/seg-nrrd/refuses/too-many-segments", test_too_many_segments);
  for (size_t n = 0; n < G_N_ELEMENTS (broken_cases); n++)
    {
      g_autofree char *path = g_strconcat ("/seg-nrrd/refuses/", broken_cases[n].name, NULL);

      g_test_add_data_func (path, &broken_cases[n], test_broken);
    }
  return g_test_run ();
}
