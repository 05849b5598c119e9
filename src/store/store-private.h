/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The way of a request into the thread, for the store's own two files. */

#include "store/request.h"

/* Takes it. It is answered in any case: with BUSY when too many wait. */
void kn_store_submit(KnStore *store, KnRequest *request);
