/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"

#include "ctl/format.h"

enum { ROWS_MAX = 64 };

/* from the neck down */
static const struct {
	const gchar *region;
	const gchar *words;       /* at most KN_BODYMAP_REGION_COLUMNS */
	const gchar *short_words; /* at most KN_BODYMAP_SHORT_COLUMNS */
} places[] = {
	{"semispinalis", "neck (semispinalis)", "neck"},
	{"levator-scapulae", "neck side (levator scap.)", "neck side"},
	{"upper-trapezius", "shoulder (upper trapezius)", "shoulder"},
	{"rhomboids", "between blades (rhomboids)", "between blades"},
	{"erector-spinae-thoracic", "mid back (erector spinae)", "mid back"},
	{"latissimus-dorsi", "side back (latissimus)", "side back"},
	{"erector-spinae-lumbar", "low back (erector spinae)", "low back"},
	{"quadratus-lumborum", "waist (quadratus lumb.)", "waist"},
	{"gluteus", "seat (gluteus)", "seat"},
	{"free", "wherever it was moved", "anywhere"},
};

guint
kn_bodymap_rank(const gchar *region)
{
	guint i = 0;

	while (i < G_N_ELEMENTS(places) && !g_str_equal(places[i].region, region))
		i++;
	return i;
}

static const gchar *
unknown_words(const gchar *region)
{
	return region[0] != '\0' ? region : "somewhere";
}

const gchar *
kn_bodymap_region(const gchar *region)
{
	guint rank = kn_bodymap_rank(region);

	return rank < G_N_ELEMENTS(places) ? places[rank].words : unknown_words(region);
}

const gchar *
kn_bodymap_short_region(const gchar *region)
{
	guint rank = kn_bodymap_rank(region);

	return rank < G_N_ELEMENTS(places) ? places[rank].short_words : unknown_words(region);
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
	const gchar *max_key;   /* the darkest shade is the largest of these */
	const gchar *extra_key; /* beside, where there is room */
	const gchar *extra_words;
	const gchar *legend;
	gboolean is_dose;
} views[] = {
	[KN_BODYMAP_DOSE] = {"dose_hpa_ms", "dose_hpa_ms", "peak_hpa", "firmest kPa",
			     "darker: more over time", TRUE},
	[KN_BODYMAP_PEAK] = {"peak_hpa", "peak_hpa", "mean_hpa", "average kPa", "darker: firmer",
			     FALSE},
	[KN_BODYMAP_NOW] = {"hpa", "peak_hpa", "peak_hpa", "firmest kPa",
			    "darker: firmer right now", FALSE},
};

/* all that a row needs beside itself */
typedef struct {
	const KnTerm *term;
	KnBodymapView view;
	gint64 max;
	guint n_place; /* columns of the region's words */
	guint n_value; /* of a number */
	guint n_shade; /* of a shade */
	gboolean is_short;
	gboolean has_extra;
	gboolean has_sides; /* FALSE: all on the spine */
} Map;

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
	if (!views[view].is_dose)
		return kpa_of(node, views[view].key);
	return kn_format_count((guint64)dose / 10000 + (dose % 10000 >= 5000 ? 1 : 0));
}

/* quarters of the largest; only nothing at all is empty */
static gint
level_of(const Map *map, JsonObject *node)
{
	gint64 value = MAX(kn_doc_int(node, views[map->view].key, 0), 0);

	if (node == NULL)
		return -1;
	if (value == 0 || map->max <= 0)
		return 0;
	return CLAMP(1 + (gint)(4.0 * (gdouble)value / (gdouble)map->max), 1, KN_SHADES - 1);
}

/* several rows of one region are numbered */
static gchar *
place_of(const Map *map, const GArray *rows, guint index)
{
	const gchar *region = g_array_index(rows, Row, index).region;
	gboolean is_free = g_str_equal(region, "free") && !map->is_short;
	guint n = 0;
	guint number = 0;

	for (guint i = 0; i < rows->len; i++) {
		n += g_str_equal(g_array_index(rows, Row, i).region, region) ? 1 : 0;
		number = i == index ? n : number;
	}
	if (n == 1)
		return g_strdup(map->is_short ? kn_bodymap_short_region(region)
					      : kn_bodymap_region(region));
	return g_strdup_printf(
		"%s %u", is_free ? "moved freely, point" : kn_bodymap_short_region(region), number);
}

static void
append_extra(const Map *map, GString *out, JsonObject *node)
{
	g_autofree gchar *text =
		node != NULL ? kpa_of(node, views[map->view].extra_key) : g_strdup("");

	g_string_append_c(out, ' ');
	kn_term_right(out, text, 6);
}

static void
append_spine(const Map *map, GString *out)
{
	const gchar *spine = kn_term_pick(map->term, "┃", "|");

	g_string_append_printf(out, map->is_short ? "%s" : " %s ", spine);
}

