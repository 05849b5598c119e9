/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the tests of knead why begin with: a massager with which all is well. Each changes what it is about. */

#include "core/link/why.h"

static inline KnWhyFacts
kn_test_all_is_well(void)
{
	return (KnWhyFacts){
		.name = "back bed",
		.address = "C0:FF:EE:00:00:01",
		.has_bus = TRUE,
		.has_bluetoothd = TRUE,
		.has_adapter = TRUE,
		.is_adapter_on = TRUE,
		.is_allowed = TRUE,
		.link = KN_WHY_LINK_READY,
		.last_error = "",
		.offence = "",
		.listen_error = "",
		.twin_name = "",
		.twin_address = "",
		.unseen_ms = 500,
		.is_newest_known = TRUE,
	};
}
