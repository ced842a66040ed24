/* seg-nrrd.c - NRRD segmentations to structure sets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/seg-nrrd.h"

#include "core/base/json.h"
#include "core/io/label-voxels.h"

#include <math.h>
#include <string.h>

#define MAX_SEGMENTS 4096
#define MAX_MASK_BYTES ((uint64_t) 4 << 30)
#define N_AXES 4

typedef struct
{
  TrpTextHeader text;
  GHashTable *pairs; /* of the header: key to value */
  TrpStoredType type;
  TrpGeometry geometry;
  size_t n_layers;
  size_t n_inner; /* values that lie together: the product of the axes before the list */
} Header;

typedef struct
{
  char *id;
  char *name;
  TrpColor color;
  size_t layer;
  uint16_t value;
} Segment;

static void
header_clear (Header *header)
{
  trp_text_header_clear (&header->text);
  g_clear_pointer (&header->pairs, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, header_clear)

static void
segment_free (gpointer data)
{
  Segment *segment = data;

  g_free (segment->id);
  g_free (segment->name);
  g_free (segment);
}

/* ---- key/value pairs ---- */

/* \n and \\ of teem's format. */
static char *
unescape (const char *text, size_t length)
{
  GString *plain = g_string_sized_new (length);

  for (size_t n = 0; n < length; n++)
    if (text[n] == '\\' && n + 1 < length && (text[n + 1] == 'n' || text[n + 1] == '\\'))
      g_string_append_c (plain, text[++n] == 'n' ? '\n' : '\\');
    else
      g_string_append_c (plain, text[n]);
  return g_string_free (plain, FALSE);
}

/* The last of two pairs of one key counts, as in teem. A value may end in \r unless lines do. */
static GHashTable *
read_pairs (const char *text)
{
  GHashTable *pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *first_end = strchr (text, '\n');
  const bool ends_in_cr = first_end && first_end > text && first_end[-1] == '\r';

  for (const char *line = text, *next; line && *line; line = next)
    {
      size_t length = strcspn (line, "\n");
      const char *mark = g_strstr_len (line, (gssize) length, ":=");
      const char *field = g_strstr_len (line, (gssize) length, ": ");

      next = line[length] == '\n' ? line + length + 1 : NULL;
      length -= ends_in_cr && length > 0 && line[length - 1] == '\r';
      if (mark && *line != '#' && (!field || mark < field))
        g_hash_table_replace (
          pairs, unescape (line, (size_t) (mark - line)),
          unescape (mark + 2, length - MIN (length, (size_t) (mark + 2 - line))));
    }
  return pairs;
}

static const char *
find_pair (const Header *header, size_t segment, const char *what)
{
  g_autofree char *key = g_strdup_printf ("Segment%zu_%s", segment, what);

  return g_hash_table_lookup (header->pairs, key);
}

/* ---- the header ---- */

static bool
refuse (GError **error, int code, const char *message)
{
  g_set_error_literal (error, TRP_ERROR, code, message);
  return false;
}

/* teem's names for one type. */
static bool
read_type (Header *header, GError **error)
{
  static const struct
  {
    TrpStoredType type;
    const char *names[9];
  } types[] = {
    { TRP_STORED_U8, { "unsigned char", "uchar", "uint8", "uint8_t" } },
    { TRP_STORED_I8, { "signed char", "int8", "int8_t" } },
    { TRP_STORED_U16, { "unsigned short", "ushort", "unsigned short int", "uint16", "uint16_t" } },
    { TRP_STORED_I16,
      { "short", "short int", "signed short", "signed short int", "int16", "int16_t" } },
    { TRP_STORED_U32, { "unsigned int", "uint", "uint32", "uint32_t" } },
    { TRP_STORED_I32, { "int", "signed int", "int32", "int32_t" } },
    { TRP_STORED_F32, { "float" } },
    { TRP_STORED_F64, { "double" } },
  };
  g_autofree char *type = trp_text_header_find (TRP_TEXT_NRRD, header->text.text, "type");

  for (size_t n = 0; type && n < G_N_ELEMENTS (types); n++)
    if (g_strv_contains (types[n].names, type))
      {
        header->type = types[n].type;
        return true;
      }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "Labels of the type \"%.40s\" cannot be read", type ? type : "");
  return false;
}

