/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/parts.h"

/* n_samples 10, a mean, a dose of 10 times the mean, a peak twice as high */
static void
press(KnSession *session, guint node, ktp_Region region, ktp_Side side, guint32 mean_hpa)
{
	session->metrics.n_nodes = MAX(session->metrics.n_nodes, node + 1);
	session->metrics.node[node] = (KnNodeMetrics){
		.contact_ms = mean_hpa > 0 ? 400 : 0,
		.n_samples = mean_hpa > 0 ? 10 : 0,
		.mean_hpa = mean_hpa,
		.peak_hpa = 2 * mean_hpa,
		.dose_hpa_ms = 10 * mean_hpa,
		.hold_count = mean_hpa > 500 ? 1 : 0,
		.hold_longest_ms = mean_hpa > 500 ? 30000 + mean_hpa : 0,
		.region = region,
		.side = side,
	};
}

/* two sessions of bed 1, whose two left nodes are at the neck; one of roller 2, which is held anywhere */
static GPtrArray *
three_sessions(void)
{
	GPtrArray *sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);

	for (guint i = 0; i < 3; i++) {
		g_ptr_array_add(sessions, g_new0(KnSession, 1));
		((KnSession *)sessions->pdata[i])->device_id = i < 2 ? 1 : 2;
	}
	press(sessions->pdata[0], 0, ktp_REGION_SEMISPINALIS, ktp_SIDE_LEFT, 100);
	press(sessions->pdata[0], 1, ktp_REGION_SEMISPINALIS, ktp_SIDE_LEFT, 301);
	press(sessions->pdata[0], 2, ktp_REGION_SEMISPINALIS, ktp_SIDE_RIGHT, 600);
	press(sessions->pdata[1], 0, ktp_REGION_SEMISPINALIS, ktp_SIDE_LEFT, 0);
	press(sessions->pdata[1], 1, ktp_REGION_SEMISPINALIS, ktp_SIDE_LEFT, 0);
	press(sessions->pdata[1], 2, ktp_REGION_SEMISPINALIS, ktp_SIDE_RIGHT, 700);
	press(sessions->pdata[2], 0, ktp_REGION_UNSPECIFIED, ktp_SIDE_CENTRE, 900);
	return sessions;
}

static const KnPart *
find(const GPtrArray *parts, gint64 device_id, guint node, ktp_Region region, ktp_Side side)
{
	const KnPart key = {.device_id = device_id, .node = node, .region = region, .side = side};
	const KnPart *part = kn_parts_find(parts, &key);

	g_assert_nonnull(part);
	return part;
}

static void
nodes_of_one_place_are_added_up(void)
{
	g_autoptr(GPtrArray) sessions = three_sessions();
	g_autoptr(GPtrArray) parts = kn_parts_sum(sessions, KN_PART_PLACE);
	const KnPart *left = find(parts, 0, 0, ktp_REGION_SEMISPINALIS, ktp_SIDE_LEFT);
	const KnPart *right = find(parts, 0, 0, ktp_REGION_SEMISPINALIS, ktp_SIDE_RIGHT);

	g_assert_cmpuint(parts->len, ==, 3);
	/* two nodes of one session: 100 and 301, mean 200.5 rounded up, one session */
	g_assert_cmpuint(left->n_sessions, ==, 1);
	g_assert_cmpuint(left->contact_ms, ==, 800);
	g_assert_cmpuint(left->mean_hpa, ==, 201);
	g_assert_cmpuint(left->peak_hpa, ==, 602);
	g_assert_cmpuint(left->dose_hpa_ms, ==, 4010);
	g_assert_cmpuint(left->hold_count, ==, 0);
	g_assert_cmpuint(right->n_sessions, ==, 2);
	g_assert_cmpuint(right->dose_hpa_ms, ==, 13000);
	g_assert_cmpuint(right->hold_count, ==, 2);
	g_assert_cmpuint(right->hold_longest_ms, ==, 30700);
}

static void
a_region_has_both_sides_and_a_side_all_regions(void)
{
	g_autoptr(GPtrArray) sessions = three_sessions();
	g_autoptr(GPtrArray) regions = kn_parts_sum(sessions, KN_PART_REGION);
	g_autoptr(GPtrArray) sides = kn_parts_sum(sessions, KN_PART_SIDE);
	const KnPart *neck = find(regions, 0, 0, ktp_REGION_SEMISPINALIS, ktp_SIDE_CENTRE);

	g_assert_cmpuint(regions->len, ==, 2);
	g_assert_cmpuint(neck->n_sessions, ==, 2);
	g_assert_cmpuint(neck->dose_hpa_ms, ==, 17010);
	g_assert_cmpuint(sides->len, ==, 3);
	g_assert_cmpuint(find(sides, 0, 0, ktp_REGION_UNSPECIFIED, ktp_SIDE_LEFT)->dose_hpa_ms, ==,
			 4010);
	g_assert_cmpuint(find(sides, 0, 0, ktp_REGION_UNSPECIFIED, ktp_SIDE_CENTRE)->dose_hpa_ms,
			 ==, 9000);
}

/* a node that a newer description puts elsewhere is another part, and one of another massager, too */
static void
a_node_is_of_its_massager_and_where_it_was_then(void)
{
	g_autoptr(GPtrArray) sessions = three_sessions();
	g_autoptr(GPtrArray) parts = NULL;

	press(sessions->pdata[1], 2, ktp_REGION_GLUTEUS, ktp_SIDE_RIGHT, 700);
	parts = kn_parts_sum(sessions, KN_PART_NODE);
	g_assert_cmpuint(parts->len, ==, 5);
	g_assert_cmpuint(find(parts, 1, 2, ktp_REGION_SEMISPINALIS, ktp_SIDE_RIGHT)->dose_hpa_ms,
			 ==, 6000);
	g_assert_cmpuint(find(parts, 1, 2, ktp_REGION_GLUTEUS, ktp_SIDE_RIGHT)->dose_hpa_ms, ==,
			 7000);
	g_assert_cmpuint(find(parts, 2, 0, ktp_REGION_UNSPECIFIED, ktp_SIDE_CENTRE)->dose_hpa_ms,
			 ==, 9000);
	g_assert_cmpint(((KnPart *)parts->pdata[0])->device_id, ==, 1);
	g_assert_cmpint(((KnPart *)parts->pdata[4])->device_id, ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/parts/nodes_of_one_place_are_added_up",
			nodes_of_one_place_are_added_up);
	g_test_add_func("/core/parts/a_region_has_both_sides_and_a_side_all_regions",
			a_region_has_both_sides_and_a_side_all_regions);
	g_test_add_func("/core/parts/a_node_is_of_its_massager_and_where_it_was_then",
			a_node_is_of_its_massager_and_where_it_was_then);
	return g_test_run();
}
