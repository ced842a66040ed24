/* edit-tools.h - every editing tool at work on one organ, on grids of any size
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A scene holds an ellipsoid with a hole, and a crumb, in the middle of the first 512 x 512 x 300
 * voxels (times its scale) and an image of it with noise. Voxels of the same index are the same on
 * every grid that holds them, so that tools do the same on a small grid and on a large one. Tools
 * are driven as the window drives them: press, pointer events, release; what it draws live (the
 * outline that a line would give) is computed at each event.
 */

#pragma once

#include "core/structure/edit.h"

G_BEGIN_DECLS

/**
 * TrpTestScene:
 * @scale: of every length: 1: an organ of 400 thousand voxels of 0.9 x 0.9 x 1.5 mm
 * @image: int16, about 20 around the organ and 120 in it
 * @session: structure 0 is the organ, 1 is empty, 2 an organ nearby
 * @work: what the tool keeps from press to release
 */
typedef struct
{
  TrpGeometry geometry;
  double scale;
  TrpVec3 center_lps;
  TrpVolume *image;
  TrpEditSession *session;
  struct TrpTestWork *work;
} TrpTestScene;

TrpTestScene *trp_test_scene_new (const size_t size[3], double scale);
void trp_test_scene_free (TrpTestScene *self);
/* A point @right, @down and @up mm, times the scale, from the middle of the organ. */
TrpVec3 trp_test_scene_get_point (const TrpTestScene *self, double right, double down, double up);

/**
 * TrpTestTool:
 * @n_events: after the press
 * @waits: the press hands work to a worker whose time follows the slice; events come when it is
 * done
 * @target: index of the structure that is edited
 */
typedef struct
{
  const char *name;
  int n_events;
  bool waits;
  size_t target;
  void (*press) (TrpTestScene *scene);
  void (*move) (TrpTestScene *scene, int event);
  void (*release) (TrpTestScene *scene);
} TrpTestTool;

extern const TrpTestTool trp_test_tools[];
extern const size_t trp_test_n_tools;

/* The result of a worker for structure @target, which becomes one step. */
typedef struct
{
  const char *name;
  size_t target;
  TrpMask *(*compute) (const TrpTestScene *scene);
} TrpTestOperation;

extern const TrpTestOperation trp_test_operations[];
extern const size_t trp_test_n_operations;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpTestScene, trp_test_scene_free)

G_END_DECLS
