/* tool.c - the table of tools, and their states
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/tool.h"

/* In the order of the side panel. */
static const TrpTool *const tools[TRP_N_TOOLS] = {
  &trp_tool_cursor,   &trp_tool_brush,   &trp_tool_eraser,    &trp_tool_push,
  &trp_tool_livewire, &trp_tool_polygon, &trp_tool_freehand,  &trp_tool_fill,
  &trp_tool_seeds,    &trp_tool_measure, &trp_tool_threshold, &trp_tool_scissors,
};

/* One per document, kept by it. */
typedef struct
{
  TrpToolKind kind; /* the tool that is being left when "tool-changed" comes */
  void *states[TRP_N_TOOLS];
} Toolbox;

const TrpTool *
trp_tool_get (TrpToolKind kind)
{
  g_return_val_if_fail (kind < TRP_N_TOOLS, tools[0]);
  return tools[kind];
}

const TrpTool *
trp_tool_get_current (TrpDocument *document)
{
  return trp_tool_get (trp_document_get_tool (document)->kind);
}

static void
toolbox_free (Toolbox *self)
{
  for (int n = 0; n < TRP_N_TOOLS; n++)
    if (self->states[n] && tools[n]->destroy)
      tools[n]->destroy (self->states[n]);
  g_free (self);
}

static void
on_tool_changed (TrpDocument *document, Toolbox *self)
{
  const TrpTool *left = tools[self->kind];

  if (trp_document_get_tool (document)->kind == left->kind)
    return;
  self->kind = trp_document_get_tool (document)->kind;
  if (left->leave)
    left->leave (document, self->states[left->kind]);
}

static Toolbox *
get_toolbox (TrpDocument *document)
{
  static const char key[] = "trp-toolbox";
  Toolbox *self = g_object_get_data (G_OBJECT (document), key);

  if (self)
    return self;
  self = g_new0 (Toolbox, 1);
  self->kind = trp_document_get_tool (document)->kind;
  g_signal_connect (document, "tool-changed", G_CALLBACK (on_tool_changed), self);
  g_object_set_data_full (G_OBJECT (document), key, self, (GDestroyNotify) toolbox_free);
  return self;
}

void *
trp_tool_get_state (TrpDocument *document, TrpToolKind kind)
{
  Toolbox *self = get_toolbox (document);
  const TrpTool *tool = trp_tool_get (kind);

  if (!self->states[kind] && tool->create)
    self->states[kind] = tool->create (document);
  return self->states[kind];
}

void
trp_tool_finish (TrpDocument *document)
{
  const TrpTool *tool = trp_tool_get_current (document);

  if (tool->leave)
    tool->leave (document, trp_tool_get_state (document, tool->kind));
}

bool
trp_tool_press_key (TrpDocument *document, TrpToolKey key)
{
  const TrpTool *tool = trp_tool_get_current (document);

  return tool->key_pressed &&
         tool->key_pressed (document, trp_tool_get_state (document, tool->kind), key);
}
