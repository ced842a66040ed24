/* document.h - the open case: the one object between the widgets and core
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread only. Widgets read it, change it through its functions and listen to its signals; no
 * widget changes another one. Signals, each with what changed and nothing more:
 *
 * - "volume-changed" (int role): a volume came, went, or its link or role changed
 * - "display-changed" (int role): window, inversion or interpolation of a volume
 * - "cursor-moved": the linked cursor, LPS mm
 * - "readings-changed": list or names of readings; which one is edited or the reference
 * - "compare-changed": which readings are compared, and what of that is shown (document-compare.h)
 * - "structures-changed": list, names, colours, locks, visibility or opacity of structures
 * - "mask-changed" (const TrpEditChange *): voxels of the edited reading, after the fact, with box
 *   and patch (core/structure/edit.h)
 * - "active-changed": the active structure
 * - "tool-changed": tool or its settings
 * - "tool-moved": what the tool draws over the panes
 * - "measurements-changed": ui/document-measurements.h
 * - "history-changed": undo list, position, or unsaved changes
 * - "jobs-changed" (TrpJob *): progress or state of one; NULL: the list itself
 * - "message" (int severity, const char *text): one sentence to show (TrpSeverity)
 * - "message-withdrawn" (const char *text): a sentence of before does not hold any more
 * - "unfinished-changed": unsaved contours of an earlier sitting were found, or decided on
 * - "identity-changed": different patients side by side, or acknowledged
 * - "saved-changed": unsaved contours came or went, or the file's name
 * - "choose-series" (const TrpOpenChoice *): a folder offers several
 * - "preview-changed": a result that waits for yes or no (ui/document-preview.h)
 * - "distances-changed": distances shown, or a place marked (ui/document-distances.h)
 * - "file-opened" (const char *path, int how): TrpOpenAs: image or structures, after success
 */

#pragma once

#include "core/base/job.h"
#include "core/image/window-level.h"
#include "core/structure/edit.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define TRP_TYPE_DOCUMENT (trp_document_get_type ())
G_DECLARE_FINAL_TYPE (TrpDocument, trp_document, TRP, DOCUMENT, GObject)

typedef enum
{
  TRP_ROLE_MR,
  TRP_ROLE_SYNCT,
  TRP_ROLE_CT,
  TRP_ROLE_OTHER,
  TRP_N_ROLES,
} TrpRole;

#define TRP_ROLE_GUESS (-1) /* let the data say */

const char *trp_role_get_name (TrpRole role); /* translated: "MR", "SynCT", "CT", "Other" */

typedef enum
{
  TRP_SEVERITY_INFO,
  TRP_SEVERITY_WARNING,
  TRP_SEVERITY_ERROR,
} TrpSeverity;

TrpDocument *trp_document_new (void);
/* The role, or "PET" for such an image in the fourth place. */
const char *trp_document_get_role_label (TrpDocument *self, TrpRole role);

/* ---- volumes ---- */

/* How a volume is tied to the others' millimetres. */
typedef enum
{
  TRP_LINK_SAME_FRAME, /* equal frame-of-reference UID, or the only volume */
  TRP_LINK_FROM_MR,    /* computed from the MR that is open; stronger than an equal frame */
  TRP_LINK_CONFIRMED,  /* assumed, and the user said yes */
  TRP_LINK_ASSUMED,
} TrpLink;

/* How the voxels of one volume become pixels: whole voxels (@nearest) or interpolated. */
typedef struct
{
  TrpWindow window;
  bool nearest;
} TrpDisplay;

TrpVolume *trp_document_get_volume (TrpDocument *self, TrpRole role); /* (transfer none), or NULL */
/* Takes a reference; NULL closes. @display: NULL computes one (percentiles: slow for large MR). */
void trp_document_set_volume (TrpDocument *self,
                              TrpRole role,
                              TrpVolume *volume,
                              const TrpDisplay *display);
/* As set_volume() for a SynCT that was computed from the MR that is open. It is unsaved; one that
 * was so already goes to the fourth place if that is free. */
void trp_document_set_synthesized (TrpDocument *self, TrpVolume *volume);
/* Whether set_synthesized() loses nothing. */
bool trp_document_can_synthesize (TrpDocument *self);
/* The role of a volume that was made here and is in no file yet; -1: none. */
int trp_document_find_unsaved_volume (TrpDocument *self);
/* Moves a volume to another role; what stood there takes its place. */
void trp_document_change_role (TrpDocument *self, TrpRole from, TrpRole to);
/* The role whose millimetres the others are compared with: MR, CT, SynCT, other; -1: nothing open.
 */
