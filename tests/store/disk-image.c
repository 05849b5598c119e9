/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* From a tape to the files after a power cut. */

#include "disk-private.h"

#include <stdio.h>
#include <string.h>

/* A sync decides about all calls on its file since the one before. */
typedef enum {
	PENDING, /* no sync came: what is left of it is chance */
	DURABLE,
	LOST, /* the sync failed: the kernel calls the pages clean, and they are not on the disk */
} Fate;

typedef struct {
	const DiskTape *tape;
	guint n_calls;
	const DiskLoss *loss;
	gboolean keeps_pending; /* no power cut: the kernel still has it */
	GArray *fates;          /* owned: Fate by call */
	GArray *ends;           /* owned: guint by call: the sync that decided, or n_calls */
	GArray *starts;         /* owned: guint by call: the sync before it, or 0 */
	guint torn;             /* the last write that was not synced; G_MAXUINT none */
} Image;

static const DiskCall *
call_at(const Image *image, guint i)
{
	return image->tape->calls->pdata[i];
}

static gboolean
is_sync(const Image *image, const DiskCall *call)
{
	return (call->kind & (DISK_SYNC | DISK_SYNC_FAILED)) && !image->loss->ignores_syncs;
}

static void
decide(Image *image)
{
	g_autoptr(GHashTable) syncs = g_hash_table_new(NULL, NULL); /* file to call + 1 */

	for (guint i = 0; i < image->n_calls; i++) {
		gpointer file = GUINT_TO_POINTER(call_at(image, i)->file);
		g_array_index(image->starts, guint, i) =
			GPOINTER_TO_UINT(g_hash_table_lookup(syncs, file));
		if (is_sync(image, call_at(image, i)))
			g_hash_table_insert(syncs, file, GUINT_TO_POINTER(i + 1));
	}
	g_hash_table_remove_all(syncs);
	for (guint i = image->n_calls; i-- > 0;) {
		const DiskCall *call = call_at(image, i);
		gpointer file = GUINT_TO_POINTER(call->file);
		guint end = GPOINTER_TO_UINT(g_hash_table_lookup(syncs, file));
		if (is_sync(image, call))
			g_hash_table_insert(syncs, file, GUINT_TO_POINTER(i + 1));
		g_array_index(image->ends, guint, i) = end ? end - 1 : image->n_calls;
		g_array_index(image->fates, Fate, i) =
			!end                                                ? PENDING
			: call_at(image, end - 1)->kind == DISK_SYNC_FAILED ? LOST
									    : DURABLE;
		if (!end && call->kind == DISK_WRITE && image->torn == G_MAXUINT)
			image->torn = i;
	}
}

/* splitmix64 */
static guint64
mix(guint64 value)
{
	value += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static guint64
chance(const Image *image, guint file, guint64 sector, guint end)
{
	return mix(mix(mix(mix(image->loss->seed) ^ file) ^ sector) ^ end);
}

/* A sector is on the disk as it was at some instant since the last sync: the writes to it up to
 * then. Often as before all of them, often as after. */
static gboolean
is_kept(const Image *image, guint i, guint64 sector)
{
	Fate fate = g_array_index(image->fates, Fate, i);
	guint start = g_array_index(image->starts, guint, i);
	guint end = g_array_index(image->ends, guint, i);
	guint64 number = chance(image, call_at(image, i)->file, sector, end);

	if (fate == DURABLE || (fate == PENDING && image->keeps_pending))
		return TRUE;
	if (fate == LOST || !image->loss->keeps_some)
		return FALSE;
	if (number % 4 < 2)
		return number % 4 == 1;
	return i < start + (number >> 8) % (end - start + 1);
}

static void
grow(GByteArray *content, guint64 n_bytes, gint fill)
{
	guint n_before = content->len;

	if (n_bytes <= n_before)
		return;
	g_byte_array_set_size(content, (guint)n_bytes);
	memset(content->data + n_before, fill, n_bytes - n_before);
}

static void
write_piece(const Image *image, guint i, GByteArray *content, guint64 from, guint64 to)
{
	const DiskCall *call = call_at(image, i);
	const guint8 *bytes = g_bytes_get_data(call->bytes, NULL);
	gboolean is_last = to == call->offset + g_bytes_get_size(call->bytes);
	guint64 number = chance(image, call->file, from / DISK_SECTOR_BYTES, image->n_calls);

	if (image->loss->keeps_some && i == image->torn && is_last && !image->keeps_pending)
		to = from + number % (to - from);
	else if (!is_kept(image, i, from / DISK_SECTOR_BYTES)) {
		/* the length may be new and the bytes not: then they are what the disk had there */
		if (is_kept(image, i, G_MAXUINT64))
			grow(content, to, number % 2 ? 0 : (gint)(number >> 8 & 0xff));
		return;
	}
	grow(content, to, 0);
	memcpy(content->data + from, bytes + (from - call->offset), to - from);
}

static void
write_sectors(const Image *image, guint i, GByteArray *content)
{
	const DiskCall *call = call_at(image, i);
	guint64 end = call->offset + g_bytes_get_size(call->bytes);

	for (guint64 from = call->offset; from < end;) {
		guint64 to = MIN(end, (from / DISK_SECTOR_BYTES + 1) * DISK_SECTOR_BYTES);
		write_piece(image, i, content, from, to);
		from = to;
	}
}

static GByteArray *
content_of(const Image *image, guint file)
{
	GBytes *first = file < image->tape->files->len ? image->tape->files->pdata[file] : NULL;
	GByteArray *content = g_byte_array_new();

	if (first && g_bytes_get_size(first) > 0)
		g_byte_array_append(content, g_bytes_get_data(first, NULL),
				    (guint)g_bytes_get_size(first));
	for (guint i = 0; i < image->n_calls; i++) {
		const DiskCall *call = call_at(image, i);
		if (call->file != file)
			continue;
		if (call->kind == DISK_WRITE)
			write_sectors(image, i, content);
		/* the old length or the new one, never the new bytes of neither */
		if (call->kind == DISK_RESIZE && is_kept(image, i, G_MAXUINT64)) {
			grow(content, call->offset, 0);
			g_byte_array_set_size(content, (guint)call->offset);
		}
	}
	return content;
}

GHashTable *
disk_names_copy(GHashTable *names)
{
	GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter iter;
	gpointer name, file;

	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, &file))
		g_hash_table_insert(copy, g_strdup(name), file);
	return copy;
}

