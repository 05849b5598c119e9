/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"

#include "ctl/format.h"

enum { SHADE_COLUMNS = 5, SHADE_LEVELS = 5 };

/* from the neck down */
static const struct {
	const gchar *region;
	const gchar *words; /* at most KN_BODYMAP_REGION_COLUMNS */
} places[] = {
	{"semispinalis", "neck (semispinalis)"},
	{"levator-scapulae", "neck side (levator scap.)"},
	{"upper-trapezius", "shoulder (upper trapezius)"},
	{"rhomboids", "between blades (rhomboids)"},
	{"erector-spinae-thoracic", "mid back (erector spinae)"},
	{"latissimus-dorsi", "side back (latissimus)"},
	{"erector-spinae-lumbar", "low back (erector spinae)"},
	{"quadratus-lumborum", "waist (quadratus lumb.)"},
	{"gluteus", "seat (gluteus)"},
	{"free", "wherever it was moved"},
};

guint
kn_bodymap_rank(const gchar *region)
{
	guint i = 0;

	while (i < G_N_ELEMENTS(places) && !g_str_equal(places[i].region, region))
		i++;
	return i;
}

const gchar *
kn_bodymap_region(const gchar *region)
{
	guint rank = kn_bodymap_rank(region);

	if (rank < G_N_ELEMENTS(places))
		return places[rank].words;
	return region[0] != '\0' ? region : "somewhere";
}

/* one line: a left and a right node, or one in the middle */
typedef struct {
	const gchar *region;
	JsonObject *left;
	JsonObject *right;
	JsonObject *centre;
} Row;

static void
put_node(GArray *rows, JsonObject *node)
{
	const gchar *region = kn_doc_text(node, "region");
	const gchar *side = kn_doc_text(node, "side");
	gboolean is_left = g_str_equal(side, "left");
	gboolean is_right = g_str_equal(side, "right");
	Row row = {.region = region};

	/* beside the first one of its region that still has the other side free */
	for (guint i = 0; i < rows->len && (is_left || is_right); i++) {
		Row *old = &g_array_index(rows, Row, i);
		JsonObject **place = is_left ? &old->left : &old->right;

		if (g_str_equal(old->region, region) && *place == NULL && old->centre == NULL) {
			*place = node;
			return;
		}
	}
	if (is_left)
		row.left = node;
	else if (is_right)
		row.right = node;
	else
		row.centre = node;
	g_array_append_val(rows, row);
}

static void
sort_rows(GArray *rows)
{
	/* insertion keeps the device's own order within a region; there are at most 32 */
	for (guint i = 1; i < rows->len; i++) {
		Row row = g_array_index(rows, Row, i);
		guint at = i;

		while (at > 0 && kn_bodymap_rank(g_array_index(rows, Row, at - 1).region) >
					 kn_bodymap_rank(row.region)) {
			g_array_index(rows, Row, at) = g_array_index(rows, Row, at - 1);
			at--;
		}
		g_array_index(rows, Row, at) = row;
	}
}

/* what a view shades and writes beside */
static const struct {
	const gchar *key;
	const gchar *max_key; /* the darkest shade is the largest of these */
	const gchar *legend;
	const gchar *header;
	const gchar *plain_header;
} views[] = {
	[KN_BODYMAP_DOSE] = {"dose_hpa_ms", "dose_hpa_ms", "darker: more over time",
			     "   kPa·s  left   right kPa·s      firmest kPa",
			     "   kPa s  left   right kPa s      firmest kPa"},
	[KN_BODYMAP_NOW] = {"hpa", "peak_hpa", "darker: firmer right now",
			    "     kPa  left   right kPa        firmest kPa",
			    "     kPa  left   right kPa        firmest kPa"},
};

