/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-work.h"

#include "store/people-rows.h"

typedef struct {
	KnRestoreWork *work;
	KnPeople *here;  /* owned */
	KnPeople *there; /* owned */
} Match;

static void
match_clear(Match *match)
{
	kn_people_free(match->here);
	kn_people_free(match->there);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Match, match_clear)

/* ---- who is the same ---- */

typedef gboolean (*IsSameFunc)(const KnPerson *one, const KnPerson *two);

static gboolean
has_same_label(const KnPerson *one, const KnPerson *two)
{
	return g_str_equal(one->label, two->label);
}

static gboolean
has_same_external_id(const KnPerson *one, const KnPerson *two)
{
	return one->external_id[0] != '\0' && g_str_equal(one->external_id, two->external_id);
}

/* to the microsecond: two databases that agree on it have this person from one of them */
static gboolean
is_as_old(const KnPerson *one, const KnPerson *two)
{
	return one->made_us == two->made_us;
}

static gboolean
is_as_old_and_named(const KnPerson *one, const KnPerson *two)
{
	return is_as_old(one, two) && (has_same_label(one, two) || has_same_external_id(one, two));
}

/* who was typed in anew after a loss has the label of before; another number in the other system says that it is somebody else */
static gboolean
may_be_by_label(const KnPerson *one, const KnPerson *two)
{
	return has_same_label(one, two) &&
	       (one->external_id[0] == '\0' || two->external_id[0] == '\0' ||
		has_same_external_id(one, two));
}

/* the surest first */
static const IsSameFunc rules[] = {is_as_old_and_named, is_as_old, has_same_external_id,
				   may_be_by_label};

/* the only one of a list who is like that person; id 0 there means: has been found already */
static KnPerson *
find_only(const GPtrArray *persons, const KnPerson *person, IsSameFunc is_same)
{
	KnPerson *found = NULL;

	for (guint i = 0; i < persons->len; i++) {
		KnPerson *other = persons->pdata[i];
		if (other->id == 0 || !is_same(other, person))
			continue;
		if (found)
			return NULL;
		found = other;
	}
	return found;
}

static void
tell_match(const Match *match, const KnPerson *here, const KnPerson *there)
{
	const KnRestoreReport *report = &match->work->rows->report;

	if (!has_same_label(here, there))
		kn_restore_report_say(report, "persons: %s there is called %s here", there->label,
				      here->label);
	else if (!is_as_old(here, there))
		kn_restore_report_say(report,
				      "persons: %s was added there and here, and is taken for one",
				      here->label);
}

static void
keep_pair(const KnRestoreWork *work, gint64 there, gint64 here)
{
	g_hash_table_insert(work->persons, g_memdup2(&there, sizeof there),
			    g_memdup2(&here, sizeof here));
}

static void
match_by(const Match *match, IsSameFunc is_same)
{
	for (guint i = 0; i < match->there->persons->len; i++) {
		KnPerson *there = match->there->persons->pdata[i];
		KnPerson *here =
			there->id == 0 ? NULL : find_only(match->here->persons, there, is_same);
		/* two there who are like one here: neither */
		if (!here || find_only(match->there->persons, here, is_same) != there)
			continue;
		tell_match(match, here, there);
		keep_pair(match->work, there->id, here->id);
		there->id = 0;
		here->id = 0;
	}
}

/* ---- who is new ---- */

static gboolean
is_label_free(const KnPeople *people, const gchar *label)
{
	for (guint i = 0; i < people->persons->len; i++)
		if (g_str_equal(((KnPerson *)people->persons->pdata[i])->label, label))
			return FALSE;
	return TRUE;
}

static gchar *
choose_label(const KnPeople *here, const gchar *label)
{
	gchar *chosen = g_strdup(label);

	for (guint i = 2; !is_label_free(here, chosen); i++) {
		g_free(chosen);
		chosen = g_strdup_printf("%s (%u)", label, i);
	}
	return chosen;
}

static gboolean
add_person(const Match *match, const KnPerson *there, GError **error)
{
	KnRestoreReport *report = &match->work->rows->report;
	g_autofree gchar *label = choose_label(match->here, there->label);
	KnPerson person = {0, label, there->external_id, there->made_us};
	gint64 id = 0;

	if (match->here->persons->len >= KN_PEOPLE_MAX) {
		report->is_whole = FALSE;
		kn_restore_report_say(report, "persons: %s is left out: this hub has %d, its limit",
				      there->label, KN_PEOPLE_MAX);
		return TRUE;
	}
	if (!g_str_equal(label, there->label))
		kn_restore_report_say(report,
				      "persons: %s there is another one than %s here, and is "
				      "called %s",
				      there->label, there->label, label);
	if (!kn_people_rows_add(match->work->db, &person, &id, error))
		return FALSE;
	keep_pair(match->work, there->id, id);
	person.id = id;
	kn_people_add(match->here, &person);
	return TRUE;
}

/* ---- who cannot be told apart ---- */

/* external ids are not ours, and may be shared by will; but a command that names one finds nobody then */
static void
tell_shared_id(const KnRestoreReport *report, const GPtrArray *persons, guint at)
{
	const KnPerson *first = persons->pdata[at];
	g_autoptr(GString) labels = g_string_new(first->label);
	guint n = 1;

	for (guint i = 0; i < at; i++)
		if (has_same_external_id(persons->pdata[i], first))
			return;
	for (guint i = at + 1; i < persons->len; i++) {
		const KnPerson *other = persons->pdata[i];
		if (!has_same_external_id(other, first))
			continue;
		g_string_append_printf(labels, ", %s", other->label);
		n++;
	}
	if (n > 1)
		kn_restore_report_say(
			report,
			"persons: %u have the external id %s (%s), so nobody is found "
			"by it: see knead person rename",
			n, first->external_id, labels->str);
}

/* ---- all of them ---- */

static gboolean
take_person(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnPerson person = {sqlite3_column_int64(row, 0), (gchar *)sqlite3_column_text(row, 1),
				 (gchar *)sqlite3_column_text(row, 2),
				 sqlite3_column_int64(row, 3)};

	if (person.id > 0 && person.label && person.external_id)
		kn_people_add(work->people, &person);
	else
		work->n_left++;
	return TRUE;
}

gboolean
kn_restore_persons(KnRestoreWork *work, GError **error)
{
	g_auto(Match) match = {work, kn_people_load(work->db, error), kn_people_new()};

	if (!match.here)
		return FALSE;
	work->people = match.there;
	if (!kn_restore_work_each(
		    work, "persons",
		    "SELECT person_id, label, external_id, made_us FROM person ORDER BY person_id",
		    take_person, error))
		return FALSE;
	work->people = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		match_by(&match, rules[i]);
	for (guint i = 0; i < match.there->persons->len; i++) {
		const KnPerson *there = match.there->persons->pdata[i];
		if (there->id != 0 && !add_person(&match, there, error))
			return FALSE;
	}
	for (guint i = 0; i < match.here->persons->len; i++)
		tell_shared_id(&work->rows->report, match.here->persons, i);
	return TRUE;
}
