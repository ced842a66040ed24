/* dicom-stack.c - see dicom-stack.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/dicom-stack.h"

#include <string.h>

#define SAME_PLACE_MM 0.01
#define SAME_DIRECTION 1e-3 /* per component of a unit vector */
#define EVEN_STEP 0.02      /* of the step: rounding in headers stays below, real jumps are above */
#define MAX_SHIFT_MM 0.1    /* in the plane, from a straight stack */

static bool
same_direction (TrpVec3 a, TrpVec3 b)
{
  return trp_vec3_distance (a, b) < SAME_DIRECTION;
}

static bool
belong_together (const TrpDicomFrame *a, const TrpDicomFrame *b)
{
  return g_strcmp0 (a->series_uid, b->series_uid) == 0 && a->n_rows == b->n_rows &&
         a->n_columns == b->n_columns && a->has_position == b->has_position &&
         a->has_orientation == b->has_orientation &&
         fabs (a->spacing_row - b->spacing_row) < 1e-4 &&
         fabs (a->spacing_column - b->spacing_column) < 1e-4 &&
         same_direction (a->row_lps, b->row_lps) && same_direction (a->column_lps, b->column_lps);
}

static int
compare_group_size (const void *a, const void *b)
{
  const GPtrArray *const *group_a = a, *const *group_b = b;

  return (int) (*group_b)->len - (int) (*group_a)->len;
}

GPtrArray *
trp_dicom_group_frames (GPtrArray *frames)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint f = 0; f < frames->len; f++)
    {
      GPtrArray *home = NULL;

      for (guint g = 0; g < groups->len && !home; g++)
        if (belong_together (g_ptr_array_index ((GPtrArray *) groups->pdata[g], 0),
                             frames->pdata[f]))
          home = groups->pdata[g];
      if (!home)
        {
          home = g_ptr_array_new ();
          g_ptr_array_add (groups, home);
        }
      g_ptr_array_add (home, frames->pdata[f]);
    }
  g_ptr_array_sort (groups, compare_group_size);
  return groups;
}

