/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Mean pressure per node and slice of time, from the session's blocks. */

#include "store/db.h"

/* Sets n_slices, slice_ms and curve_hpa of the detail; n_nodes is set. */
gboolean kn_curve_read(KnDb *db, const KnSession *session, guint n_slices, KnSessionDetail *detail,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
