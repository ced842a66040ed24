/* seg-nrrd-write.c - structure sets to NRRD segmentations, and the format's table
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written without ITK, so that every build has it.
 */

#include "core/base/json.h"
#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/io/gzip.h"
#include "core/io/label-map.h"
#include "core/io/label-voxels.h"
#include "core/io/map-file.h"
#include "core/io/seg-nrrd.h"
#include "core/structure/boolean.h"

#include <string.h>

/* ---- layers ---- */

/* Which layer each structure goes to: the first where it shares no voxel. Returns: how many; 0 with
 * an error. */
static size_t
choose_layers (const TrpStructureSet *set, size_t *out_layers, GError **error)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_mask_free);

  g_ptr_array_add (taken, trp_mask_new (trp_structure_set_get_geometry (set)));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, n));
      TrpMask *both;
      guint layer = 0;

      while (layer < taken->len && trp_mask_count_shared (taken->pdata[layer], mask) > 0)
        layer++;
      if (layer == taken->len)
        g_ptr_array_add (taken, trp_mask_new (trp_structure_set_get_geometry (set)));
      both = trp_boolean_combine (TRP_BOOLEAN_UNION, taken->pdata[layer], mask, error);
      if (!both)
        return 0;
      trp_mask_free (taken->pdata[layer]);
      taken->pdata[layer] = both;
      out_layers[n] = layer;
    }
  return taken->len;
}

static GBytes *
paint (
  const TrpStructureSet *set, const size_t *layers, size_t n_layers, bool is_wide, GError **error)
{
  const size_t count = trp_geometry_count_voxels (trp_structure_set_get_geometry (set));
  const size_t value_size = is_wide ? 2 : 1;
  size_t n_bytes = 0;
  uint8_t *values = NULL;

  if (g_size_checked_mul (&n_bytes, count, n_layers * value_size))
    values = g_try_malloc0 (n_bytes);
  if (!values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu voxels in %zu layers",
                   count, n_layers);
      return NULL;
    }
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);

      trp_label_voxels_paint (trp_structure_peek_mask (structure),
                              trp_structure_get_label (structure), is_wide, n_layers,
                              values + layers[n] * value_size);
    }
  return g_bytes_new_take (values, n_bytes);
}

/* ---- the header ---- */

static void
append_number (GString *text, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_dtostr (buffer, sizeof buffer, number));
}

static void
append_column (GString *text, const TrpAffine *affine, int column)
{
  for (int row = 0; row < 3; row++)
    {
      g_string_append_c (text, row == 0 ? '(' : ',');
      append_number (text, affine->m[row][column]);
    }
  g_string_append_c (text, ')');
}

static void
append_fields (GString *text, const TrpGeometry *geometry, size_t n_layers, bool is_wide)
{
  const bool has_list = n_layers > 1;

  g_string_append_printf (text, "NRRD0004\ntype: %s\ndimension: %d\n",
                          is_wide ? "unsigned short" : "unsigned char", has_list ? 4 : 3);
  g_string_append (text, "space: left-posterior-superior\nsizes:");
  if (has_list)
    g_string_append_printf (text, " %zu", n_layers);
  for (int axis = 0; axis < 3; axis++)
    g_string_append_printf (text, " %zu", geometry->size[axis]);
  g_string_append_printf (text, "\nspace directions:%s", has_list ? " none" : "");
  for (int axis = 0; axis < 3; axis++)
    {
      g_string_append_c (text, ' ');
      append_column (text, &geometry->lps_from_ijk, axis);
    }
  g_string_append_printf (text, "\nkinds:%s domain domain domain\n", has_list ? " list" : "");
  if (is_wide)
    g_string_append_printf (text, "endian: %s\n", G_BYTE_ORDER == G_BIG_ENDIAN ? "big" : "little");
  g_string_append (text, "encoding: gzip\nspace origin: ");
  append_column (text, &geometry->lps_from_ijk, 3);
  g_string_append_c (text, '\n');
}

/* A line end would end the pair. */
static void
append_value (GString *text, const char *value)
{
  for (; *value != '\0'; value++)
    if (*value == '\n' || *value == '\\')
      g_string_append (text, *value == '\n' ? "\\n" : "\\\\");
    else
      g_string_append_c (text, *value);
  g_string_append_c (text, '\n');
}

static void
append_color (GString *text, TrpColor color)
{
  const uint8_t parts[] = { color.red, color.green, color.blue };
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int n = 0; n < 3; n++)
    g_string_append_printf (text, "%s%s", n > 0 ? " " : "",
                            g_ascii_formatd (buffer, sizeof buffer, "%.6g", parts[n] / 255.0));
  g_string_append_c (text, '\n');
}