static void warn (TrpDicomStack *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (TrpDicomStack *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

typedef struct
{
  TrpDicomFrame *frame;
  double distance; /* mm along the normal */
} Slot;

static int
compare_order (const TrpDicomFrame *a, const TrpDicomFrame *b)
{
  for (int n = 0; n < 3; n++)
    if (a->order[n] != b->order[n])
      return a->order[n] < b->order[n] ? -1 : 1;
  return a->index != b->index ? a->index - b->index : strcmp (a->path, b->path);
}

static int
compare_slots (const void *a, const void *b)
{
  const Slot *slot_a = a, *slot_b = b;

  if (fabs (slot_a->distance - slot_b->distance) > SAME_PLACE_MM)
    return slot_a->distance < slot_b->distance ? -1 : 1;
  return compare_order (slot_a->frame, slot_b->frame);
}

/* First pass: by place alone, then places within SAME_PLACE_MM get one common value, so that
 * compare_slots() is a strict order even where places creep. */
static int
compare_distance (const void *a, const void *b)
{
  const Slot *slot_a = a, *slot_b = b;

  return (slot_a->distance > slot_b->distance) - (slot_a->distance < slot_b->distance);
}

static Slot *
make_slots (GPtrArray *group)
{
  const TrpDicomFrame *first = group->pdata[0];
  const TrpVec3 normal = trp_vec3_cross (first->row_lps, first->column_lps);
  Slot *slots = g_new (Slot, group->len);

  for (guint n = 0; n < group->len; n++)
    {
      slots[n].frame = group->pdata[n];
      slots[n].distance = trp_vec3_dot (slots[n].frame->position_lps, normal);
    }
  qsort (slots, group->len, sizeof *slots, compare_distance);
  for (guint n = 1; n < group->len; n++)
    if (slots[n].distance - slots[n - 1].distance < SAME_PLACE_MM)
      slots[n].distance = slots[n - 1].distance;
  qsort (slots, group->len, sizeof *slots, compare_slots);
  return slots;
}

/* Slots at one place: [begin, end) of the sorted list. */
static guint
end_of_place (const Slot *slots, guint n_slots, guint begin)
{
  guint end = begin + 1;

  while (end < n_slots && slots[end].distance == slots[begin].distance)
    end++;
  return end;
}

/* Keeps frame @frame of each place. Places that hold different numbers of frames have doubled
 * slices: the first one stands for all. */
static bool
pick_frames (TrpDicomStack *self,
             const Slot *slots,
             guint n_slots,
             int frame,
             GArray *out_picked,
             GError **error)
{
  guint fewest = G_MAXUINT, most = 0, n_doubled = 0;

  for (guint begin = 0, end; begin < n_slots; begin = end)
    {
      end = end_of_place (slots, n_slots, begin);
      fewest = MIN (fewest, end - begin);
      most = MAX (most, end - begin);
      n_doubled += end - begin > 1;
    }
  self->n_frames = fewest == most ? (int) most : 1;
  if (frame < 0 || frame >= self->n_frames)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Frame %d was asked for; the series has %d (from 0)", frame, self->n_frames);
      return false;
    }
  if (fewest != most)
    warn (self, "%u slice positions hold more than one image; the first of each is shown",
          n_doubled);
  for (guint begin = 0, end; begin < n_slots; begin = end)
    {
      end = end_of_place (slots, n_slots, begin);
      g_array_append_val (out_picked, slots[begin + (self->n_frames > 1 ? (guint) frame : 0)]);
    }
  return true;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/* The usual step between neighbours: the lower median, which a minority of gaps does not move. */
static double
usual_step (const Slot *slots, guint n)
{
  g_autofree double *steps = g_new (double, n - 1);

  for (guint i = 0; i + 1 < n; i++)
    steps[i] = slots[i + 1].distance - slots[i].distance;
  qsort (steps, n - 1, sizeof *steps, compare_doubles);
  return steps[(n - 2) / 2];
}

/* Counts places from neighbour to neighbour, so that an error of @step does not add up. Returns:
 * the places of the whole stack, 0 if a step is no multiple of @step. */
static guint
count_places (const Slot *slots, guint n, double step, guint *out_places)
{
  double place = 0;

  for (guint i = 0; i < n; i++)
    {
      const double steps = i > 0 ? rint ((slots[i].distance - slots[i - 1].distance) / step) : 0;

      if (i > 0 && steps < 1)
        return 0;
      place += steps;
      if (place >= TRP_GEOMETRY_MAX_SIZE || place >= 4.0 * n)
        return 0;
      out_places[i] = (guint) place;
    }
  return (guint) place + 1;
}

/* Every slot into its place on a regular grid; returns false if they do not fit on one. */
static bool
place_slices (TrpDicomStack *self, const Slot *slots, guint n)
{
  g_autofree guint *places = g_new (guint, n);
  const guint n_places = count_places (slots, n, usual_step (slots, n), places);
  const double length = slots[n - 1].distance - slots[0].distance;
  const double step = n_places > 1 ? length / (n_places - 1) : 0;

  if (n_places < 2)
    return false;
  for (guint i = 0; i < n; i++)
    if (fabs (slots[i].distance - slots[0].distance - places[i] * step) >
        MAX (EVEN_STEP * step, SAME_PLACE_MM))
      return false;
  g_ptr_array_set_size (self->slices, (int) n_places);
  for (guint i = 0; i < n; i++)
    self->slices->pdata[places[i]] = slots[i].frame;
  if (n_places > n)
    warn (self, "%u of %u slices are missing; they are shown empty", n_places - n, n_places);
  return true;
}

static void
even_out (TrpDicomStack *self, const Slot *slots, guint n)
{
  const double step = (slots[n - 1].distance - slots[0].distance) / (n - 1);
  double smallest = INFINITY, largest = 0, worst = 0;

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (self->slices, slots[i].frame);
      worst = MAX (worst, fabs (slots[i].distance - slots[0].distance - i * step));
      if (i > 0)
        {
          smallest = MIN (smallest, slots[i].distance - slots[i - 1].distance);
          largest = MAX (largest, slots[i].distance - slots[i - 1].distance);
        }
    }
  warn (self,
        "The slices are unevenly spaced (%.3g to %.3g mm); they are shown evenly, so positions are "
        "off by up to "
        "%.2g mm",
        smallest, largest, worst);
}

static const TrpDicomFrame *
first_slice (const TrpDicomStack *self, guint *out_last)
{
  guint last = self->slices->len - 1;

  while (!self->slices->pdata[last])
    last--;
  *out_last = last;
  return self->slices->pdata[0];
}

/* Slices may lie at even heights and yet beside one another. */
static void
warn_of_shifts (TrpDicomStack *self, TrpVec3 step)
{
  const TrpDicomFrame *first = self->slices->pdata[0];
  const TrpVec3 normal = trp_vec3_cross (first->row_lps, first->column_lps);
  double worst = 0;

  for (guint k = 0; k < self->slices->len; k++)
    {
      const TrpDicomFrame *frame = self->slices->pdata[k];
      TrpVec3 off;

      if (!frame)
        continue;
      off = trp_vec3_subtract (frame->position_lps,
                               trp_vec3_add (first->position_lps, trp_vec3_scale (step, k)));
      off = trp_vec3_subtract (off, trp_vec3_scale (normal, trp_vec3_dot (off, normal)));
      worst = fmax (worst, trp_vec3_length (off));
    }
  if (worst > MAX_SHIFT_MM)
    warn (self,
          "The slices are shifted sideways against one another by up to %.2g mm; they are shown "
          "in a straight stack, so positions are off by as much",
          worst);
}

static bool
set_geometry (
  TrpDicomStack *self, TrpVec3 row, TrpVec3 column, TrpVec3 step, TrpVec3 origin, GError **error)
{
  const TrpDicomFrame *frame = self->slices->pdata[0];
  const size_t size[3] = { (size_t) frame->n_columns, (size_t) frame->n_rows, self->slices->len };
  const bool has_spacing = frame->spacing_row > 0 && frame->spacing_column > 0;
  TrpAffine affine;

  if (!has_spacing)
    warn (self, "The file gives no pixel spacing; 1 mm is assumed, so no distance can be trusted");
  trp_affine_set_column (&affine, 0, trp_vec3_scale (row, has_spacing ? frame->spacing_column : 1));
  trp_affine_set_column (&affine, 1, trp_vec3_scale (column, has_spacing ? frame->spacing_row : 1));
  trp_affine_set_column (&affine, 2, step);
  trp_affine_set_column (&affine, 3, origin);
  if (!trp_geometry_init (&self->geometry, size, &affine, error))
    return false;
  if (trp_geometry_is_sheared (&self->geometry))
    {
      const TrpVec3 normal = trp_vec3_normalize (trp_vec3_cross (row, column));
      const double cosine = trp_vec3_dot (trp_vec3_normalize (step), normal);

      warn (
        self,
        "The slices are tilted by %.1f degrees (gantry tilt); measuring needs a resampled image",
        acos (CLAMP (cosine, -1, 1)) * 180 / G_PI);
    }
  if (frame->is_mosaic)
    warn (self, "This is a mosaic: several slices are tiled in one picture, so positions in it are "
                "not the patient's");
  return true;
}

static double
known_slice_spacing (TrpDicomStack *self, const TrpDicomFrame *frame)
{
  if (frame->slice_spacing > 0)
    return frame->slice_spacing;
  warn (self, "The file gives no slice thickness; 1 mm is assumed");
  return 1;
}

/* Frames that do not say where they are: in the order of their numbers, one behind the other. */
static bool
stack_without_position (TrpDicomStack *self, GPtrArray *group, int frame, GError **error)
{
  const TrpDicomFrame *first = group->pdata[0];
  g_autofree Slot *slots = g_new0 (Slot, group->len);
  double step;

  if (frame != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Frame %d was asked for; the series has 1 (from 0)", frame);
      return false;
    }
  for (guint n = 0; n < group->len; n++)
    slots[n].frame = group->pdata[n];
  qsort (slots, group->len, sizeof *slots, compare_slots);
  for (guint n = 0; n < group->len; n++)
    g_ptr_array_add (self->slices, slots[n].frame);
  warn (self, "The file does not say where the image lies in the patient; position and direction "
              "are assumed");
  step = known_slice_spacing (self, first);
  return set_geometry (self, trp_vec3 (1, 0, 0), trp_vec3 (0, 1, 0), trp_vec3 (0, 0, step),
                       trp_vec3 (0, 0, 0), error);
}

static bool
stack_by_position (TrpDicomStack *self, GPtrArray *group, int frame, GError **error)
{
  g_autofree Slot *slots = make_slots (group);
  g_autoptr (GArray) picked = g_array_new (FALSE, FALSE, sizeof (Slot));
  const TrpDicomFrame *first;
  TrpVec3 step;
  guint last;

  if (!pick_frames (self, slots, group->len, frame, picked, error))
    return false;
  if (picked->len == 1)
    g_ptr_array_add (self->slices, g_array_index (picked, Slot, 0).frame);
  else if (!place_slices (self, (Slot *) picked->data, picked->len))
    even_out (self, (Slot *) picked->data, picked->len);
  first = first_slice (self, &last);
  if (last == 0)
    step = trp_vec3_scale (trp_vec3_cross (first->row_lps, first->column_lps),
                           known_slice_spacing (self, first));
  else
    step = trp_vec3_scale (
      trp_vec3_subtract (((TrpDicomFrame *) self->slices->pdata[last])->position_lps,
                         first->position_lps),
      1.0 / last);
  warn_of_shifts (self, step);
  return set_geometry (self, first->row_lps, first->column_lps, step, first->position_lps, error);
}

TrpDicomStack *
trp_dicom_stack_new (GPtrArray *group, int frame, GError **error)
{
  g_autoptr (TrpDicomStack) self = g_new0 (TrpDicomStack, 1);
  const TrpDicomFrame *first = group->pdata[0];
  bool ok;

  self->slices = g_ptr_array_new ();
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->n_frames = 1;
  ok = first->has_position && first->has_orientation
         ? stack_by_position (self, group, frame, error)
         : stack_without_position (self, group, frame, error);
  return ok ? g_steal_pointer (&self) : NULL;
}

void
trp_dicom_stack_free (TrpDicomStack *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->slices);
  g_ptr_array_unref (self->warnings);
  g_free (self);
}
