/* phantom-render.c - see phantom-render.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each voxel is cut into smaller ones (at least 2 x 2 x 2, none longer than 2 mm in the plane); its
 * value is the mean of their tissues' values, which is what partial volume is. Texture is added per
 * voxel from fields that are fixed to the patient, so MR, CT and the CT on the MR's grid show one
 * anatomy. Then comes what the scanner adds: on MR a bias field, Rician noise and an arbitrary
 * gain, on CT noise. Noise has its stated spread in every voxel whatever the matrix, and a grain of
 * about 3 mm where voxels are finer, so that averaging down to coarse pixels does not remove it.
 */

#include "core/method/phantom-render.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <string.h>

#define MAX_PART 6      /* ceil (460 / 64 / 2) = 4, and room */
#define GRAIN_SIGMA 1.2 /* mm */
#define MAX_GRAIN 8

/* One patient's tissues. */
typedef struct
{
  double hu[TRP_PHANTOM_MAX_TISSUES];
  double mr[TRP_PHANTOM_MAX_TISSUES];
} Values;

typedef struct
{
  const TrpPhantomKind *kind;
  void *anatomy;
  TrpPose pose;
  Values values;
  TrpField *ct_texture, *mr_texture;
  uint64_t seed;
  unsigned index;
} Patient;

typedef struct
{
  const Patient *patient;
  const TrpGeometry *geometry;
  size_t parts[3]; /* cuts of a voxel */
  float *hu;       /* mean over the voxel, texture included */
  float *mr;       /* (nullable): likewise */
  uint8_t *labels;
} Paint;

/* --- noise-free volumes --- */

static Values
draw_values (const TrpPhantomKind *kind, uint64_t seed, uint64_t stream)
{
  TrpRng rng = trp_rng_new (seed, stream);
  Values values;

  for (size_t n = 0; n < kind->n_tissues; n++)
    {
      const TrpTissue *tissue = &kind->tissues[n];
      const double hu_step = trp_rng_normal (&rng, 0, 1), mr_step = trp_rng_normal (&rng, 0, 1);
      const bool is_bone_twin = tissue->share >= 0 && tissue->mr == kind->tissues[tissue->share].mr;

      values.hu[n] = tissue->share >= 0 ? values.hu[tissue->share]
                                        : tissue->hu + tissue->hu_spread * hu_step;
      values.mr[n] = is_bone_twin ? values.mr[tissue->share] : tissue->mr * exp (0.07 * mr_step);
    }
  return values;
}

/* How many of a voxel's parts each tissue takes, for a row of voxels: counts[i * n_tissues + t] */
static void
count_row (
  const Paint *paint, size_t j, size_t k, TrpVec3 *points, uint8_t *tissues, uint16_t *counts)
{
  const TrpPhantomKind *kind = paint->patient->kind;
  const size_t *parts = paint->parts;
  const size_t nx = paint->geometry->size[0], n = nx * parts[0];
  const double step = trp_geometry_get_spacing (paint->geometry, 0) / (double) parts[0];

  memset (counts, 0, nx * kind->n_tissues * sizeof *counts);
  for (size_t pz = 0; pz < parts[2]; pz++)
    for (size_t py = 0; py < parts[1]; py++)
      {
        const TrpVec3 start_ijk = trp_vec3 (
          (0.5 / (double) parts[0]) - 0.5,
          (double) j + ((double) py + 0.5) / (double) parts[1] - 0.5,
          (double) k + ((double) pz + 0.5) / (double) parts[2] - 0.5);

        trp_pose_map_row (&paint->patient->pose,
                          trp_geometry_lps_from_ijk (paint->geometry, start_ijk), step, n, points);
        kind->classify (paint->patient->anatomy, points, n, tissues);
        for (size_t i = 0; i < n; i++)
          counts[i / parts[0] * kind->n_tissues + tissues[i]]++;
      }
}

