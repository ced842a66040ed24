/* surface-renderer.c - see surface-renderer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Drawn with four samples a pixel into a framebuffer of its own, which also has the depth, and
 * copied from there.
 */

#include "ui/surface-renderer.h"

#include <epoxy/gl.h>

#define MAX_SAMPLES 4

enum
{
  POINT,
  NORMAL,
  COLOR,
  N_ATTRIBUTES,
};

static const char *const attribute_names[N_ATTRIBUTES] = { "point", "normal", "color" };

static const char vertex_source[] = //
  "in vec3 point;\n"
  "in vec3 normal;\n"
  "in vec4 color;\n"
  "uniform mat4 clip;\n"
  "out vec3 side;\n"
  "out vec4 tint;\n"
  "void main () {\n"
  "  gl_Position = clip * vec4 (point, 1.0);\n"
  "  side = normal;\n"
  "  tint = color;\n"
  "}\n";

/* Never darker than half: the colours are read against a scale. */
static const char fragment_source[] = //
  "uniform vec3 towards;\n"
  "in vec3 side;\n"
  "in vec4 tint;\n"
  "out vec4 shown;\n"
  "void main () {\n"
  "  float facing = abs (dot (normalize (side), towards));\n"
  "  shown = vec4 (tint.rgb * (0.4 + 0.6 * facing), 1.0);\n"
  "}\n";

struct _TrpSurfaceRenderer
{
  GLuint program;
  GLint clip, towards;
  GLuint array;
  GLuint buffers[N_ATTRIBUTES];
  GLuint elements;
  GLsizei n_elements;
  TrpVec3 center_lps;
  double radius;
  GLuint framebuffer;
  GLuint color, depth; /* of the framebuffer */
  int width, height;   /* of the framebuffer; 0: none yet */
};

/* ---- shaders ---- */

static bool
fail (GError **error, const char *what, const char *log)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "%s: %s", what, log);
  return false;
}

static GLuint
compile (GLenum kind, bool use_es, const char *source, GError **error)
{
  const char *parts[2] = { use_es ? "#version 300 es\nprecision highp float;\n" : "#version 150\n",
                           source };
  const GLuint shader = glCreateShader (kind);
  char log[400] = "";
  GLint done = 0;

  glShaderSource (shader, 2, parts, NULL);
  glCompileShader (shader);
  glGetShaderiv (shader, GL_COMPILE_STATUS, &done);
  if (done)
    return shader;
  glGetShaderInfoLog (shader, sizeof log, NULL, log);
  glDeleteShader (shader);
  fail (error, "The driver does not compile the shader of surfaces", log);
  return 0;
}

static bool
link_program (TrpSurfaceRenderer *self, bool use_es, GError **error)
{
  const GLuint vertex = compile (GL_VERTEX_SHADER, use_es, vertex_source, error);
  const GLuint fragment = vertex ? compile (GL_FRAGMENT_SHADER, use_es, fragment_source, error) : 0;
  char log[400] = "";
  GLint done = 0;

  if (fragment)
    {
      self->program = glCreateProgram ();
      glAttachShader (self->program, vertex);
      glAttachShader (self->program, fragment);
      for (GLuint n = 0; n < N_ATTRIBUTES; n++)
        glBindAttribLocation (self->program, n, attribute_names[n]);
      glLinkProgram (self->program);
      glGetProgramiv (self->program, GL_LINK_STATUS, &done);
    }
  glDeleteShader (vertex);
  glDeleteShader (fragment);
  if (done)
    return true;
  if (!fragment)
    return false;
  glGetProgramInfoLog (self->program, sizeof log, NULL, log);
  return fail (error, "The driver does not link the shader of surfaces", log);
}

TrpSurfaceRenderer *
trp_surface_renderer_new (bool use_es, GError **error)
{
  TrpSurfaceRenderer *self = g_new0 (TrpSurfaceRenderer, 1);

  if (!link_program (self, use_es, error))
    {
      trp_surface_renderer_free (self);
      return NULL;
    }
  self->clip = glGetUniformLocation (self->program, "clip");
  self->towards = glGetUniformLocation (self->program, "towards");
  glGenVertexArrays (1, &self->array);
  glGenBuffers (N_ATTRIBUTES, self->buffers);
  glGenBuffers (1, &self->elements);
  glGenFramebuffers (1, &self->framebuffer);
  glGenRenderbuffers (1, &self->color);
  glGenRenderbuffers (1, &self->depth);
  return self;
}

void
trp_surface_renderer_free (TrpSurfaceRenderer *self)
{
  if (!self)
    return;
  glDeleteProgram (self->program);
  glDeleteVertexArrays (1, &self->array);
  glDeleteBuffers (N_ATTRIBUTES, self->buffers);
  glDeleteBuffers (1, &self->elements);
  glDeleteFramebuffers (1, &self->framebuffer);
  glDeleteRenderbuffers (1, &self->color);
  glDeleteRenderbuffers (1, &self->depth);
  g_free (self);
}

