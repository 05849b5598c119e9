/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-hub.h"
#include "example-sessions.h"

enum { UID = 1000 };

typedef struct {
	KnEdit edit;
	gint64 other_id;      /* of the second part, or of the one that was merged into the first */
	KnSession *before[2]; /* owned: as they were; NULL there was none */
} Done;

static void
done_clear(gpointer data)
{
	Done *done = data;

	for (guint i = 0; i < G_N_ELEMENTS(done->before); i++)
		g_clear_pointer(&done->before[i], kn_session_free);
}

void
example_begin_edits(Example *example)
{
	example->edits = g_array_new(FALSE, TRUE, sizeof(Done));
	g_array_set_clear_func(example->edits, done_clear);
}

void
example_end_edits(Example *example)
{
	g_array_unref(example->edits);
}

KnSession *
example_find_session(const Example *example, gint64 id)
{
	for (guint i = 0; i < example->sessions->len; i++)
		if (((KnSession *)example->sessions->pdata[i])->id == id)
			return example->sessions->pdata[i];
	return NULL;
}

/* newest first, as they are listed */
static void
put(Example *example, KnSession *owned_session)
{
	guint i = 0;

	while (i < example->sessions->len &&
	       ((KnSession *)example->sessions->pdata[i])->start_utc_us >
		       owned_session->start_utc_us)
		i++;
	g_ptr_array_insert(example->sessions, (gint)i, owned_session);
}

static void
take_out(Example *example, gint64 id)
{
	KnSession *session = example_find_session(example, id);

	if (session)
		g_ptr_array_remove(example->sessions, session);
}

static KnSession *
copy(const KnSession *session)
{
	return session ? example_copy_session(session) : NULL;
}

/* ---- what can be done ---- */

static const gchar *
split(Example *example, const KnByHand *wish, Done *done)
{
	KnSession *session = example_find_session(example, wish->id);
	guint64 after_ms = wish->after_ms;
	KnSession *second = NULL;

	if (wish->is_at)
		after_ms = (guint64)MAX(wish->at_us - session->start_utc_us, 0) / 1000;
	if (after_ms == 0 || after_ms >= session->metrics.duration_ms)
		return "that moment is not inside the session";
	second = copy(session);
	second->id = ++example->newest_id;
	second->start_utc_us += (gint64)after_ms * 1000;
	example_share(second, session->metrics.duration_ms - after_ms);
	example_share(session, after_ms);
	session->span.last_seq -= second->coverage.expected;
	second->span.first_seq = session->span.last_seq + 1;
	done->other_id = second->id;
	put(example, second);
	return NULL;
}

static const gchar *
merge(Example *example, const KnByHand *wish, Done *done)
{
	KnSession *session = example_find_session(example, wish->id);
	KnSession *other = example_find_session(example, wish->other_id);

	if (!other || other->device_id != session->device_id || other == session)
		return "only two sessions of one massager, and without it being switched off "
		       "between them, can be merged";
	if (other->start_utc_us < session->start_utc_us)
		return "say the earlier one first";
	example_join(session, other);
	session->span.last_seq = other->span.last_seq;
	done->other_id = other->id;
	take_out(example, other->id);
	return NULL;
}

static const gchar *
do_it(Example *example, const KnByHand *wish, Done *done)
{
	KnSession *session = example_find_session(example, wish->id);

	done->before[0] = copy(session);
	done->before[1] = copy(example_find_session(example, wish->other_id));
	done->edit.first_seq = session->span.first_seq;
	done->edit.last_seq = session->span.last_seq;
	done->edit.device_id = session->device_id;
	done->edit.session_id = session->id;
	done->edit.at_us = EXAMPLE_NOW_US;
	done->edit.uid = UID;
	if (wish->kind == KN_BY_HAND_SPLIT) {
		done->edit.kind = KN_EDIT_SPLIT;
		return split(example, wish, done);
	}
	if (wish->kind == KN_BY_HAND_MERGE) {
		done->edit.kind = KN_EDIT_MERGE;
		return merge(example, wish, done);
	}
	done->edit.kind = KN_EDIT_DELETE;
	session->is_deleted = TRUE;
	return NULL;
}

