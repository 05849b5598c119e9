/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The pipeline's numbers by their names in JSON. */

#include "core/pipeline/pipeline.h"
#include <json-glib/json-glib.h>

/* A member "counters" of the object that is open. */
void kn_counters_add(JsonBuilder *builder, const KnPipelineCounters *counters);