/* The structure that covers more than half; else the rest of the body, where the body does. */
static uint8_t
majority_label (const TrpPhantomKind *kind, const uint16_t *counts, unsigned total)
{
  unsigned by_label[256] = { 0 }, inside = 0;

  for (size_t n = 0; n < kind->n_tissues; n++)
    {
      by_label[kind->tissues[n].label] += counts[n];
      inside += kind->tissues[n].label ? counts[n] : 0;
    }
  if (2 * inside <= total)
    return 0;
  for (unsigned label = 1; label <= kind->n_labels; label++)
    if (2 * by_label[label] > total)
      return (uint8_t) label;
  return (uint8_t) kind->n_labels;
}

static void
paint_voxel (const Paint *paint, size_t voxel, const uint16_t *counts, TrpVec3 point)
{
  const Patient *patient = paint->patient;
  const TrpPhantomKind *kind = patient->kind;
  const unsigned total = (unsigned) (paint->parts[0] * paint->parts[1] * paint->parts[2]);
  double hu = 0, mr = 0, hu_texture = 0, mr_texture = 0;

  paint->hu[voxel] = (float) patient->values.hu[0];
  if (counts[0] == total)
    return;
  for (size_t n = 0; n < kind->n_tissues; n++)
    if (counts[n])
      {
        const double part = (double) counts[n] / total;

        hu += part * patient->values.hu[n];
        mr += part * patient->values.mr[n];
        hu_texture += part * kind->tissues[n].hu_texture;
        mr_texture += part * kind->tissues[n].mr_texture * patient->values.mr[n];
      }
  paint->hu[voxel] = (float) (hu + hu_texture * trp_field_sample (patient->ct_texture, point));
  if (paint->mr)
    paint->mr[voxel] = (float) MAX (mr + mr_texture * trp_field_sample (patient->mr_texture, point),
                                    0);
  paint->labels[voxel] = majority_label (kind, counts, total);
}

static void
paint_slices (size_t begin, size_t end, void *data)
{
  const Paint *paint = data;
  const TrpGeometry *geometry = paint->geometry;
  const size_t nx = geometry->size[0], ny = geometry->size[1];
  const double step = trp_geometry_get_spacing (geometry, 0);
  g_autofree TrpVec3 *points = g_new (TrpVec3, nx * paint->parts[0]);
  g_autofree uint8_t *tissues = g_new (uint8_t, nx * paint->parts[0]);
  g_autofree uint16_t *counts = g_new (uint16_t, nx * paint->patient->kind->n_tissues);

  for (size_t k = begin; k < end; k++)
    for (size_t j = 0; j < ny; j++)
      {
        const TrpVec3 start = trp_geometry_lps_from_ijk (geometry,
                                                         trp_vec3 (0, (double) j, (double) k));

        count_row (paint, j, k, points, tissues, counts);
        trp_pose_map_row (&paint->patient->pose, start, step, nx, points);
        for (size_t i = 0; i < nx; i++)
          paint_voxel (paint, i + nx * (j + ny * k), counts + i * paint->patient->kind->n_tissues,
                       points[i]);
      }
}

/* --- what the scanner adds --- */

typedef struct
{
  const TrpGeometry *geometry;
  uint64_t seed, stream;
  double sd;
  int radius;
  double kernel[2 * MAX_GRAIN + 1];
  float *out;
} Noise;

static void
blur_line (const Noise *noise, const float *in, float *out, size_t n, size_t stride)
{
  const ptrdiff_t length = (ptrdiff_t) n;

  for (ptrdiff_t i = 0; i < length; i++)
    {
      double sum = 0;

      for (ptrdiff_t d = -noise->radius; d <= noise->radius; d++)
        {
          const ptrdiff_t from = (i + d + length) % length;

          sum += noise->kernel[d + noise->radius] * (double) in[(size_t) from * stride];
        }
      out[(size_t) i * stride] = (float) sum;
    }
}

static void
fill_noise (size_t begin, size_t end, void *data)
{
  const Noise *noise = data;
  const size_t nx = noise->geometry->size[0], ny = noise->geometry->size[1];
  g_autofree float *spare = g_new (float, nx *ny);

  for (size_t k = begin; k < end; k++)
    {
      float *slice = noise->out + nx * ny * k;
      TrpRng rng = { noise->seed, noise->stream, nx * ny * k };

      for (size_t n = 0; n < nx * ny; n++)
        slice[n] = (float) trp_rng_normal (&rng, 0, noise->sd);
      for (size_t j = 0; j < ny; j++)
        blur_line (noise, slice + nx * j, spare + nx * j, nx, 1);
      for (size_t i = 0; i < nx; i++)
        blur_line (noise, spare + i, slice + i, ny, nx);
    }
}

