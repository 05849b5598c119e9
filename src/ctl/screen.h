/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A terminal taken over for a picture that changes, and given back as it was. */

#include <glib.h>

/* The other screen of the terminal, without a cursor; standard output is a terminal. */
void kn_screen_open(void);
/* Draws lines over what is there. What does not fit into the window is left out, and its last line says so. */
void kn_screen_draw(const gchar *lines, const gchar *too_small);
void kn_screen_close(void);
