/* mirror-labels.c - see mirror-labels.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/mirror-labels.h"

#include "core/base/error.h"
#include "core/io/structure-file.h"
#include "core/structure/laterality.h"

static bool
is_learnt (const TrpStructure *structure, const uint8_t *labels, size_t n_labels)
{
  for (size_t n = 0; n < n_labels; n++)
    if (trp_structure_get_label (structure) == labels[n])
      return true;
  return false;
}

/* What the names of one label map say. @io_alone: by label, names of learnt structures whose
 * partner has not been met yet. */
static void
pair_sides (const TrpStructureSet *set,
            const uint8_t *labels,
            size_t n_labels,
            uint8_t *io_mirror,
            GHashTable *io_alone)
{
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);
      const unsigned label = trp_structure_get_label (structure);
      g_autofree char *swapped = trp_laterality_swap (trp_structure_get_name (structure));
      const TrpStructure *partner = swapped ? trp_structure_set_find (set, swapped) : NULL;

      if (!swapped || label > 255)
        continue;
      if (partner && trp_structure_get_label (partner) < 256)
        {
          io_mirror[label] = (uint8_t) trp_structure_get_label (partner);
          g_hash_table_remove (io_alone, GUINT_TO_POINTER (label));
        }
      else if (io_mirror[label] == label && is_learnt (structure, labels, n_labels))
        g_hash_table_insert (io_alone, GUINT_TO_POINTER (label),
                             g_strdup (trp_structure_get_name (structure)));
    }
}

static void
set_alone_error (GHashTable *alone, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, alone);
  g_hash_table_iter_next (&iter, NULL, &name);
  g_autofree char *partner = trp_laterality_swap (name);

  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "The recipe mirrors its slices, and \"%s\" has no \"%s\" among the structures to "
               "become: set flip=false and flip_vertical=false, or name the other side's structure",
               (const char *) name, partner);
}

bool
trp_mirror_labels_find (const TrpDataList *list,
                        TrpDataRole role,
                        const uint8_t *labels,
                        size_t n_labels,
                        uint8_t out_mirror[256],
                        GError **error)
{
  g_autoptr (GHashTable) alone = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  bool is_first = true;

  for (int n = 0; n < 256; n++)
    out_mirror[n] = (uint8_t) n;
  /* The first label map names all, unless a structure is missing in it. */
  for (size_t n = 0;
       n < trp_data_list_get_size (list) && (is_first || g_hash_table_size (alone) > 0); n++)
    {
      const TrpDataRow *row = trp_data_list_get (list, n);
      g_autoptr (TrpStructureSet) set = NULL;

      if (!row->paths[role])
        continue;
      set = trp_structure_set_load (row->paths[role], NULL, error);
      if (!set)
        return false;
      is_first = false;
      pair_sides (set, labels, n_labels, out_mirror, alone);
    }
  if (g_hash_table_size (alone) > 0)
    set_alone_error (alone, error);
  return g_hash_table_size (alone) == 0;
}
