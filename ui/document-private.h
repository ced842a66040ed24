/* document-private.h - the document's fields, for the sources that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * document.c owns volumes, cursor, tools and jobs; document-readings.c readings, strokes and
 * history; document-operations.c what is done to whole structures; document-preview.c a result that
 * waits for yes or no; document-files.c opening, document-save.c saving; document-journal.c what
 * survives a crash; document-compare.c, document-agreement.c and document-blind.c several readings
 * at once.
 */

#pragma once

#include "ui/document-files.h"
#include "ui/document-save.h"

G_BEGIN_DECLS

typedef struct _TrpDocumentReadings TrpDocumentReadings;   /* document-readings.c */
typedef struct _TrpDocumentFiles TrpDocumentFiles;         /* document-files.c */
typedef struct _TrpDocumentJournal TrpDocumentJournal;     /* document-journal.c */
typedef struct _TrpDocumentCompute TrpDocumentCompute;     /* document-compute.c */
typedef struct _TrpDocumentPreview TrpDocumentPreview;     /* document-preview.c */
typedef struct _TrpDocumentAgreement TrpDocumentAgreement; /* document-agreement.c */
typedef struct _TrpDocumentBlind TrpDocumentBlind;         /* document-blind.c */
typedef struct _TrpDocumentDistances TrpDocumentDistances;

typedef struct
{
  TrpVolume *volume;
  TrpDisplay display;
  TrpDisplay original_display;
  bool link_confirmed;
  bool from_open_mr; /* made here, from the MR that is open now */
  bool is_unsaved;   /* made here, in no file yet */
  bool warnings_acknowledged;
} TrpDocumentVolume;

struct _TrpDocument
{
  GObject parent_instance;

  TrpDocumentVolume volumes[TRP_N_ROLES];
  TrpVec3 cursor_lps;
  bool cursor_is_placed; /* by the document, not by the user */
  TrpToolSettings tool;
  TrpToolKind previous_tool;
  GArray *measurements; /* (element-type TrpMeasurement) */
  GPtrArray *jobs;
  bool is_closed;
  char *title;
  char *case_name; /* (nullable): instead of what the anchor says */
  char *identity_conflict;
  char *identity_acknowledged;
  bool structures_shown;
  double fill_opacity;
  TrpDocumentReadings *readings;
  TrpDocumentFiles *files;
  TrpDocumentJournal *journal;
  TrpDocumentCompute *compute;
  TrpDocumentPreview *preview;
  bool readings_shown;
  TrpDocumentAgreement *agreement;
  TrpDocumentBlind *blind;
  GPtrArray *consensus; /* (element-type TrpConsensusPart): the last one, or NULL */
  TrpDocumentDistances *distances;
};

typedef enum
{
  TRP_DOCUMENT_VOLUME_CHANGED,
  TRP_DOCUMENT_DISPLAY_CHANGED,
  TRP_DOCUMENT_CURSOR_MOVED,
  TRP_DOCUMENT_READINGS_CHANGED,
  TRP_DOCUMENT_COMPARE_CHANGED,
  TRP_DOCUMENT_STRUCTURES_CHANGED,
  TRP_DOCUMENT_MASK_CHANGED,
  TRP_DOCUMENT_ACTIVE_CHANGED,
  TRP_DOCUMENT_TOOL_CHANGED,
  TRP_DOCUMENT_TOOL_MOVED,
  TRP_DOCUMENT_MEASUREMENTS_CHANGED,
  TRP_DOCUMENT_HISTORY_CHANGED,
  TRP_DOCUMENT_JOBS_CHANGED,
  TRP_DOCUMENT_MESSAGE,
  TRP_DOCUMENT_MESSAGE_WITHDRAWN,
  TRP_DOCUMENT_IDENTITY_CHANGED,
  TRP_DOCUMENT_UNFINISHED_CHANGED,
  TRP_DOCUMENT_SAVED_CHANGED,
  TRP_DOCUMENT_CHOOSE_SERIES,
  TRP_DOCUMENT_FILE_OPENED,
  TRP_DOCUMENT_PREVIEW_CHANGED,
  TRP_DOCUMENT_DISTANCES_CHANGED,
  TRP_DOCUMENT_N_SIGNALS,
} TrpDocumentSignal;