/* Gaussian of standard deviation @sd in each voxel, with the scanner's grain in the plane. */
static float *
make_noise (const TrpGeometry *geometry, uint64_t seed, uint64_t stream, double sd)
{
  const double sigma = GRAIN_SIGMA / trp_geometry_get_spacing (geometry, 0);
  Noise noise = { .geometry = geometry, .seed = seed, .stream = stream, .sd = sd };
  double squares = 0;

  noise.radius = MIN ((int) ceil (2.5 * sigma), MAX_GRAIN);
  for (int d = -noise.radius; d <= noise.radius; d++)
    {
      noise.kernel[d + noise.radius] = exp (-0.5 * (d / sigma) * (d / sigma));
      squares += noise.kernel[d + noise.radius] * noise.kernel[d + noise.radius];
    }
  for (int d = 0; d <= 2 * noise.radius; d++)
    noise.kernel[d] /= sqrt (squares);
  noise.out = g_new (float, trp_geometry_count_voxels (geometry));
  trp_parallel_for (geometry->size[2], 1, fill_noise, &noise);
  return noise.out;
}

#define N_BIAS_WAVES 5

typedef struct
{
  const TrpGeometry *geometry;
  const float *signal, *real, *imaginary;
  TrpVec3 bias_k[N_BIAS_WAVES];
  double bias_phase[N_BIAS_WAVES];
  double bias; /* 0: none */
  double gain;
  int16_t *out;
} Scan;

/* exp (bias f), f smooth with variance 1 over some 130 mm */
static double
bias_at (const Scan *scan, TrpVec3 point)
{
  double sum = 0;

  for (int n = 0; n < N_BIAS_WAVES; n++)
    sum += cos (trp_vec3_dot (scan->bias_k[n], point) + scan->bias_phase[n]);
  return exp (scan->bias * sum * sqrt (2. / N_BIAS_WAVES));
}

static void
scan_slices (size_t begin, size_t end, void *data)
{
  const Scan *scan = data;
  const size_t nx = scan->geometry->size[0], ny = scan->geometry->size[1];

  for (size_t k = begin; k < end; k++)
    for (size_t j = 0; j < ny; j++)
      for (size_t i = 0; i < nx; i++)
        {
          const size_t voxel = i + nx * (j + ny * k);
          const TrpVec3 point = trp_geometry_lps_from_ijk (
            scan->geometry, trp_vec3 ((double) i, (double) j, (double) k));
          const double signal = scan->signal[voxel] > 0
                                  ? (double) scan->signal[voxel] * bias_at (scan, point)
                                  : 0;

          scan->out[voxel] = (int16_t) lrint (
            scan->gain *
            hypot (signal + (double) scan->real[voxel], (double) scan->imaginary[voxel]));
        }
}

static uint64_t
stream_of (const Patient *patient, unsigned purpose)
{
  return trp_phantom_stream (patient->kind->id, patient->index, purpose);
}

static GBytes *
scan_mr (const Patient *patient, const TrpGeometry *geometry, const float *signal, bool has_bias)
{
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  TrpRng rng = trp_rng_new (patient->seed, stream_of (patient, TRP_PHANTOM_STREAM_BIAS));
  const double sd = trp_rng_uniform (&rng, 0.02, 0.04);
  g_autofree float *real = make_noise (geometry, patient->seed,
                                       stream_of (patient, TRP_PHANTOM_STREAM_MR_NOISE), sd);
  g_autofree float *imaginary = make_noise (
    geometry, patient->seed, stream_of (patient, TRP_PHANTOM_STREAM_MR_NOISE_IMAGINARY), sd);
  Scan scan = { geometry, signal, real, imaginary };

  scan.bias = has_bias ? patient->kind->bias : 0;
  scan.gain = trp_rng_uniform (&rng, 600, 1400);
  for (int n = 0; n < N_BIAS_WAVES; n++)
    {
      const double z = trp_rng_uniform (&rng, -1, 1), angle = trp_rng_uniform (&rng, 0, 2 * G_PI);
      const double r = sqrt (1 - z * z);

      scan.bias_k[n] = trp_vec3_scale (trp_vec3 (r * cos (angle), r * sin (angle), z),
                                       2 * G_PI / trp_rng_uniform (&rng, 220, 440));
      scan.bias_phase[n] = trp_rng_uniform (&rng, 0, 2 * G_PI);
    }
  scan.out = g_new (int16_t, n_voxels);
  trp_parallel_for (geometry->size[2], 1, scan_slices, &scan);
  return g_bytes_new_take (scan.out, n_voxels * sizeof *scan.out);
}

