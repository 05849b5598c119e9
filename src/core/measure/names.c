/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/names.h"

/* a strange number keeps its value in the word, without allocation: the caller never owns a name */
static const gchar *
unknown(guint value)
{
	static const gchar *const words[] = {
		"unknown-0",  "unknown-1",  "unknown-2",  "unknown-3", "unknown-4",  "unknown-5",
		"unknown-6",  "unknown-7",  "unknown-8",  "unknown-9", "unknown-10", "unknown-11",
		"unknown-12", "unknown-13", "unknown-14", "unknown-15"};

	return value < G_N_ELEMENTS(words) ? words[value] : "unknown";
}

static const gchar *
pick(const gchar *const *words, guint n_words, guint value)
{
	return value < n_words && words[value] ? words[value] : unknown(value);
}

const gchar *
kn_name_kind(ktp_Kind kind)
{
	static const gchar *const words[] = {[ktp_KIND_BACK14] = "back14",
					     [ktp_KIND_ROLLER] = "roller",
					     [ktp_KIND_FOAM_ROLL] = "foam-roll"};

	return pick(words, G_N_ELEMENTS(words), kind);
}

const gchar *
kn_name_region(ktp_Region region)
{
	static const gchar *const words[] = {
		[ktp_REGION_UNSPECIFIED] = "free",
		[ktp_REGION_UPPER_TRAPEZIUS] = "upper-trapezius",
		[ktp_REGION_LEVATOR_SCAPULAE] = "levator-scapulae",
		[ktp_REGION_RHOMBOIDS] = "rhomboids",
		[ktp_REGION_LATISSIMUS_DORSI] = "latissimus-dorsi",
		[ktp_REGION_ERECTOR_SPINAE_THORACIC] = "erector-spinae-thoracic",
		[ktp_REGION_ERECTOR_SPINAE_LUMBAR] = "erector-spinae-lumbar",
		[ktp_REGION_QUADRATUS_LUMBORUM] = "quadratus-lumborum",
		[ktp_REGION_SEMISPINALIS] = "semispinalis",
		[ktp_REGION_GLUTEUS] = "gluteus",
	};

	return pick(words, G_N_ELEMENTS(words), region);
}

const gchar *
kn_name_side(ktp_Side side)
{
	static const gchar *const words[] = {
		[ktp_SIDE_CENTRE] = "centre", [ktp_SIDE_LEFT] = "left", [ktp_SIDE_RIGHT] = "right"};

	return pick(words, G_N_ELEMENTS(words), side);
}

const gchar *
kn_name_quality(ktp_ClockQuality quality)
{
	static const gchar *const words[] = {[ktp_CLOCK_UNKNOWN] = "unknown",
					     [ktp_CLOCK_RESTORED] = "restored",
					     [ktp_CLOCK_SYNCED] = "synced"};

	return pick(words, G_N_ELEMENTS(words), quality);
}

const gchar *
kn_name_gap_reason(KnGapReason reason)
{
	static const gchar *const words[] = {[KN_GAP_OPEN] = "open",
					     [KN_GAP_OVERWRITTEN] = "overwritten",
					     [KN_GAP_UNREADABLE] = "unreadable",
					     [KN_GAP_ERASED] = "erased"};

	return pick(words, G_N_ELEMENTS(words), reason);
}

const gchar *
kn_name_session_state(KnSessionState state)
{
	static const gchar *const words[] = {[KN_SESSION_OPEN] = "open",
					     [KN_SESSION_ENDED] = "ended",
					     [KN_SESSION_INTERRUPTED] = "interrupted",
					     [KN_SESSION_QUIET] = "quiet",
					     [KN_SESSION_CUT] = "cut"};

	return pick(words, G_N_ELEMENTS(words), state);
}
