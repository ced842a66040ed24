/* import-source.h - where networks lie in a stranger's file, and what they are; for import.c
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/io/safetensors.h"
#include "core/method/exchange-names.h"

G_BEGIN_DECLS

/* TrpImportArch: what the user says the file holds; @n_blocks of a generator */
typedef struct
{
  TrpTrainerKind kind;
  TrpSegmenterKind segmenter;
  int n_blocks;
} TrpImportArch;

/* Errors: TRP_ERROR_UNSUPPORTED naming those there are. */
bool trp_import_parse_arch (const char *text, TrpImportArch *out_arch, GError **error);

/**
 * TrpImportSource:
 * @naming: static
 * @prefix: of the network's tensors in the file: "", "module.", "netG_A."
 * @net: our prefix without its point; static
 */
typedef struct
{
  const TrpNaming *naming;
  char *prefix;
  const char *net;
} TrpImportSource;

/**
 * trp_import_find_sources:
 * @net: (nullable): "G_A" or "G_B"
 *
 * Returns: (transfer full) (element-type TrpImportSource): one network, or a generator for each
 * direction.
 *
 * Errors: TRP_ERROR_FORMAT if there is none or it is not clear which to take.
 */
GPtrArray *trp_import_find_sources (const TrpSafetensors *file,
                                    const TrpImportArch *arch,
                                    const char *net,
                                    GError **error);

/* Sets the network's settings from the shapes of its tensors. Labels are numbered from 1 unless
 * there are as many already. Errors: TRP_ERROR_FORMAT, TRP_ERROR_UNSUPPORTED. */
bool trp_import_read_shapes (const TrpSafetensors *file,
                             const TrpImportSource *source,
                             const TrpImportArch *arch,
                             TrpRecipe *io_recipe,
                             GError **error);

G_END_DECLS