/* HU as scanners store them: whole numbers, air and below cut at -1024 */
static GBytes *
round_hu (const float *hu, const float *noise, size_t n_voxels)
{
  int16_t *out = g_new (int16_t, n_voxels);

  for (size_t n = 0; n < n_voxels; n++)
    {
      const double value = (double) hu[n] + (noise ? (double) noise[n] : 0);

      out[n] = (int16_t) lrint (CLAMP (value, -1024, 3071));
    }
  return g_bytes_new_take (out, n_voxels * sizeof *out);
}

/* --- grids and volumes --- */

static TrpGeometry
make_grid (size_t matrix, double field_of_view, size_t n_slices, double thickness, TrpVec3 center)
{
  const size_t size[3] = { matrix, matrix, n_slices };
  const double pixel = field_of_view / (double) matrix;
  const double spacing[3] = { pixel, pixel, thickness };
  TrpVec3 origin;

  for (int n = 0; n < 3; n++)
    origin.v[n] = center.v[n] - 0.5 * (double) (size[n] - 1) * spacing[n];
  return trp_geometry_axial (size, spacing, origin);
}

static void
paint_volume (const Patient *patient, const TrpGeometry *geometry, Paint *paint)
{
  const double pixel = trp_geometry_get_spacing (geometry, 0);
  const size_t n_voxels = trp_geometry_count_voxels (geometry);

  paint->patient = patient;
  paint->geometry = geometry;
  paint->parts[0] = paint->parts[1] = (size_t) CLAMP ((int) ceil (pixel / 2 - 1e-9), 2, MAX_PART);
  paint->parts[2] = 2;
  paint->hu = g_new (float, n_voxels);
  paint->labels = g_new0 (uint8_t, n_voxels);
  trp_parallel_for (geometry->size[2], 1, paint_slices, paint);
}

static TrpVolume *
make_volume (const Patient *patient,
             const TrpGeometry *geometry,
             TrpVoxelType type,
             GBytes *bytes,
             TrpModality modality,
             const char *what)
{
  g_autoptr (GBytes) owned = bytes;
  g_autofree char *description = g_strdup_printf ("%s phantom %u, %s", patient->kind->name,
                                                  patient->index, what);
  g_autofree char *frame = g_strdup_printf ("phantom.%s.%" G_GUINT64_FORMAT ".%u",
                                            patient->kind->name, patient->seed, patient->index);
  const bool is_hu = modality == TRP_MODALITY_CT;
  const TrpVolumeInfo info = {
    .modality = modality,
    .unit = (char *) (is_hu                         ? "HU"
                      : modality == TRP_MODALITY_MR ? "a.u."
                                                    : NULL),
    .description = description,
    .frame_of_reference = frame,
    .n_frames = 1,
    .file_slope = 1,
    .is_label_map_like = modality == TRP_MODALITY_UNKNOWN,
  };

  return trp_volume_new (geometry, type, owned, 1, 0, &info, NULL);
}