/* How many of the axes come before the one without a direction; all if there is none. */
static size_t
find_list_axis (const Header *header)
{
  g_autofree char *directions = trp_text_header_find (TRP_TEXT_NRRD, header->text.text,
                                                      "space directions");
  g_auto (GStrv) words = g_strsplit_set (directions ? directions : "", ") \t", -1);
  size_t n_axes = 0;

  for (char **word = words; *word; word++)
    {
      if (g_ascii_strcasecmp (*word, "none") == 0)
        return n_axes;
      n_axes += **word == '(';
    }
  return N_AXES;
}

/* The text has been checked: whole numbers whose product is small. */
static size_t
read_sizes (const Header *header, size_t out_sizes[N_AXES])
{
  g_autofree char *text = trp_text_header_find (TRP_TEXT_NRRD, header->text.text, "sizes");
  char *next = text;
  size_t n_axes = 0;

  for (; n_axes <= N_AXES && *next != '\0'; n_axes++)
    {
      const uint64_t size = g_ascii_strtoull (next, &next, 10);

      if (n_axes < N_AXES)
        out_sizes[n_axes] = (size_t) size;
      next += strspn (next, " \t\r");
    }
  return n_axes;
}

static bool
read_geometry (Header *header, GError **error)
{
  size_t sizes[N_AXES], size[3], n = 0;
  const size_t n_axes = read_sizes (header, sizes), list = find_list_axis (header);
  TrpAffine affine;

  if (n_axes != (list < N_AXES ? 4 : 3))
    return refuse (error, TRP_ERROR_UNSUPPORTED,
                   "A segmentation has three axes in space and at most one list of layers; this "
                   "file has others");
  if (!trp_text_header_find_affine (&header->text, &affine))
    return refuse (error, TRP_ERROR_UNSUPPORTED,
                   "The segmentation says no anatomical space with three directions, so left and "
                   "right are unknown");
  header->n_layers = header->n_inner = 1;
  for (size_t axis = 0; axis < n_axes; axis++)
    if (axis == list)
      header->n_layers = sizes[axis];
    else
      {
        header->n_inner *= axis < list ? sizes[axis] : 1;
        size[n++] = sizes[axis];
      }
  if (size[0] * size[1] * size[2] == 1)
    return refuse (error, TRP_ERROR_UNSUPPORTED,
                   "The segmentation has no voxels: it is a list of empty segments only");
  return trp_geometry_init (&header->geometry, size, &affine, error);
}

/* "MasterRepresentation" in what 3D Slicer writes, "SourceRepresentation" in its documentation. */
static bool
check_representation (const Header *header, GError **error)
{
  static const char *const keys[] = { "Segmentation_MasterRepresentation",
                                      "Segmentation_SourceRepresentation" };

  for (size_t n = 0; n < G_N_ELEMENTS (keys); n++)
    {
      const char *value = g_hash_table_lookup (header->pairs, keys[n]);

      if (value && g_ascii_strcasecmp (value, TRP_SEG_NRRD_REPRESENTATION) != 0)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "The segmentation is stored as \"%.40s\"; only \"%s\" can be read", value,
                       TRP_SEG_NRRD_REPRESENTATION);
          return false;
        }
    }
  if (g_hash_table_contains (header->pairs, "Segmentation_Extent"))
    return refuse (error, TRP_ERROR_UNSUPPORTED,
                   "The segmentation is in the form that 3D Slicer used until 2016, whose place is "
                   "not certain; open and save it with a newer 3D Slicer");
  return true;
}

static bool
read_header (Header *header, GBytes *file, const char *path, GError **error)
{
  if (!trp_text_header_parse (TRP_TEXT_NRRD, file, path, &header->text, error))
    return false;
  header->pairs = read_pairs (header->text.text);
  if (header->text.encoding == TRP_TEXT_OTHER)
    return refuse (error, TRP_ERROR_UNSUPPORTED,
                   "Only segmentations in the encodings raw and gzip, in one file, can be read");
  return check_representation (header, error) && read_type (header, error) &&
         read_geometry (header, error);
}

