/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/allowance.h"

static const KnAllowanceRate rate = {.n_burst = 10, .every_us = 1000};

static guint
take_all(KnAllowance *allowance, gint64 now_us)
{
	guint n = 0;

	while (kn_allowance_take(allowance, &rate, now_us))
		n++;
	return n;
}

static void
so_many_are_there_at_once_and_one_more_each_so_often(void)
{
	KnAllowance allowance = {0};

	g_assert_cmpuint(take_all(&allowance, 5), ==, 10);
	g_assert_false(kn_allowance_has(&allowance, &rate, 1004));
	g_assert_true(kn_allowance_has(&allowance, &rate, 1005));
	g_assert_cmpuint(take_all(&allowance, 1005), ==, 1);
	g_assert_cmpuint(take_all(&allowance, 4005), ==, 3);
}

static void
a_long_rest_saves_up_no_more_than_the_first_burst(void)
{
	KnAllowance allowance = {0};

	take_all(&allowance, 0);
	g_assert_cmpuint(take_all(&allowance, G_GINT64_CONSTANT(86400000000)), ==, 10);
}

static void
asking_takes_nothing_and_neither_does_a_refusal(void)
{
	KnAllowance allowance = {0};

	for (guint i = 0; i < 100; i++)
		g_assert_true(kn_allowance_has(&allowance, &rate, 0));
	g_assert_cmpuint(take_all(&allowance, 0), ==, 10);
	for (guint i = 0; i < 100; i++)
		g_assert_false(kn_allowance_take(&allowance, &rate, 0));
	g_assert_true(kn_allowance_take(&allowance, &rate, 1000));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/allowance/" #name, name)
	ADD(so_many_are_there_at_once_and_one_more_each_so_often);
	ADD(a_long_rest_saves_up_no_more_than_the_first_burst);
	ADD(asking_takes_nothing_and_neither_does_a_refusal);
#undef ADD
	return g_test_run();
}
