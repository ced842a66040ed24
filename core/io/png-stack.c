/* png-stack.c - a PNG as one slice, a folder of PNGs as a volume
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slices in the natural order of their names ("2" before "10"); rows run to the patient's left,
 * columns to the back and slices upwards, since a PNG says nothing. Reading only.
 */

#include "core/io/format.h"
#include "core/io/map-file.h"
#include "core/io/png-image.h"
#include "core/io/volume-warnings.h"

#include <png.h>
#include <string.h>

/* "Frame 9" before "frame 10", by runs of digits. */
static int
compare_natural (const void *a, const void *b)
{
  const char *left = *(const char *const *) a, *right = *(const char *const *) b;

  while (*left && *right)
    {
      if (g_ascii_isdigit (*left) && g_ascii_isdigit (*right))
        {
          size_t n_left, n_right;
          int order;

          left += strspn (left, "0");
          right += strspn (right, "0");
          n_left = strspn (left, "0123456789");
          n_right = strspn (right, "0123456789");
          order = n_left != n_right ? (n_left < n_right ? -1 : 1) : strncmp (left, right, n_left);
          if (order != 0)
            return order;
          left += n_left;
          right += n_right;
          continue;
        }
      if (g_ascii_tolower (*left) != g_ascii_tolower (*right))
        return g_ascii_tolower (*left) < g_ascii_tolower (*right) ? -1 : 1;
      left++;
      right++;
    }
  if (*left != *right)
    return *left ? 1 : -1;
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static bool
is_png_name (const char *name)
{
  const size_t length = strlen (name);

  return name[0] != '.' && length > 4 && g_ascii_strcasecmp (name + length - 4, ".png") == 0;
}

/* Texts and tables may lie beside the pictures; anything else makes it another kind of folder. */
static bool
is_companion (const char *folder, const char *name)
{
  static const char *const tails[] = { ".txt", ".csv", ".json", ".md", ".db" };
  g_autofree char *path = g_build_filename (folder, name, NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (tails); n++)
    if (g_str_has_suffix (name, tails[n]))
      return true;
  return name[0] == '.' || g_file_test (path, G_FILE_TEST_IS_DIR);
}

/* (element-type utf8): sorted names; NULL if the folder is not one of PNGs. */
static GPtrArray *
list_pngs (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (is_png_name (name))
      g_ptr_array_add (names, g_strdup (name));
    else if (!is_companion (folder, name))
      return NULL;
  g_ptr_array_sort (names, compare_natural);
  return names->len > 0 ? g_steal_pointer (&names) : NULL;
}

static bool
sniff (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  g_autoptr (GPtrArray) names = NULL;

  if (!is_folder)
    return head_size >= 8 && png_sig_cmp (head, 0, 8) == 0;
  names = list_pngs (path);
  return names != NULL;
}

typedef struct
{
  size_t size[3];
  int bits;
  bool is_indexed;
  uint8_t *voxels;
} Stack;

static bool
read_png (const char *path, TrpPngImage *out_image, GError **error)
{
  g_autoptr (GBytes) bytes = trp_file_map (path, error);

  return bytes &&
         trp_png_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), out_image, error);
}

static bool
begin_stack (Stack *self, const TrpPngImage *image, size_t n_slices, GError **error)
{
  self->size[0] = image->width;
  self->size[1] = image->height;
  self->size[2] = n_slices;
  self->bits = image->bits;
  if (n_slices <= TRP_GEOMETRY_MAX_SIZE)
    self->voxels = g_try_malloc_n (n_slices,
                                   image->width * image->height * (size_t) image->bits / 8);
  if (!self->voxels)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu pictures of %zu x %zu",
                 n_slices, image->width, image->height);
  return self->voxels != NULL;
}

static bool
add_slice (Stack *self, const TrpPngImage *image, size_t k, GError **error)
{
  const size_t n_bytes = self->size[0] * self->size[1] * (size_t) self->bits / 8;

  if (image->width != self->size[0] || image->height != self->size[1] || image->bits != self->bits)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The picture has %zu x %zu pixels of %d bits, the first one %zu x %zu of %d",
                   image->width, image->height, image->bits, self->size[0], self->size[1],
                   self->bits);
      return false;
    }
  self->is_indexed |= image->is_indexed;
  memcpy (self->voxels + k * n_bytes, image->values, n_bytes);
  return true;
}

static bool
read_slice (Stack *self, const char *path, size_t k, size_t n_slices, GError **error)
{
  TrpPngImage image;
  bool ok;

  if (!read_png (path, &image, error))
    return false;
  ok = (k > 0 || begin_stack (self, &image, n_slices, error)) && add_slice (self, &image, k, error);
  trp_png_image_clear (&image);
  return ok;
}

static bool
read_folder (Stack *self, const char *folder, TrpProgress *progress, GError **error)
{
  g_autoptr (GPtrArray) names = list_pngs (folder);
  const size_t n_slices = names ? names->len : 0;

  for (size_t k = 0; k < n_slices; k++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[k], NULL);

      if (!trp_progress_step (progress, (double) k / (double) n_slices, NULL, error))
        return false;
      if (!read_slice (self, path, k, n_slices, error))
        {
          g_prefix_error (error, "%s: ", (const char *) names->pdata[k]);
          return false;
        }
    }
  if (n_slices == 0)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "The folder holds no PNG any more");
  return n_slices > 0;
}

static TrpVolume *
finish (Stack *self, GError **error)
{
  static const double spacing[] = { 1, 1, 1 };
  const size_t n_bytes = self->size[0] * self->size[1] * self->size[2] * (size_t) self->bits / 8;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&self->voxels), n_bytes);
  const TrpGeometry geometry = trp_geometry_axial (self->size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GPtrArray) warnings = trp_warnings_new ();
  TrpVolumeInfo info = { .format = "png", .n_frames = 1, .file_slope = 1 };
  TrpVolume *volume;

  trp_warnings_add (warnings, "PNG carries no spacing, position or orientation; voxels of 1 mm are "
                              "assumed");
  if (self->is_indexed)
    trp_warnings_add (warnings, "The pictures have a palette; the numbers of its colours are read, "
                                "as for label images");
  info.file_type = self->bits == 16 ? "uint16" : "uint8";
  info.warnings = trp_warnings_finish (g_steal_pointer (&warnings));
  volume = trp_volume_new (&geometry, self->bits == 16 ? TRP_VOXEL_U16 : TRP_VOXEL_U8, bytes, 1, 0,
                           &info, error);
  trp_volume_info_clear (&info);
  return volume;
}

static TrpVolume *
load (const char *path, const TrpLoadOptions *options, GError **error)
{
  TrpProgress *progress = options ? options->progress : NULL;
  Stack stack = { 0 };
  bool ok;

  if (options && options->frame > 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no frame %d: PNGs have one, counted from 0", options->frame);
      return NULL;
    }
  ok = g_file_test (path, G_FILE_TEST_IS_DIR) ? read_folder (&stack, path, progress, error)
                                              : read_slice (&stack, path, 0, 1, error);
  if (ok)
    return finish (&stack, error);
  g_free (stack.voxels);
  return NULL;
}

static const char *const extensions[] = { ".png", NULL };

const TrpFormat trp_format_png = {
  .name = "png",
  .extensions = extensions,
  .sniff = sniff,
  .load = load,
};