int trp_document_get_anchor (TrpDocument *self);
TrpLink trp_document_get_link (TrpDocument *self, TrpRole role);
void trp_document_confirm_link (TrpDocument *self, TrpRole role);
/* Warnings of the geometry check that nobody has acknowledged: measuring is marked until then. */
bool trp_document_has_open_warnings (TrpDocument *self, TrpRole role);
void trp_document_acknowledge_warnings (TrpDocument *self, TrpRole role);
const TrpDisplay *trp_document_get_display (TrpDocument *self, TrpRole role);
void trp_document_set_display (TrpDocument *self, TrpRole role, const TrpDisplay *display);
/* The window that came with the file or from the percentiles. */
void trp_document_reset_display (TrpDocument *self, TrpRole role);
/* "STS_044" or "": for the header bar. */
const char *trp_document_get_title (TrpDocument *self);
/* What the user knows the case by where its files' places say less ("P12, SynCT"); until another
 * image or reading is opened, which may be somebody else's, or one is replaced. NULL: no longer. */
void trp_document_set_case_name (TrpDocument *self, const char *name);
/* One sentence when patient IDs differ and nobody acknowledged it; else NULL. */
const char *trp_document_get_identity_conflict (TrpDocument *self);
void trp_document_acknowledge_identity (TrpDocument *self);

/* ---- the linked cursor ---- */

TrpVec3 trp_document_get_cursor (TrpDocument *self); /* LPS mm */
void trp_document_set_cursor (TrpDocument *self, TrpVec3 point_lps);

/* ---- tools ---- */

typedef enum
{
  TRP_TOOL_CURSOR,
  TRP_TOOL_BRUSH,
  TRP_TOOL_ERASER,
  TRP_TOOL_PUSH,
  TRP_TOOL_LIVEWIRE,
  TRP_TOOL_POLYGON,
  TRP_TOOL_FREEHAND,
  TRP_TOOL_FILL,
  TRP_TOOL_SEEDS,
  TRP_TOOL_MEASURE,
  TRP_TOOL_THRESHOLD,
  TRP_TOOL_SCISSORS,
  TRP_N_TOOLS,
} TrpToolKind;

/**
 * TrpToolSettings:
 * @shape: of brush and eraser; flat ones lie in the pane's plane, a square along the screen
 * @smart: brush and eraser keep to what the pane's volume shows (core/structure/smart-brush.h)
 * @push_ball: the push works in three dimensions; else in the pane's plane
 * @radius_mm: of all of them
 */
typedef struct
{
  TrpToolKind kind;
  TrpBrushShape shape;
  bool smart;
  bool push_ball;
  double radius_mm;
  TrpPaintOver over;
  bool limited; /* only where the pane's volume is in low..high */
  double low, high;
} TrpToolSettings;

#define TRP_TOOL_MIN_RADIUS_MM 0.5
#define TRP_TOOL_MAX_RADIUS_MM 50.0

const TrpToolSettings *trp_document_get_tool (TrpDocument *self);
void trp_document_set_tool (TrpDocument *self, const TrpToolSettings *settings);
/* The tool chosen before this one; again: back. */
void trp_document_swap_tool (TrpDocument *self);
/* Emits "tool-moved". */
void trp_document_redraw_tool (TrpDocument *self);

/* ---- jobs ---- */

/* Takes a reference and the job's notify; the list keeps ended jobs until they are dismissed. */
void trp_document_add_job (TrpDocument *self, TrpJob *job);
GPtrArray *trp_document_get_jobs (TrpDocument *self); /* (element-type TrpJob) (transfer none) */
void trp_document_dismiss_job (TrpDocument *self, TrpJob *job);
guint trp_document_count_running_jobs (TrpDocument *self);
/* Whoever showed the document is gone: nothing that runs for it is wanted any more, and nothing new
 * may begin. */
void trp_document_close (TrpDocument *self);
bool trp_document_is_closed (TrpDocument *self);

/* Emits "message". */
void trp_document_report (TrpDocument *self, TrpSeverity severity, const char *text);
/* Emits "message-withdrawn" for a text that was reported. */
void trp_document_withdraw (TrpDocument *self, const char *text);

G_END_DECLS

#include "ui/document-readings.h" /* the second half of the same object */