/* ---- segments ---- */

static bool
read_color (const char *text, TrpColor *out_color)
{
  uint8_t parts[3];
  char *next = (char *) text;

  for (int n = 0; n < 3; n++)
    {
      const char *begin = next;
      const double part = g_ascii_strtod (begin, &next);

      if (next == begin || !(part >= 0 && part <= 1))
        return false;
      parts[n] = (uint8_t) lround (255 * part);
    }
  *out_color = (TrpColor){ parts[0], parts[1], parts[2] };
  return next[strspn (next, " \t")] == '\0';
}

static bool
read_whole (const char *text, uint64_t low, uint64_t high, uint64_t otherwise, uint64_t *out_number)
{
  *out_number = otherwise;
  return !text || g_ascii_string_to_unsigned (text, 10, low, high, out_number, NULL);
}

static Segment *
read_segment (const Header *header, size_t index, GError **error)
{
  const char *name = find_pair (header, index, "Name"), *id = find_pair (header, index, "ID");
  const char *color = find_pair (header, index, "Color"), *wrong = NULL;
  Segment segment = { .color = trp_color_get_default (index) };
  uint64_t layer, value;

  if (!color)
    color = find_pair (header, index, "DefaultColor"); /* of before 2017 */
  /* files of before 2019 say neither: one segment to a layer */
  if (!read_whole (find_pair (header, index, "Layer"), 0, header->n_layers - 1,
                   header->n_layers > 1 ? index : 0, &layer) ||
      layer >= header->n_layers)
    wrong = "layer";
  else if (!read_whole (find_pair (header, index, "LabelValue"), 1, UINT16_MAX, 1, &value))
    wrong = "label value";
  else if (color && !read_color (color, &segment.color))
    wrong = "colour";
  if (wrong)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Segment %zu (%.60s) has no usable %s",
                   index, name ? name : id, wrong);
      return NULL;
    }
  segment.layer = layer;
  segment.value = (uint16_t) value;
  segment.id = g_utf8_make_valid (id, -1);
  segment.name = g_utf8_make_valid (name ? name : id, -1);
  return g_memdup2 (&segment, sizeof segment);
}

/* Two segments of the same voxels would make each of them lose what the other is given. */
static bool
check_distinct (const GPtrArray *segments, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint n = 0; n < segments->len; n++)
    {
      const Segment *segment = segments->pdata[n];
      const gint64 place = (gint64) (segment->layer << 16 | segment->value);

      if (g_hash_table_add (seen, g_memdup2 (&place, sizeof place)))
        continue;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "\"%.60s\" is the same voxels as another segment (layer %zu, value %u)",
                   segment->name, segment->layer, segment->value);
      return false;
    }
  return true;
}

/* One that is spoken of and not listed would be lost without a word. */
static bool
check_complete (const Header *header, size_t n_segments, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, header->pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const char *number = g_str_has_prefix (key, "Segment") ? (const char *) key + 7 : "";
      char *end;

      if (!g_ascii_isdigit (*number) || g_ascii_strtoull (number, &end, 10) < n_segments ||
          *end != '_')
        continue;
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        "Segment %zu has no ID, and the file says more of it or of one behind it (%.60s)",
        n_segments, (const char *) key);
      return false;
    }
  return true;
}

static GPtrArray *
read_segments (const Header *header, GError **error)
{
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func (segment_free);

  for (size_t n = 0; find_pair (header, n, "ID"); n++)
    {
      Segment *segment = n < MAX_SEGMENTS ? read_segment (header, n, error) : NULL;

      if (n == MAX_SEGMENTS)
        g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "It lists over %d segments", MAX_SEGMENTS);
      if (!segment)
        return NULL;
      g_ptr_array_add (segments, segment);
    }
  return check_complete (header, segments->len, error) && check_distinct (segments, error)
           ? g_steal_pointer (&segments)
           : NULL;
}

/* ---- voxels ---- */