/* ---- the surface ---- */

static void
fill_attribute (TrpSurfaceRenderer *self, GLuint attribute, const void *data, size_t n_bytes)
{
  const bool is_color = attribute == COLOR;

  glBindBuffer (GL_ARRAY_BUFFER, self->buffers[attribute]);
  glBufferData (GL_ARRAY_BUFFER, (GLsizeiptr) n_bytes, data, GL_STATIC_DRAW);
  glVertexAttribPointer (attribute, is_color ? 4 : 3, is_color ? GL_UNSIGNED_BYTE : GL_FLOAT,
                         is_color ? GL_TRUE : GL_FALSE, 0, NULL);
  glEnableVertexAttribArray (attribute);
}

void
trp_surface_renderer_set (TrpSurfaceRenderer *self, const TrpSurfaceMesh *mesh, GBytes *colors)
{
  self->n_elements = 0;
  if (!mesh || mesh->n_triangles == 0)
    return;
  g_assert (g_bytes_get_size (colors) == 4 * mesh->n_vertices);
  glBindVertexArray (self->array);
  fill_attribute (self, POINT, mesh->points, mesh->n_vertices * sizeof *mesh->points);
  fill_attribute (self, NORMAL, mesh->normals, mesh->n_vertices * sizeof *mesh->normals);
  fill_attribute (self, COLOR, g_bytes_get_data (colors, NULL), g_bytes_get_size (colors));
  glBindBuffer (GL_ELEMENT_ARRAY_BUFFER, self->elements);
  glBufferData (GL_ELEMENT_ARRAY_BUFFER, (GLsizeiptr) (mesh->n_triangles * sizeof *mesh->triangles),
                mesh->triangles, GL_STATIC_DRAW);
  glBindVertexArray (0);
  self->n_elements = (GLsizei) (3 * mesh->n_triangles);
  self->center_lps = mesh->center_lps;
  self->radius = mesh->radius;
}

/* ---- drawing ---- */

/* Of the framebuffer that is bound. */
static void
allocate (TrpSurfaceRenderer *self, GLsizei n_samples, int width, int height)
{
  glBindRenderbuffer (GL_RENDERBUFFER, self->color);
  glRenderbufferStorageMultisample (GL_RENDERBUFFER, n_samples, GL_RGBA8, width, height);
  glBindRenderbuffer (GL_RENDERBUFFER, self->depth);
  glRenderbufferStorageMultisample (GL_RENDERBUFFER, n_samples, GL_DEPTH_COMPONENT24, width,
                                    height);
  glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, self->color);
  glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, self->depth);
}

static void
size_framebuffer (TrpSurfaceRenderer *self, int width, int height)
{
  GLint n_samples = 0;

  glBindFramebuffer (GL_FRAMEBUFFER, self->framebuffer);
  if (self->width == width && self->height == height)
    return;
  glGetIntegerv (GL_MAX_SAMPLES, &n_samples);
  allocate (self, MIN (n_samples, MAX_SAMPLES), width, height);
  if (glCheckFramebufferStatus (GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    allocate (self, 0, width, height);
  self->width = width;
  self->height = height;
}

static void
draw_elements (
  const TrpSurfaceRenderer *self, const TrpOrbit *orbit, int width, int height, double scale)
{
  const TrpVec3 towards = orbit->towards;
  float clip[16];

  trp_orbit_get_clip (orbit, self->center_lps, self->radius, width / scale, height / scale, clip);
  glUseProgram (self->program);
  glUniformMatrix4fv (self->clip, 1, GL_FALSE, clip);
  glUniform3f (self->towards, (float) towards.v[0], (float) towards.v[1], (float) towards.v[2]);
  glBindVertexArray (self->array);
  glDrawElements (GL_TRIANGLES, self->n_elements, GL_UNSIGNED_INT, NULL);
  glBindVertexArray (0);
  glUseProgram (0);
}

void
trp_surface_renderer_draw (
  TrpSurfaceRenderer *self, const TrpOrbit *orbit, int width, int height, double scale)
{
  GLint target = 0;

  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &target);
  size_framebuffer (self, width, height);
  glViewport (0, 0, width, height);
  glEnable (GL_DEPTH_TEST);
  glDepthFunc (GL_LESS);
  glDepthMask (GL_TRUE);
  glDisable (GL_CULL_FACE);
  glDisable (GL_BLEND);
  glClearColor (0, 0, 0, 1);
  glClear (GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
  if (self->n_elements > 0)
    draw_elements (self, orbit, width, height, scale);
  glDisable (GL_DEPTH_TEST);
  glBindFramebuffer (GL_DRAW_FRAMEBUFFER, (GLuint) target);
  glBlitFramebuffer (0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer (GL_FRAMEBUFFER, (GLuint) target);
}