/* NULL: there is none that holds */
static Done *
find_edit(const Example *example, gint64 id)
{
	for (guint i = example->edits->len; i-- > 0;) {
		Done *done = &g_array_index(example->edits, Done, i);

		if (done->edit.undone_us == 0 && (id == 0 || id == done->edit.id))
			return done;
	}
	return NULL;
}

static void
undo(Example *example, Done *done)
{
	take_out(example, done->edit.session_id);
	take_out(example, done->other_id);
	for (guint i = 0; i < G_N_ELEMENTS(done->before); i++)
		if (done->before[i])
			put(example, g_steal_pointer(&done->before[i]));
	done->edit.undone_us = EXAMPLE_NOW_US;
}

static void
answer(const Done *done, gint64 other_id, KnHubByHandFunc func, gpointer request)
{
	const KnByHandDone told = {done->edit.device_id, done->edit.session_id, other_id,
				   done->edit.id, done->edit.kind};

	func(&told, NULL, request);
}

static void
refuse(gint code, const gchar *reason, KnHubByHandFunc func, gpointer request)
{
	g_autoptr(GError) error = g_error_new_literal(KN_HUB_ERROR, code, reason);

	func(NULL, error, request);
}

static void
say(KnSession *session, const KnWord *word, KnHubByHandFunc func, gpointer request)
{
	const KnByHandDone told = {session->device_id, session->id, 0, 0, KN_EDIT_DELETE};

	/* the last word counts whole, which is enough for one */
	kn_word_free(session->word);
	session->word = kn_word_copy(word);
	func(&told, NULL, request);
}

void
example_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request)
{
	Example *example = user;
	gboolean is_undo = wish->kind == KN_BY_HAND_UNDO;
	KnSession *session = is_undo ? NULL : example_find_session(example, wish->id);
	Done *undone = is_undo ? find_edit(example, wish->id) : NULL;
	Done done = {.edit.id = example->edits->len + 1};
	const gchar *refusal = NULL;

	if (is_undo ? !undone : !session) {
		refuse(KN_HUB_ERROR_NOT_FOUND, "there is no such session or edit", func, request);
	} else if (is_undo) {
		undo(example, undone);
		answer(undone, undone->edit.kind == KN_EDIT_MERGE ? undone->other_id : 0, func,
		       request);
	} else if (wish->kind == KN_BY_HAND_SAY) {
		say(session, wish->word, func, request);
	} else if ((refusal = do_it(example, wish, &done)) != NULL) {
		done_clear(&done);
		refuse(KN_HUB_ERROR_CONFLICT, refusal, func, request);
	} else {
		g_array_append_val(example->edits, done);
		answer(&done, wish->kind == KN_BY_HAND_SPLIT ? done.other_id : 0, func, request);
	}
}

/* which one has its first record now; 0 none */
static gint64
holder_of(const Example *example, const KnEdit *edit)
{
	for (guint i = 0; i < example->sessions->len; i++) {
		const KnSession *session = example->sessions->pdata[i];

		if (session->device_id == edit->device_id &&
		    session->span.first_seq <= edit->first_seq &&
		    edit->first_seq <= session->span.last_seq)
			return session->id;
	}
	return 0;
}

void
example_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request)
{
	const Example *example = user;
	GPtrArray *edits = g_ptr_array_new_with_free_func(g_free);

	for (guint i = example->edits->len; i-- > 0 && edits->len < limit;) {
		KnEdit edit = g_array_index(example->edits, Done, i).edit;

		edit.session_id = holder_of(example, &edit);
		g_ptr_array_add(edits, g_memdup2(&edit, sizeof edit));
	}
	func(edits, NULL, request);
}
