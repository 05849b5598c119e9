/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The UUIDs of proto/README.md. */

#define KN_SERVICE_UUID "9132dae8-c465-4676-9d00-0fe393095fc5"
#define KN_INFO_UUID    "9132dae9-c465-4676-9d00-0fe393095fc5"
#define KN_DATA_UUID    "9132daea-c465-4676-9d00-0fe393095fc5"
#define KN_CONTROL_UUID "9132daeb-c465-4676-9d00-0fe393095fc5"