static void
append_shade(const KnTerm *term, GString *out, KnBodymapView view, JsonObject *node, gint64 max)
{
	static const gchar *const shades[SHADE_LEVELS] = {"·", "░", "▒", "▓", "█"};
	static const gchar *const plain[SHADE_LEVELS] = {".", "-", "+", "*", "#"};
	gint64 value = MAX(kn_doc_int(node, views[view].key, 0), 0);
	guint level = 0;

	/* quarters of the largest; only nothing at all is empty */
	if (value > 0 && max > 0)
		level = (guint)CLAMP(1 + (gint)(4.0 * (gdouble)value / (gdouble)max), 1,
				     SHADE_LEVELS - 1);
	for (guint i = 0; i < SHADE_COLUMNS; i++) {
		if (node == NULL)
			g_string_append_c(out, ' ');
		else
			g_string_append(out, term->is_utf8 ? shades[level] : plain[level]);
	}
}

static gchar *
kpa_of(JsonObject *node, const gchar *key)
{
	return g_strdup_printf("%.1f", (gdouble)kn_doc_int(node, key, 0) / 10);
}

static gchar *
value_of(KnBodymapView view, JsonObject *node)
{
	gint64 dose = MAX(kn_doc_int(node, "dose_hpa_ms", 0), 0);

	if (node == NULL)
		return g_strdup("");
	if (view == KN_BODYMAP_NOW)
		return kpa_of(node, "hpa");
	return kn_format_count((guint64)dose / 10000 + (dose % 10000 >= 5000 ? 1 : 0));
}

static gchar *
peak_of(JsonObject *node)
{
	return node != NULL ? kpa_of(node, "peak_hpa") : g_strdup("");
}

static void
append_pair(const KnTerm *term, GString *out, KnBodymapView view, const Row *row, gint64 max)
{
	g_autofree gchar *left = value_of(view, row->left);
	g_autofree gchar *right = value_of(view, row->right);
	g_autofree gchar *left_peak = peak_of(row->left);
	g_autofree gchar *right_peak = peak_of(row->right);

	g_string_append_printf(out, " %8s ", left);
	append_shade(term, out, view, row->left, max);
	g_string_append_printf(out, " %s ", kn_term_pick(term, "┃", "|"));
	append_shade(term, out, view, row->right, max);
	g_string_append_printf(out, " %-8s %6s %6s", right, left_peak, right_peak);
}

static void
append_centre(const KnTerm *term, GString *out, KnBodymapView view, const Row *row, gint64 max)
{
	g_autofree gchar *value = value_of(view, row->centre);
	g_autofree gchar *peak = peak_of(row->centre);

	/* the shade stands on the spine */
	g_string_append_printf(out, " %8s     ", value);
	append_shade(term, out, view, row->centre, max);
	g_string_append_printf(out, "%13s %6s %6s", "", peak, "");
}

void
kn_bodymap_append(const KnTerm *term, GString *out, KnBodymapView view, JsonArray *nodes)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
	gint64 max = 0;

	for (guint i = 0; i < kn_doc_length(nodes); i++) {
		JsonObject *node = kn_doc_at(nodes, i);

		put_node(rows, node);
		max = MAX(max, kn_doc_int(node, views[view].max_key, 0));
		max = MAX(max, kn_doc_int(node, views[view].key, 0));
	}
	sort_rows(rows);
	g_string_append_printf(out, "  %-26s %s\n", views[view].legend,
			       kn_term_pick(term, views[view].header, views[view].plain_header));
	for (guint i = 0; i < rows->len; i++) {
		const Row *row = &g_array_index(rows, Row, i);
		g_autofree gchar *place = kn_term_fit(term, kn_bodymap_region(row->region),
						      KN_BODYMAP_REGION_COLUMNS);

		g_string_append_printf(out, "  %s", place);
		if (row->centre != NULL)
			append_centre(term, out, view, row, max);
		else
			append_pair(term, out, view, row, max);
		while (out->len > 0 && out->str[out->len - 1] == ' ')
			g_string_truncate(out, out->len - 1);
		g_string_append_c(out, '\n');
	}
}
