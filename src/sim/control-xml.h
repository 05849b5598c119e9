/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The introspection of org.knead.Sim1: control.c only. */

extern const char *const kn_sim_control_xml;
