/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "why-fixture.h"

/* what is said of a massager whose clock is not known */

static void
assert_why(const KnWhyFacts *facts, const gchar *text, const gchar *next)
{
	g_auto(KnWhy) why = {0};

	kn_why_judge(facts, &why);
	g_assert_cmpstr(kn_why_name(why.cause), ==, "clock-never-set");
	g_assert_cmpstr(why.text, ==, text);
	g_assert_cmpstr(why.next, ==, next);
}

static void
a_clock_that_nobody_knows_is_set_on_this_machine_first(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.is_clock_unset = TRUE;
	facts.is_hub_clock_unset = TRUE;
	assert_why(&facts,
		   "back bed does not know what time it is, and neither does this machine: "
		   "sessions have no date.",
		   "Set this machine's clock: sudo timedatectl set-ntp true");
}

static void
one_that_does_not_tell_its_clock_is_not_called_ignorant(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.is_clock_untold = TRUE;
	/* the hub's is no matter of it: it was asked, not told */
	for (guint i = 0; i < 2; i++) {
		facts.is_hub_clock_unset = i == 1;
		assert_why(&facts,
			   "back bed does not answer when it is asked what time it is: sessions of "
			   "it may have no date.",
			   "Check its firmware.");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/why-clock/" #name, name)
	ADD(a_clock_that_nobody_knows_is_set_on_this_machine_first);
	ADD(one_that_does_not_tell_its_clock_is_not_called_ignorant);
	return g_test_run();
}