static void
render_mr (const Patient *patient,
           const TrpGeometry *geometry,
           bool has_bias,
           TrpPhantomCase *out_case)
{
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  g_autofree float *signal = g_new0 (float, n_voxels);
  Paint paint = { .mr = signal };

  paint_volume (patient, geometry, &paint);
  out_case->mr = make_volume (patient, geometry, TRP_VOXEL_I16,
                              scan_mr (patient, geometry, signal, has_bias), TRP_MODALITY_MR,
                              patient->kind->mr_sequence);
  out_case->ct_on_mr = make_volume (patient, geometry, TRP_VOXEL_I16,
                                    round_hu (paint.hu, NULL, n_voxels), TRP_MODALITY_CT,
                                    "true CT on the MR's grid");
  out_case->mr_labels = make_volume (patient, geometry, TRP_VOXEL_U8,
                                     g_bytes_new_take (paint.labels, n_voxels),
                                     TRP_MODALITY_UNKNOWN, "structures on MR");
  g_free (paint.hu);
}

static void
render_ct (const Patient *patient, const TrpGeometry *geometry, TrpPhantomCase *out_case)
{
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  TrpRng rng = trp_rng_new (patient->seed,
                            stream_of (patient, TRP_PHANTOM_STREAM_CT_NOISE) ^ (uint64_t) 1 << 47);
  Paint paint = { 0 };
  g_autofree float *noise = make_noise (geometry, patient->seed,
                                        stream_of (patient, TRP_PHANTOM_STREAM_CT_NOISE),
                                        trp_rng_uniform (&rng, 11, 18));

  paint_volume (patient, geometry, &paint);
  out_case->ct = make_volume (patient, geometry, TRP_VOXEL_I16,
                              round_hu (paint.hu, noise, n_voxels), TRP_MODALITY_CT, "CT");
  out_case->ct_labels = make_volume (patient, geometry, TRP_VOXEL_U8,
                                     g_bytes_new_take (paint.labels, n_voxels),
                                     TRP_MODALITY_UNKNOWN, "structures on CT");
  g_free (paint.hu);
}

static void
init_patient (Patient *self, const TrpPhantomKind *kind, uint64_t seed, unsigned index)
{
  self->kind = kind;
  self->seed = seed;
  self->index = index;
  self->pose = trp_pose_draw (kind->pose, seed, stream_of (self, TRP_PHANTOM_STREAM_POSE));
  self->values = draw_values (kind, seed, stream_of (self, TRP_PHANTOM_STREAM_TISSUE));
  self->anatomy = kind->new_anatomy (seed, stream_of (self, TRP_PHANTOM_STREAM_SHAPE));
  self->ct_texture = trp_field_new (seed, stream_of (self, TRP_PHANTOM_STREAM_CT_TEXTURE), 4);
  self->mr_texture = trp_field_new (seed, stream_of (self, TRP_PHANTOM_STREAM_MR_TEXTURE), 4);
}

static void
clear_patient (Patient *self)
{
  self->kind->free_anatomy (self->anatomy);
  trp_field_free (self->ct_texture);
  trp_field_free (self->mr_texture);
}

/* The two scanners' grids are not the same: the CT's middle is off by a few millimetres. */
static TrpVec3
draw_ct_center (const Patient *patient)
{
  TrpRng rng = trp_rng_new (patient->seed, stream_of (patient, TRP_PHANTOM_STREAM_GRID));
  const double x = trp_rng_normal (&rng, 0, 3), y = trp_rng_normal (&rng, 0, 3);

  return trp_vec3_add (patient->kind->mr_center,
                       trp_vec3 (x, y, trp_rng_uniform (&rng, -1.5, 1.5)));
}

void
trp_phantom_render (const TrpPhantomKind *kind,
                    const TrpPhantomOptions *options,
                    unsigned index,
                    TrpPhantomCase *out_case)
{
  TrpPhantomCase phantom = { 0 };
  TrpGeometry mr_grid, ct_grid;
  Patient patient;

  init_patient (&patient, kind, options->seed, index);
  mr_grid = make_grid (options->matrix, kind->mr_field_of_view, kind->mr_slices, 3,
                       kind->mr_center);
  ct_grid = make_grid (options->ct_matrix ? options->ct_matrix : options->matrix,
                       kind->ct_field_of_view, kind->ct_slices, 2, draw_ct_center (&patient));
  render_mr (&patient, &mr_grid, !options->without_bias, &phantom);
  render_ct (&patient, &ct_grid, &phantom);
  clear_patient (&patient);
  *out_case = phantom;
}