/* Keys in the order in which 3D Slicer has them. */
static void
append_segment (
  GString *text, size_t index, const TrpStructure *structure, size_t layer, const size_t size[3])
{
  const uint16_t label = trp_structure_get_label (structure);

  g_string_append_printf (text, "Segment%zu_Color:=", index);
  append_color (text, trp_structure_get_color (structure));
  g_string_append_printf (text, "Segment%zu_ColorAutoGenerated:=0\n", index);
  g_string_append_printf (text, "Segment%zu_Extent:=0 %zu 0 %zu 0 %zu\n", index, size[0] - 1,
                          size[1] - 1, size[2] - 1);
  g_string_append_printf (text, "Segment%zu_ID:=Segment_%u\n", index, label);
  g_string_append_printf (text, "Segment%zu_LabelValue:=%u\n", index, label);
  g_string_append_printf (text, "Segment%zu_Layer:=%zu\n", index, layer);
  g_string_append_printf (text, "Segment%zu_Name:=", index);
  append_value (text, trp_structure_get_name (structure));
  g_string_append_printf (text, "Segment%zu_NameAutoGenerated:=0\n", index);
  g_string_append_printf (text, "Segment%zu_Tags:=\n", index);
}

/* Returns: false if nothing is known about it. */
static bool
add_origin (JsonBuilder *builder, const TrpStructure *structure)
{
  const char *origin = trp_structure_get_origin_name (structure);
  const char *text = trp_structure_get_provenance (structure);
  JsonNode *provenance = text ? trp_json_parse (text) : NULL;
  g_autofree char *id = g_strdup_printf ("Segment_%u", trp_structure_get_label (structure));

  if (!origin && !provenance)
    return false;
  json_builder_set_member_name (builder, id);
  json_builder_begin_object (builder);
  if (origin)
    {
      json_builder_set_member_name (builder, "origin");
      json_builder_add_string_value (builder, origin);
    }
  if (provenance)
    {
      json_builder_set_member_name (builder, "provenance");
      json_builder_add_value (builder, provenance);
    }
  json_builder_end_object (builder);
  return true;
}

static void
append_provenance (GString *text, const TrpStructureSet *set)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *json = NULL;
  bool is_known = false;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "structures");
  json_builder_begin_object (builder);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    is_known |= add_origin (builder, trp_structure_set_get (set, n));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  if (!is_known)
    return;
  json = trp_json_to_text (builder);
  g_string_append (text, TRP_SEG_NRRD_PROVENANCE ":=");
  append_value (text, json);
}

static GString *
write_header (const TrpStructureSet *set, const size_t *layers, size_t n_layers, bool is_wide)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  GString *text = g_string_new (NULL);

  append_fields (text, geometry, n_layers, is_wide);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    append_segment (text, n, trp_structure_set_get (set, n), layers[n], geometry->size);
  g_string_append (text, "Segmentation_ContainedRepresentationNames:=" TRP_SEG_NRRD_REPRESENTATION
                         "|\nSegmentation_MasterRepresentation:=" TRP_SEG_NRRD_REPRESENTATION
                         "\nSegmentation_ReferenceImageExtentOffset:=0 0 0\n");
  append_provenance (text, set);
  g_string_append_c (text, '\n');
  return text;
}

static GBytes *
join (const GString *header, GBytes *packed, GError **error)
{
  const size_t size = g_bytes_get_size (packed);
  uint8_t *file = g_try_malloc (header->len + size);

  if (!file)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", size);
      return NULL;
    }
  memcpy (file, header->str, header->len);
  memcpy (file + header->len, g_bytes_get_data (packed, NULL), size);
  return g_bytes_new_take (file, header->len + size);
}

GBytes *
trp_seg_nrrd_write (const TrpStructureSet *set, GError **error)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  g_autofree size_t *layers = g_new0 (size_t, trp_structure_set_get_size (set) + 1);
  g_autoptr (GBytes) values = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GString) header = NULL;
  uint16_t largest;
  size_t n_layers;

  if (trp_geometry_is_sheared (geometry))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "The image's axes are not perpendicular (sheared grid), which a "
                           "segmentation cannot hold; save it as NIfTI");
      return NULL;
    }
  if (!trp_label_map_check_labels (set, &largest, error) ||
      !(n_layers = choose_layers (set, layers, error)) ||
      !(values = paint (set, layers, n_layers, largest > 255, error)) ||
      !(packed = trp_gzip_deflate (g_bytes_get_data (values, NULL), g_bytes_get_size (values),
                                   error)))
    return NULL;
  header = write_header (set, layers, n_layers, largest > 255);
  return join (header, packed, error);
}

/* ---- the format ---- */

static bool
sniff (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  return trp_seg_nrrd_looks_like (head, head_size);
}

static TrpVolume *
load (const char *path, const TrpLoadOptions *options, GError **error)
{
  g_autoptr (GBytes) file = trp_file_map (path, error);

  return file ? trp_seg_nrrd_parse_layer (file, path, options ? (size_t) options->frame : 0, error)
              : NULL;
}

static TrpStructureSet *
load_structures (const char *path, GError **error)
{
  g_autoptr (GBytes) file = trp_file_map (path, error);

  return file ? trp_seg_nrrd_parse (file, path, error) : NULL;
}

static bool
save_structures (const TrpStructureSet *set, const char *path, GError **error)
{
  g_autoptr (GBytes) file = trp_seg_nrrd_write (set, error);

  return file &&
         trp_write_file (path, g_bytes_get_data (file, NULL), g_bytes_get_size (file), error);
}

static const char *const extensions[] = { ".seg.nrrd", NULL };

const TrpFormat trp_format_seg_nrrd = {
  .name = "seg-nrrd",
  .extensions = extensions,
  .sniff = sniff,
  .load = load,
  .load_structures = load_structures,
  .save_structures = save_structures,
};