/* Blocks of a size that the compiler knows are copied by one instruction each. */
static void
pick_blocks (const uint8_t *from, size_t n_layers, size_t block, size_t n_blocks, uint8_t *out)
{
  if (block == 1)
    for (size_t n = 0; n < n_blocks; n++)
      out[n] = from[n * n_layers];
  else if (block == 2)
    for (size_t n = 0; n < n_blocks; n++)
      memcpy (out + 2 * n, from + 2 * n * n_layers, 2);
  else
    for (size_t n = 0; n < n_blocks; n++)
      memcpy (out + n * block, from + n * n_layers * block, block);
}

/* (transfer full): the values of one layer, in the file's type and byte order. */
static GBytes *
pick_layer (const Header *header, GBytes *values, size_t layer, GError **error)
{
  const size_t value_size = trp_stored_type_get_size (header->type);
  const size_t count = trp_geometry_count_voxels (&header->geometry);
  const size_t block = header->n_inner * value_size;
  const uint8_t *from = (const uint8_t *) g_bytes_get_data (values, NULL) + layer * block;
  uint8_t *picked;

  if (header->n_layers == 1)
    return g_bytes_ref (values);
  picked = g_try_malloc_n (count, value_size);
  if (!picked)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu voxels", count);
      return NULL;
    }
  pick_blocks (from, header->n_layers, block, count / header->n_inner, picked);
  return g_bytes_new_take (picked, count * value_size);
}

static GBytes *
read_values (const Header *header, GBytes *file, const char *path, GError **error)
{
  const size_t n_bytes = header->text.n_values * trp_stored_type_get_size (header->type);

  return path ? trp_text_header_read_data (&header->text, 0, n_bytes, error)
              : trp_text_header_cut_data (&header->text, file, 0, n_bytes, error);
}

static TrpVolume *
make_layer (const Header *header, GBytes *values, size_t layer, GError **error)
{
  const size_t count = trp_geometry_count_voxels (&header->geometry);
  const TrpVolumeInfo info = { .format = "nrrd",
                               .file_type = trp_stored_type_get_name (header->type),
                               .n_frames = (int) header->n_layers,
                               .frame = (int) layer,
                               .file_slope = 1,
                               .provenance = (char *) g_hash_table_lookup (
                                 header->pairs, TRP_SEG_NRRD_PROVENANCE) };
  g_autoptr (GBytes) stored = pick_layer (header, values, layer, error);
  g_autoptr (GBytes) held = NULL;
  double slope = 1, intercept = 0;

  if (stored)
    held = trp_stored_to_held (header->type, header->text.swapped, stored, count, &slope,
                               &intercept, error);
  return held ? trp_volume_new (&header->geometry, trp_stored_type_get_held (header->type), held,
                                slope, intercept, &info, error)
              : NULL;
}

/* What is no label, or would take more memory than a reading may. */
static bool
check_labels (const TrpVolume *volume, size_t layer, uint64_t *io_bytes, GError **error)
{
  g_auto (TrpLabelSearch) search = { 0 };

  (void) trp_label_search_run (volume, TRP_N_LABELS, &search);
  *io_bytes += search.mask_bytes;
  if (search.has_offender)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "Layer %zu holds the value %g, and labels are whole numbers from 0 to 65535",
                 layer, search.offender);
  else if (*io_bytes > MAX_MASK_BYTES)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "Its structures would take over %.1f GB",
                 (double) MAX_MASK_BYTES / 1e9);
  else
    return true;
  return false;
}

/* Masks of the segments in @layer, into @masks by segment. */
static bool
fill_layer (const Header *header,
            GBytes *values,
            size_t layer,
            const GPtrArray *segments,
            TrpMask **masks,
            uint64_t *io_bytes,
            GError **error)
{
  g_autoptr (TrpVolume) volume = make_layer (header, values, layer, error);
  g_autofree TrpMask **by_value = g_new0 (TrpMask *, TRP_N_LABELS);

  if (!volume || !check_labels (volume, layer, io_bytes, error))
    return false;
  for (guint n = 0; n < segments->len; n++)
    {
      const Segment *segment = segments->pdata[n];

      if (segment->layer == layer)
        by_value[segment->value] = masks[n] = trp_mask_new (&header->geometry);
    }
  trp_label_voxels_fill (volume, by_value);
  return true;
}