static void
apply_name(GHashTable *names, const DiskCall *call)
{
	gpointer file = GUINT_TO_POINTER(call->file + 1);

	if (call->kind == DISK_OPEN)
		g_hash_table_insert(names, g_strdup(call->name), file);
	if (call->kind == DISK_REMOVE || call->kind == DISK_RENAME)
		g_hash_table_remove(names, call->name);
	if (call->kind == DISK_RENAME)
		g_hash_table_insert(names, g_strdup(call->to), file);
}

/* Changes of a directory reach the disk in order, some time or with its sync. */
static GHashTable *
names_of(const Image *image)
{
	GHashTable *names = disk_names_copy(image->tape->names);
	guint n_kept = 0;

	for (guint i = 0; i < image->n_calls && !image->loss->ignores_syncs; i++)
		if (call_at(image, i)->kind == DISK_SYNC_DIRECTORY)
			n_kept = i;
	if (image->loss->keeps_some)
		n_kept += (guint)(mix(image->loss->seed) % (image->n_calls - n_kept + 1));
	for (guint i = 0; i < n_kept; i++)
		apply_name(names, call_at(image, i));
	return names;
}

static void
image_init(Image *image, const DiskTape *tape, guint n_calls, const DiskLoss *loss)
{
	*image = (Image){.tape = tape, .n_calls = n_calls, .loss = loss, .torn = G_MAXUINT};
	image->fates = g_array_sized_new(FALSE, TRUE, sizeof(Fate), n_calls);
	image->ends = g_array_sized_new(FALSE, TRUE, sizeof(guint), n_calls);
	image->starts = g_array_sized_new(FALSE, TRUE, sizeof(guint), n_calls);
	g_array_set_size(image->fates, n_calls);
	g_array_set_size(image->ends, n_calls);
	g_array_set_size(image->starts, n_calls);
	decide(image);
}

static void
image_clear(Image *image)
{
	g_array_unref(image->fates);
	g_array_unref(image->ends);
	g_array_unref(image->starts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Image, image_clear)

void
disk_lay_out(const DiskTape *tape, guint n_calls, const DiskLoss *loss, const gchar *directory)
{
	g_auto(Image) image = {0};
	g_autoptr(GHashTable) names = NULL;
	GHashTableIter iter;
	gpointer name, file;

	image_init(&image, tape, n_calls, loss);
	names = names_of(&image);
	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, &file)) {
		g_autoptr(GByteArray) content = content_of(&image, GPOINTER_TO_UINT(file) - 1);
		g_autofree gchar *path = g_build_filename(directory, name, NULL);
		FILE *stream = fopen(path, "w");
		g_assert_nonnull(stream);
		if (content->len > 0)
			g_assert_cmpuint(fwrite(content->data, content->len, 1, stream), ==, 1);
		g_assert_cmpint(fclose(stream), ==, 0);
	}
}

GByteArray *
disk_read_back(const DiskTape *tape, guint file)
{
	static const DiskLoss none;
	g_auto(Image) image = {0};

	image_init(&image, tape, tape->calls->len, &none);
	image.keeps_pending = TRUE;
	return content_of(&image, file);
}

static void
call_free(gpointer data)
{
	DiskCall *call = data;

	g_clear_pointer(&call->bytes, g_bytes_unref);
	g_free(call->name);
	g_free(call->to);
	g_free(call);
}

static void
bytes_free(gpointer data)
{
	g_clear_pointer((GBytes **)&data, g_bytes_unref);
}

DiskTape *
disk_tape_new(void)
{
	DiskTape *tape = g_new0(DiskTape, 1);

	tape->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	tape->files = g_ptr_array_new_with_free_func(bytes_free);
	tape->calls = g_ptr_array_new_with_free_func(call_free);
	return tape;
}

void
disk_tape_free(DiskTape *tape)
{
	if (!tape)
		return;
	g_hash_table_unref(tape->names);
	g_ptr_array_unref(tape->files);
	g_ptr_array_unref(tape->calls);
	g_free(tape);
}
