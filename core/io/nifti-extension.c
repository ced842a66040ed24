/* nifti-extension.c - see nifti-extension.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: nifti1.h, "Extended header": four bytes, the first not 0 if extensions follow; each is
 * int32 size (a multiple of 16, these 8 bytes included), int32 code, data.
 */

#include "core/io/nifti-extension.h"

#include "core/base/json.h"
#include "core/base/reader.h"

#include <string.h>

#define CODE_COMMENT 6

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node))
                                               : NULL;
}

static char *
read_comment (const uint8_t *bytes, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) bytes, size);
  g_autoptr (JsonObject) object = NULL;

  g_strchomp (text);
  if (text[0] != '{' || !g_utf8_validate (text, -1, NULL))
    return NULL;
  object = parse_object (text);
  return object ? g_steal_pointer (&text) : NULL;
}

char *
trp_nifti_extension_find (const uint8_t *bytes, size_t size, bool swapped)
{
  TrpReader reader = trp_reader_new (bytes, size, (G_BYTE_ORDER == G_BIG_ENDIAN) != swapped);
  const uint8_t *extender = trp_reader_bytes (&reader, 4);

  if (!extender || extender[0] == 0)
    return NULL;
  while (!reader.failed)
    {
      const uint32_t extension_size = trp_reader_u32 (&reader);
      const uint32_t code = trp_reader_u32 (&reader);
      const uint8_t *data = NULL;
      char *comment;

      if (extension_size < 8)
        break;
      data = trp_reader_bytes (&reader, extension_size - 8);
      if (!data || code != CODE_COMMENT)
        continue;
      comment = read_comment (data, extension_size - 8);
      if (comment)
        return comment;
    }
  return NULL;
}

void
trp_nifti_extension_append (GByteArray *array, const char *provenance)
{
  const uint8_t extender[4] = { provenance ? 1 : 0 };
  const size_t length = provenance ? strlen (provenance) + 1 : 0;
  const size_t padded = (length + 8 + 15) / 16 * 16;
  const int32_t head[2] = { (int32_t) padded, CODE_COMMENT };

  g_byte_array_append (array, extender, sizeof extender);
  if (!provenance)
    return;
  g_byte_array_append (array, (const uint8_t *) head, sizeof head);
  g_byte_array_append (array, (const uint8_t *) provenance, (guint) length);
  for (size_t n = length + 8; n < padded; n++)
    g_byte_array_append (array, (const uint8_t *) "", 1);
}

TrpModality
trp_nifti_extension_get_modality (const char *provenance)
{
  g_autoptr (JsonObject) object = parse_object (provenance);
  const char *modality = object
                           ? json_object_get_string_member_with_default (object, "modality", NULL)
                           : NULL;

  return g_strcmp0 (modality, "SYNCT") == 0 ? TRP_MODALITY_SYNCT : TRP_MODALITY_UNKNOWN;
}

char *
trp_nifti_extension_make (const TrpVolumeInfo *info)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (info->modality != TRP_MODALITY_SYNCT ||
      trp_nifti_extension_get_modality (info->provenance) == TRP_MODALITY_SYNCT)
    return g_strdup (info->provenance);
  object = parse_object (info->provenance);
  if (!object)
    object = json_object_new ();
  json_object_set_string_member (object, "modality", "SYNCT");
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}