static bool
fill_masks (
  const Header *header, GBytes *values, const GPtrArray *segments, TrpMask **masks, GError **error)
{
  uint64_t n_bytes = 0;

  for (guint n = 0; n < segments->len; n++)
    if (!masks[n] && !fill_layer (header, values, ((Segment *) segments->pdata[n])->layer, segments,
                                  masks, &n_bytes, error))
      return false;
  return true;
}

/* ---- where structures came from ---- */

static TrpOrigin
parse_origin (const char *name)
{
  static const char *const names[] = { "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL" };

  for (int n = 0; name && n < (int) G_N_ELEMENTS (names); n++)
    if (strcmp (name, names[n]) == 0)
      return (TrpOrigin) (TRP_ORIGIN_AUTOMATIC + n);
  return TRP_ORIGIN_UNKNOWN;
}

/* A member that is an object; NULL for anything else. */
static JsonObject *
find_object (JsonObject *parent, const char *name)
{
  JsonNode *node = parent ? json_object_get_member (parent, name) : NULL;

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
restore_origin (TrpStructure *structure, JsonObject *origins, const char *id)
{
  JsonObject *origin = find_object (origins, id);
  JsonNode *how = origin ? json_object_get_member (origin, "provenance") : NULL;
  g_autofree char *text = how && JSON_NODE_HOLDS_OBJECT (how) ? json_to_string (how, FALSE) : NULL;

  if (origin)
    trp_structure_set_origin (structure, parse_origin (json_object_get_string_member_with_default (
                                           origin, "origin", NULL)));
  if (text)
    trp_structure_set_provenance (structure, text);
}

static TrpStructureSet *
build_set (const Header *header, const GPtrArray *segments, TrpMask **masks)
{
  const char *provenance = g_hash_table_lookup (header->pairs, TRP_SEG_NRRD_PROVENANCE);
  g_autoptr (JsonNode) node = provenance && g_utf8_validate (provenance, -1, NULL)
                                ? trp_json_parse (provenance)
                                : NULL;
  JsonObject *root = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *origins = find_object (root, "structures");
  TrpStructureSet *set = trp_structure_set_new ("Segmentation", &header->geometry);

  for (guint n = 0; n < segments->len; n++)
    {
      const Segment *segment = segments->pdata[n];
      g_autoptr (TrpStructure)
        structure = trp_structure_new (segment->name, segment->color, g_steal_pointer (&masks[n]));

      trp_structure_set_label (structure, segment->value);
      restore_origin (structure, origins, segment->id);
      trp_structure_set_append (set, structure);
    }
  return set;
}

/* ---- for all ---- */

bool
trp_seg_nrrd_looks_like (const uint8_t *head, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) head, size);

  return g_str_has_prefix (text, "NRRD000") &&
         (strstr (text, "\nSegment0_ID:=") || strstr (text, "\nSegment0_Name:=") ||
          strstr (text, "\nSegment0_Color:=") || strstr (text, "\nSegmentation_"));
}

TrpStructureSet *
trp_seg_nrrd_parse (GBytes *file, const char *path, GError **error)
{
  g_auto (Header) header = { 0 };
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) values = NULL;
  g_autofree TrpMask **masks = NULL;
  TrpStructureSet *set = NULL;

  if (!read_header (&header, file, path, error) || !(segments = read_segments (&header, error)) ||
      !(values = read_values (&header, file, path, error)))
    return NULL;
  masks = g_new0 (TrpMask *, segments->len + 1);
  if (fill_masks (&header, values, segments, masks, error))
    set = build_set (&header, segments, masks);
  for (guint n = 0; n < segments->len; n++)
    trp_mask_free (masks[n]);
  return set;
}

TrpVolume *
trp_seg_nrrd_parse_layer (GBytes *file, const char *path, size_t layer, GError **error)
{
  g_auto (Header) header = { 0 };
  g_autoptr (GBytes) values = NULL;

  if (!read_header (&header, file, path, error))
    return NULL;
  if (layer >= header.n_layers || header.n_layers > G_MAXINT)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no frame %zu: the file has %zu, counted from 0", layer,
                   header.n_layers);
      return NULL;
    }
  values = read_values (&header, file, path, error);
  return values ? make_layer (&header, values, layer, error) : NULL;
}
