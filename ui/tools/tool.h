/* tool.h - what the left button does on a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each tool is a const table; positions are patient millimetres, so that a tool knows no pixels.
 * Main thread.
 */

#pragma once

#include "core/geometry/plane.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* Where a drag happens. */
typedef struct
{
  TrpDocument *document;
  TrpRole role;
  TrpPlane plane;
  TrpVec3 start_lps;
} TrpToolPlace;

/**
 * TrpTool:
 * @name: marked for translation
 * @key: the digit that chooses it
 * @press: false: the drag is refused and nothing else is called
 * @move: (optional)
 * @release, @cancel: (optional)
 */
typedef struct
{
  TrpToolKind kind;
  const char *name;
  const char *icon;
  char key;
  const char *pointer; /* CSS cursor name */
  bool (*press) (const TrpToolPlace *place);
  void (*move) (const TrpToolPlace *place, TrpVec3 point_lps);
  void (*release) (const TrpToolPlace *place);
  void (*cancel) (const TrpToolPlace *place);
} TrpTool;

extern const TrpTool trp_tool_cursor;
extern const TrpTool trp_tool_brush;
extern const TrpTool trp_tool_eraser;
extern const TrpTool trp_tool_ruler;

const TrpTool *trp_tool_get (TrpToolKind kind);

G_END_DECLS
