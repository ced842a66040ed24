/* tool.h - what the left button does on a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each tool is a const table in its own file; positions are patient millimetres. What a tool keeps
 * between events (points that were clicked, seeds, settings of its own) is its state, one per
 * document, made when it is first needed and freed with the document. Main thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TrpToolPlace: where the pointer is at work
 * @role, @plane: of the pane; of a drag those it began in
 * @start_lps: where the button went down; while hovering, the pointer
 * @mm_per_px: of the pane's logical pixels, to say how near is near
 * @n_press: 1, or 2 for the second press of a double click, ...; 0 while hovering
 * @modifiers: keys that are held at this event
 * @state: the tool's own; NULL without TrpTool.create
 */
typedef struct
{
  TrpDocument *document;
  TrpRole role;
  TrpPlane plane;
  TrpVec3 start_lps;
  double mm_per_px;
  int n_press;
  GdkModifierType modifiers;
  void *state;
} TrpToolPlace;

/* What a tool may draw on: a pane, in its logical pixels. */
typedef struct
{
  TrpDocument *document;
  TrpRole role;
  TrpPlane plane;
  TrpRaster raster;
  void *state;
} TrpToolCanvas;

typedef enum
{
  TRP_TOOL_KEY_ACCEPT,    /* Enter */
  TRP_TOOL_KEY_TAKE_BACK, /* Backspace */
  TRP_TOOL_KEY_DELETE,
  TRP_TOOL_KEY_GIVE_UP, /* Escape */
  TRP_TOOL_KEY_UNDO,
  TRP_TOOL_KEY_REDO,
} TrpToolKey;

/**
 * TrpTool: all functions but @press are optional
 * @name: marked for translation
 * @key: the digit or letter that chooses it
 * @pointer: CSS cursor name
 * @has_radius: a ring of the settings' radius stands around the pointer instead of the crosshair;
 * Shift + wheel and + - change it
 * @takes_clicks: a double click is the tool's, see n_press; else it makes the pane large
 * @create, @destroy: of the state
 * @press: false: the drag is refused and nothing else is called
 * @cancel: the drag was taken away
 * @hover: the pointer moved with no button down
 * @key_pressed: returns whether the tool had a use for it
 * @leave: another tool was chosen; what is unfinished is kept or given up
 * @draw: over the pane's picture and outlines
 * @describe: what the status line adds to the name, translated; NULL: nothing. It is asked again
 * with every trp_document_redraw_tool()
 * @make_options: rows for the side panel
 */
typedef struct
{
  TrpToolKind kind;
  const char *name;
  const char *icon;
  char key;
  const char *pointer;
  bool has_radius;
  bool takes_clicks;
  void *(*create) (TrpDocument *document);
  void (*destroy) (void *state);
  bool (*press) (const TrpToolPlace *place);
  void (*move) (const TrpToolPlace *place, TrpVec3 point_lps);
  void (*release) (const TrpToolPlace *place);
  void (*cancel) (const TrpToolPlace *place);
  void (*hover) (const TrpToolPlace *place);
  bool (*key_pressed) (TrpDocument *document, void *state, TrpToolKey key);
  void (*leave) (TrpDocument *document, void *state);
  void (*draw) (const TrpToolCanvas *canvas, cairo_t *cr);
  const char *(*describe) (TrpDocument *document, void *state);
  GtkWidget *(*make_options) (TrpDocument *document);
} TrpTool;

extern const TrpTool trp_tool_cursor;
extern const TrpTool trp_tool_brush;
extern const TrpTool trp_tool_eraser;
extern const TrpTool trp_tool_push;
extern const TrpTool trp_tool_livewire;
extern const TrpTool trp_tool_polygon;
extern const TrpTool trp_tool_freehand;
extern const TrpTool trp_tool_fill;
extern const TrpTool trp_tool_seeds;
extern const TrpTool trp_tool_measure;
extern const TrpTool trp_tool_threshold;
extern const TrpTool trp_tool_scissors;

const TrpTool *trp_tool_get (TrpToolKind kind);
/* The chosen one. */
const TrpTool *trp_tool_get_current (TrpDocument *document);
void *trp_tool_get_state (TrpDocument *document, TrpToolKind kind);
/* Before the case is closed: what is unfinished is kept or given up, as TrpTool.leave does. */
void trp_tool_finish (TrpDocument *document);
/* Asks the chosen tool. Returns: whether it had a use for the key. */
bool trp_tool_press_key (TrpDocument *document, TrpToolKey key);

G_END_DECLS
