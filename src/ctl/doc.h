/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Reading the API's documents: every getter takes a missing member or one of another type for absent. Objects and arrays may be NULL,
 * and are empty then. */

#include <json-glib/json-glib.h>

gboolean kn_doc_has(JsonObject *object, const gchar *key);
gint64 kn_doc_int(JsonObject *object, const gchar *key, gint64 fallback);
gboolean kn_doc_bool(JsonObject *object, const gchar *key);
/* "" when absent; borrowed and not fit for a terminal: kn_term_text makes it so. */
const gchar *kn_doc_text(JsonObject *object, const gchar *key);
JsonObject *kn_doc_object(JsonObject *object, const gchar *key); /* borrowed or NULL */
JsonArray *kn_doc_array(JsonObject *object, const gchar *key);   /* borrowed or NULL */
guint kn_doc_length(JsonArray *array);
JsonObject *kn_doc_at(JsonArray *array, guint index); /* borrowed; NULL when it is no object */
/* The root of a document as an object, or NULL. */
JsonObject *kn_doc_root(JsonNode *node);
