/* format.h - the one table of file formats, and opening and saving through it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each format is one const table in its own file (core/io/nifti.c, ...); format.c lists them. A
 * build without an optional library lacks the entry, and opening such a file says which part is
 * missing. All functions may run on any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

/**
 * TrpSeries: one volume that a path offers
 * @uid: DICOM series UID; NULL for other formats
 * @description: for a list shown to the user
 * @n_files: that make it up
 * @found: (nullable): what the reader saw while it listed, so that loading need not look again
 */
typedef struct
{
  char *uid;
  char *description;
  TrpModality modality;
  size_t n_files;
  size_t size[3];
  void *found;
  GDestroyNotify free_found;
} TrpSeries;

void trp_series_free (TrpSeries *series);

/**
 * TrpLoadOptions: NULL means all defaults
 * @frame: of a 4-D file, from 0
 * @series_uid: (nullable): which series of a folder; NULL: the only one, else the one with most
 * slices
 * @series: (nullable): instead of @series_uid, an entry of trp_series_list() of the same path,
 * whose files are not looked for again; borrowed
 */
typedef struct
{
  int frame;
  const char *series_uid;
  const TrpSeries *series;
  TrpProgress *progress;
} TrpLoadOptions;

/**
 * TrpFormat:
 * @name: as `info --json` prints it: nifti1 and nifti2 share one entry named "nifti"
 * @extensions: NULL-terminated, with the dot, for saving and for file choosers, e.g. ".nii.gz"
 * @sniff: true if this format should read @path. @head: its first TRP_FORMAT_HEAD bytes at most
 * (none for a folder)
 * @list: (optional): the series a path offers; NULL: always one. (element-type TrpSeries)
 * @load: reads one volume; the message does not name the file
 * @save: (optional): NULL: writes no volumes. Writes a new file and renames it over the old one
 * (core/io/atomic-write)
 * @load_structures: (optional): NULL: what it reads are volumes, which may be label maps
 * (core/io/label-map.h). The message does not name the file
 * @save_structures: (optional): NULL: structures are written as a label map, by @save. Holds
 * structures that overlap; as @save otherwise
 */
typedef struct
{
  const char *name;
  const char *const *extensions;
  bool (*sniff) (const char *path, const uint8_t *head, size_t head_size, bool is_folder);
  GPtrArray *(*list) (const char *path, TrpProgress *progress, GError **error);
  TrpVolume *(*load) (const char *path, const TrpLoadOptions *options, GError **error);
  bool (*save) (const TrpVolume *volume, const char *path, GError **error);
  TrpStructureSet *(*load_structures) (const char *path, GError **error);
  bool (*save_structures) (const TrpStructureSet *set, const char *path, GError **error);
} TrpFormat;

#define TRP_FORMAT_HEAD 4096

/* The tables; a build has those whose library it has. */
extern const TrpFormat trp_format_nifti;
extern const TrpFormat trp_format_seg_nrrd;
extern const TrpFormat trp_format_metaimage;
extern const TrpFormat trp_format_nrrd;
extern const TrpFormat trp_format_png;
extern const TrpFormat trp_format_dicom;

/* NULL-terminated list of the formats this build has, in the order in which they are asked. */
const TrpFormat *const *trp_format_list (void);

/* Which format reads @path, by its content. Errors: TRP_ERROR_IO, UNSUPPORTED; the message does not
 * name the file. */
const TrpFormat *trp_format_find (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Which format writes @path, volumes or structures, by its extension. Errors:
 * TRP_ERROR_UNSUPPORTED, with the extensions there are. */
const TrpFormat *trp_format_find_for_saving (const char *path,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @path without its folder and its format's extension: "x/mr.nii.gz" gives "mr". */
char *trp_format_dup_stem (const char *path);

/* Puts "NAME: " before the message unless it begins with the file's name already. For whoever knows
 * the path. */
void trp_format_prefix_error (GError **error, const char *path);

/* (element-type TrpSeries) (transfer full): at least one, or NULL with an error that begins with
 * the file's name. */
GPtrArray *trp_series_list (const char *path, TrpProgress *progress, GError **error);

/**
 * trp_volume_load:
 * @path: file or folder
 *
 * Errors: TRP_ERROR_IO, FORMAT, UNSUPPORTED, GEOMETRY, LIMIT; the message begins with the file's
 * name.
 */
TrpVolume *trp_volume_load (const char *path,
                            const TrpLoadOptions *options,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Format by extension. The volume's provenance is written where the format can hold it. Formats
 * without slope and intercept get the values. Errors begin with the file's name. */
bool trp_volume_save (const TrpVolume *volume,
                      const char *path,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
