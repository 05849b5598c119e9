/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/press.h"

#include <zstd.h>

enum { LEVEL = 3 };

static void
packer_free(gpointer context)
{
	ZSTD_freeCCtx(context);
}

static void
unpacker_free(gpointer context)
{
	ZSTD_freeDCtx(context);
}

static GPrivate packers = G_PRIVATE_INIT(packer_free);
static GPrivate unpackers = G_PRIVATE_INIT(unpacker_free);

static ZSTD_CCtx *
get_packer(void)
{
	if (!g_private_get(&packers))
		g_private_set(&packers, ZSTD_createCCtx());
	return g_private_get(&packers);
}

static ZSTD_DCtx *
get_unpacker(void)
{
	if (!g_private_get(&unpackers))
		g_private_set(&unpackers, ZSTD_createDCtx());
	return g_private_get(&unpackers);
}

GByteArray *
kn_press_pack(const GByteArray *bytes, GError **error)
{
	g_autoptr(GByteArray) frame = g_byte_array_new();
	ZSTD_CCtx *packer = get_packer();
	gsize n_frame;

	g_byte_array_set_size(frame, (guint)ZSTD_compressBound(bytes->len));
	n_frame = packer ? ZSTD_compressCCtx(packer, frame->data, frame->len, bytes->data,
					     bytes->len, LEVEL)
			 : 0;
	if (n_frame == 0 || ZSTD_isError(n_frame)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO, "cannot pack a block: %s",
			    packer ? ZSTD_getErrorName(n_frame) : "no memory");
		return NULL;
	}
	g_byte_array_set_size(frame, (guint)n_frame);
	return g_steal_pointer(&frame);
}

guint8 *
kn_press_unpack(const guint8 *frame, gsize n_frame, gsize n_max, gsize *ret_n_bytes)
{
	unsigned long long n_said = ZSTD_getFrameContentSize(frame, n_frame);
	gsize n_bytes = (gsize)n_said;
	ZSTD_DCtx *unpacker = get_unpacker();
	g_autofree guint8 *bytes = NULL;

	/* the two error values are larger than any bound */
	if (n_said > n_max || !unpacker)
		return NULL;
	bytes = g_malloc(n_bytes + 1);
	if (ZSTD_decompressDCtx(unpacker, bytes, n_bytes, frame, n_frame) != n_bytes)
		return NULL;
	*ret_n_bytes = n_bytes;
	return g_steal_pointer(&bytes);
}