/* left and right of the spine, or one on it */
static void
append_pair(const Map *map, GString *out, const Row *row)
{
	g_autofree gchar *left = value_of(map->view, row->centre != NULL ? row->centre : row->left);
	g_autofree gchar *right = value_of(map->view, row->right);
	g_autofree gchar *right_fit = kn_term_fit(map->term, right, map->n_value);
	guint n_spine = map->is_short ? 1 : 3;

	kn_term_right(out, left, map->n_value);
	g_string_append_c(out, ' ');
	if (row->centre != NULL) {
		guint n_before = (map->n_shade + n_spine) / 2;

		g_string_append_printf(out, "%*s", (gint)n_before, "");
		kn_term_shade(map->term, out, level_of(map, row->centre), map->n_shade);
		g_string_append_printf(out, "%*s", (gint)(map->n_shade + n_spine - n_before), "");
	} else {
		kn_term_shade(map->term, out, level_of(map, row->left), map->n_shade);
		append_spine(map, out);
		kn_term_shade(map->term, out, level_of(map, row->right), map->n_shade);
	}
	g_string_append_printf(out, " %s", right_fit);
	if (!map->has_extra)
		return;
	append_extra(map, out, row->centre != NULL ? row->centre : row->left);
	append_extra(map, out, row->right);
}

static void
append_alone(const Map *map, GString *out, const Row *row)
{
	g_autofree gchar *value = value_of(map->view, row->centre);

	kn_term_right(out, value, map->n_value);
	g_string_append_c(out, ' ');
	kn_term_shade(map->term, out, level_of(map, row->centre), map->n_shade);
	if (map->has_extra)
		append_extra(map, out, row->centre);
}

static void
end_line(GString *out)
{
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void
append_header(const Map *map, GString *out)
{
	const gchar *unit =
		views[map->view].is_dose ? kn_term_pick(map->term, "kPa·s", "kPa s") : "kPa";
	g_autofree gchar *legend = kn_term_fit(map->term, views[map->view].legend, map->n_place);
	g_autofree gchar *unit_fit = kn_term_fit(map->term, unit, map->n_value);

	if (map->is_short) {
		g_string_append_printf(out, "  %s (%s)\n", views[map->view].legend, unit);
		return;
	}
	g_string_append_printf(out, "  %s ", legend);
	kn_term_right(out, unit, map->n_value);
	if (map->has_sides)
		g_string_append_printf(out, "  left   right %s", unit_fit);
	if (map->has_extra)
		kn_term_right(out, views[map->view].extra_words, map->has_sides ? 14 : 18);
	end_line(out);
}

/* as much as there is room for */
static void
fit_map(Map *map, GArray *rows)
{
	guint width = map->term->width;
	guint n_sides = map->has_sides ? 2 : 1;
	guint n_extra = map->has_sides ? 14 : 13;
	guint n_full = 0;

	for (guint i = 0; i < rows->len; i++) {
		const Row *row = &g_array_index(rows, Row, i);
		g_autofree gchar *left =
			value_of(map->view, row->centre != NULL ? row->centre : row->left);
		g_autofree gchar *right = value_of(map->view, row->right);

		map->n_value = MAX(map->n_value, kn_term_columns(left));
		map->n_value = MAX(map->n_value, kn_term_columns(right));
	}
	map->n_place = KN_BODYMAP_REGION_COLUMNS;
	map->n_shade = 5;
	n_full =
		2 + map->n_place + 1 + n_sides * (MAX(map->n_value, 8) + 1 + 5) + (n_sides - 1) * 3;
	map->is_short = n_full > width;
	map->has_extra = n_full + n_extra <= width;
	if (!map->is_short) {
		map->n_value = MAX(map->n_value, 8);
		return;
	}
	map->n_shade = 2;
	map->n_place = KN_BODYMAP_SHORT_COLUMNS;
}

void
kn_bodymap_append(const KnTerm *term, GString *out, KnBodymapView view, JsonArray *nodes)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
	Map map = {.term = term, .view = view};

	for (guint i = 0; i < MIN(kn_doc_length(nodes), (guint)ROWS_MAX); i++) {
		JsonObject *node = kn_doc_at(nodes, i);

		put_node(rows, node);
		map.max = MAX(map.max, kn_doc_int(node, views[view].max_key, 0));
		map.max = MAX(map.max, kn_doc_int(node, views[view].key, 0));
	}
	sort_rows(rows);
	for (guint i = 0; i < rows->len; i++)
		map.has_sides |= g_array_index(rows, Row, i).centre == NULL;
	fit_map(&map, rows);
	append_header(&map, out);
	for (guint i = 0; i < rows->len; i++) {
		const Row *row = &g_array_index(rows, Row, i);
		g_autofree gchar *words = place_of(&map, rows, i);
		g_autofree gchar *place = kn_term_fit(term, words, map.n_place);

		g_string_append_printf(out, "  %s ", place);
		if (map.has_sides)
			append_pair(&map, out, row);
		else
			append_alone(&map, out, row);
		end_line(out);
	}
}