void trp_document_emit (TrpDocument *self, TrpDocumentSignal signal, ...);
/* The volume with the modality and unit of its role, where its file names none. Any thread.
 * Returns: (transfer full). */
TrpVolume *trp_volume_for_role (TrpVolume *volume, TrpRole role);
/* Compares patient IDs of volumes and readings again. */
void trp_document_check_identity (TrpDocument *self);

TrpDocumentReadings *trp_document_readings_new (TrpDocument *document);
void trp_document_readings_free (TrpDocumentReadings *self);
TrpDocumentFiles *trp_document_files_new (void);
/* Disconnects the jobs under way. */
void trp_document_files_free (TrpDocumentFiles *self);
/* One that is listed until it has ended; main thread. */
void trp_document_start_file_job (TrpDocument *self,
                                  const TrpJobClass *klass,
                                  const char *title,
                                  void *data);
void trp_document_finish_file_job (TrpDocument *self, TrpJob *job);
/* The reading stands in @path (NULL: in several files) as it was in @state of its history. */
void trp_document_mark_saved (TrpDocument *self, int index, const char *path, uint64_t state);
/* Of the edited reading, or NULL. */
TrpStructure *trp_document_peek_structure (TrpDocument *self, guint index);
/* (element-type TrpEditSession) (transfer container): of all readings that were ever edited. */
GPtrArray *trp_document_list_sessions (TrpDocument *self);
/* Takes over a session of the journal and edits it. It takes the place of a reading of that name
 * and grid that nothing was done to, else it is a reading of its own. */
void trp_document_adopt_session (TrpDocument *self, TrpEditSession *session);

TrpDocumentCompute *trp_document_compute_new (void);
/* After trp_document_close(). */
void trp_document_compute_free (TrpDocumentCompute *self);

TrpDocumentDistances *trp_document_distances_new (TrpDocument *document);
void trp_document_distances_free (TrpDocumentDistances *self);

TrpDocumentPreview *trp_document_preview_new (void);
void trp_document_preview_free (TrpDocumentPreview *self);
/* Whether @structure could be changed, on the edited reading's grid; else a "message" says why. */
bool trp_document_may_change (TrpDocument *self,
                              const TrpStructure *structure,
                              const TrpGeometry *geometry);
/* Of the edited reading's grid, in which the cursor lies. Returns: false where it lies beside. */
bool trp_document_find_slice (TrpDocument *self, int axis, size_t *out_slice);
/* An edit of the edited reading, before anybody else hears of it. */
void trp_document_preview_hear (TrpDocument *self, const TrpEditChange *change);

TrpDocumentJournal *trp_document_journal_new (void);
void trp_document_journal_free (TrpDocumentJournal *self);
/* Images, readings or their sessions came or went. */
void trp_document_journal_update (TrpDocument *self);
void trp_document_journal_add_structures (TrpDocument *self, const char *path);
/* (element-type filename) (transfer full): the files that are open, the anchor's first. */
GPtrArray *trp_document_list_sources (TrpDocument *self);
/* While the readings are still there. */
void trp_document_journal_close (TrpDocument *self);

TrpDocumentAgreement *trp_document_agreement_new (void);
/* Disconnects the job under way. */
void trp_document_agreement_free (TrpDocumentAgreement *self);
bool trp_document_agreement_is_wanted (const TrpDocumentAgreement *self);
void trp_document_agreement_set_wanted (TrpDocument *self, bool wanted);
/* Readings, structures or the active one changed. */
void trp_document_agreement_update (TrpDocument *self);
/* Voxels changed; before anybody else hears of it. */
void trp_document_agreement_apply (TrpDocument *self, const TrpEditChange *change);

TrpDocumentBlind *trp_document_blind_new (void);
void trp_document_blind_free (TrpDocumentBlind *self);
/* Files or readings came: was the case left blind, and who has no letter yet? */
void trp_document_blind_update (TrpDocument *self);

G_END_DECLS
