/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/first-page.h"

#include "store/db.h"
#include "store/migrate.h"
#include "store/sql.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* https://www.sqlite.org/fileformat.html: 1.3 the header, 1.6 pages of a tree, 2.1 a record, 2.6 the list of tables */
enum {
	AT_N_PAGES = 28,
	AT_USER_VERSION = 60,
	AT_APPLICATION_ID = 68,
	AT_SQLITE_VERSION = 96,
	HEADER_BYTES = 100,
	AT_N_CELLS = 3,
	AT_CONTENT = 5,
	AT_RIGHTMOST = 8,
	INTERIOR_BYTES = 12,
	LEAF_BYTES = 8,
	INTERIOR = 0x05,
	LEAF = 0x0d,
	CELL_BYTES_MAX = 4 + 9,
	LEAVES_MAX = 64, /* ours has a dozen; so many fit into a page at their largest */
	N_COLUMNS = 5,   /* type, name, tbl_name, rootpage, sql */
};

typedef struct {
	guint32 page;
	gint64 last_rowid;
} Leaf;

static void
fd_close(gint *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) gint

static gboolean
fail_io(const gchar *path, GError **error)
{
	gint number = errno;

	g_set_error(error, KN_STORE_ERROR,
		    number == ENOSPC ? KN_STORE_ERROR_FULL : KN_STORE_ERROR_IO,
		    "cannot mend %s: %s", path, g_strerror(number));
	return FALSE;
}

static gboolean
fail_malformed(const gchar *path, const gchar *why, GError **error)
{
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
		    "%s has lost its first page, and %s", path, why);
	return FALSE;
}

static guint32
read_be16(const guint8 *bytes)
{
	return (guint32)bytes[0] << 8 | bytes[1];
}

static void
write_be(guint8 *bytes, guint64 value, guint n_bytes)
{
	for (guint i = 0; i < n_bytes; i++)
		bytes[i] = (guint8)(value >> (8 * (n_bytes - 1 - i)));
}

/* ---- pages that hold the list of tables ---- */

/* SQLite's: the most significant seven bits first, nine bytes at most. FALSE: it does not end before end. */
static gboolean
next_varint(const guint8 **at, const guint8 *end, guint64 *ret_value)
{
	guint64 value = 0;

	for (guint i = 0; i < 9; i++) {
		guint8 byte;
		if (*at >= end)
			return FALSE;
		byte = *(*at)++;
		if (i == 8) {
			*ret_value = value << 8 | byte;
			return TRUE;
		}
		value = value << 7 | (byte & 0x7f);
		if (!(byte & 0x80)) {
			*ret_value = value;
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean
is_text(guint64 serial)
{
	return serial >= 13 && serial % 2 == 1;
}

/* a row of the list: a "table" or an "index", two names, a page, and the words it was made with or none */
static gboolean
is_schema_cell(const guint8 *page, guint at, gint64 *ret_rowid)
{
	const guint8 *end = page + KN_PAGE_BYTES, *p = page + at, *body;
	guint64 n_payload, rowid, n_header, serials[N_COLUMNS];

	if (!next_varint(&p, end, &n_payload) || !next_varint(&p, end, &rowid))
		return FALSE;
	body = p;
	if (!next_varint(&p, end, &n_header) || n_header > n_payload ||
	    n_header > (guint64)(end - body))
		return FALSE;
	for (guint i = 0; i < N_COLUMNS; i++)
		if (!next_varint(&p, body + n_header, &serials[i]))
			return FALSE;
	if (p != body + n_header || serials[0] != 13 + 2 * 5 || end - p < 5)
		return FALSE;
	*ret_rowid = (gint64)rowid;
	return (memcmp(p, "table", 5) == 0 || memcmp(p, "index", 5) == 0) && is_text(serials[1]) &&
	       is_text(serials[2]) && serials[3] >= 1 && serials[3] <= 9 &&
	       (serials[4] == 0 || is_text(serials[4]));
}

static gboolean
is_schema_leaf(const guint8 *page, gint64 *ret_last_rowid)
{
	guint n_cells = read_be16(page + AT_N_CELLS);
	gint64 before = 0;

	if (page[0] != LEAF || n_cells == 0 || LEAF_BYTES + 2 * n_cells > KN_PAGE_BYTES)
		return FALSE;
	for (guint i = 0; i < n_cells; i++) {
		guint at = read_be16(page + LEAF_BYTES + 2 * i);
		gint64 rowid = 0;
		if (at >= KN_PAGE_BYTES || !is_schema_cell(page, at, &rowid) || rowid <= before)
			return FALSE;
		before = rowid;
	}
	*ret_last_rowid = before;
	return TRUE;
}

static gint
compare_leaves(gconstpointer a, gconstpointer b)
{
	const Leaf *one = a, *two = b;

	return one->last_rowid < two->last_rowid ? -1 : one->last_rowid > two->last_rowid;
}

/* Leaf, in the order of their rows */
static GArray *
find_leaves(gint fd, guint32 n_pages, const gchar *path, GError **error)
{
	g_autoptr(GArray) leaves = g_array_new(FALSE, FALSE, sizeof(Leaf));
	guint8 page[KN_PAGE_BYTES];

	for (guint32 number = 2; number <= n_pages; number++) {
		Leaf leaf = {number, 0};
		gssize n = pread(fd, page, sizeof page, (off_t)(number - 1) * KN_PAGE_BYTES);
		if (n < 0) {
			(void)fail_io(path, error);
			return NULL;
		}
		if (n == sizeof page && is_schema_leaf(page, &leaf.last_rowid))
			g_array_append_val(leaves, leaf);
	}
	g_array_sort(leaves, compare_leaves);
	if (leaves->len > 0 && leaves->len <= LEAVES_MAX)
		return g_steal_pointer(&leaves);
	(void)fail_malformed(path, "its list of tables is not found", error);
	return NULL;
}

/* ---- the page ---- */

static guint
put_varint(guint8 *bytes, guint64 value)
{
	guint n = 1;

	for (guint64 rest = value >> 7; rest > 0; rest >>= 7)
		n++;
	for (guint i = 0; i < n; i++)
		bytes[i] = (guint8)((value >> (7 * (n - 1 - i)) & 0x7f) | (i + 1 < n ? 0x80 : 0));
	return n;
}

static void
put_header(guint8 *page, guint32 n_pages)
{
	/* pages of 4096 bytes, a rollback journal, and three numbers that SQLite wants as they are */
	static const guint8 begin[24] = "SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20";

	memcpy(page, begin, sizeof begin);
	/* the counter of changes, and the one at which n_pages was right: it counts only when they are equal */
	write_be(page + 24, 1, 4);
	write_be(page + 92, 1, 4);
	write_be(page + AT_N_PAGES, n_pages, 4);
	write_be(page + 40, 1, 4); /* the schema's cookie */
	write_be(page + 44, 4, 4); /* its format */
	write_be(page + 56, 1, 4); /* UTF-8 */
	write_be(page + AT_APPLICATION_ID, KN_DB_APPLICATION_ID, 4);
	write_be(page + AT_SQLITE_VERSION, (guint64)sqlite3_libversion_number(), 4);
}

static void
put_tree(guint8 *page, const GArray *leaves)
{
	guint8 *head = page + HEADER_BYTES;
	guint at = KN_PAGE_BYTES;

	head[0] = INTERIOR;
	for (guint i = 0; i + 1 < leaves->len; i++) {
		const Leaf *leaf = &g_array_index(leaves, Leaf, i);
		guint8 cell[CELL_BYTES_MAX];
		guint n_cell = 4 + put_varint(cell + 4, (guint64)leaf->last_rowid);
		write_be(cell, leaf->page, 4);
		at -= n_cell;
		memcpy(page + at, cell, n_cell);
		write_be(head + INTERIOR_BYTES + 2 * i, at, 2);
	}
	write_be(head + AT_N_CELLS, leaves->len - 1, 2);
	write_be(head + AT_CONTENT, at, 2);
	write_be(head + AT_RIGHTMOST, g_array_index(leaves, Leaf, leaves->len - 1).page, 4);
}

static gboolean
write_page(const gchar *path, GError **error)
{
	AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
	g_autoptr(GArray) leaves = NULL;
	guint8 page[KN_PAGE_BYTES] = {0};
	struct stat status;
	guint32 n_pages;

	if (fd < 0 || fstat(fd, &status) != 0)
		return fail_io(path, error);
	n_pages = (guint32)((status.st_size + KN_PAGE_BYTES - 1) / KN_PAGE_BYTES);
	leaves = find_leaves(fd, n_pages, path, error);
	if (!leaves)
		return FALSE;
	put_header(page, n_pages);
	put_tree(page, leaves);
	return pwrite(fd, page, sizeof page, 0) == (gssize)sizeof page || fail_io(path, error);
}

/* ---- which schema it is ---- */

/* the words that each table and index was made with, as a set; NULL with an error */
static GHashTable *
load_words(sqlite3 *handle, GError **error)
{
	g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	sqlite3_stmt *row = NULL;
	gint code = sqlite3_prepare_v2(
		handle, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL", -1, &row, NULL);

	while (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
		g_hash_table_add(words, g_strdup((const gchar *)sqlite3_column_text(row, 0)));
		code = SQLITE_OK;
	}
	if (code != SQLITE_DONE)
		kn_sql_set_error(handle, "the list of tables cannot be read", error);
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? g_steal_pointer(&words) : NULL;
}

static gboolean
has_all(GHashTable *words, GHashTable *wanted)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (!g_hash_table_contains(words, key))
			return FALSE;
	return TRUE;
}

/* the newest of which all is there; *ret_version 0: none */
static gboolean
find_version_in(sqlite3 *empty, GHashTable *words, guint32 *ret_version, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();
	g_autoptr(GArray) done = g_array_new(FALSE, FALSE, sizeof(KnMigration));

	*ret_version = 0;
	for (guint i = 0; i < migrations->len; i++) {
		const KnMigration *migration = &g_array_index(migrations, KnMigration, i);
		g_autoptr(GHashTable) wanted = NULL;
		g_array_append_val(done, *migration);
		if (!kn_migrate_run(empty, done, error))
			return FALSE;
		wanted = load_words(empty, error);
		if (!wanted)
			return FALSE;
		if (has_all(words, wanted))
			*ret_version = migration->number;
	}
	return TRUE;
}

static gboolean
find_version(const gchar *path, guint32 *ret_version, GError **error)
{
	g_autoptr(GHashTable) words = NULL;
	sqlite3 *handle = NULL, *empty = NULL;
	gboolean is_found = FALSE;

	if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
		words = load_words(handle, error);
	else
		kn_sql_set_error(handle, "cannot open", error);
	sqlite3_close(handle);
	if (!words)
		return FALSE;
	if (sqlite3_open(":memory:", &empty) == SQLITE_OK)
		is_found = find_version_in(empty, words, ret_version, error);
	else
		kn_sql_set_error(empty, "cannot open", error);
	sqlite3_close(empty);
	return is_found;
}

static gboolean
write_version(const gchar *path, guint32 version, GError **error)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);
	guint8 bytes[4];

	write_be(bytes, version, sizeof bytes);
	return (fd >= 0 && pwrite(fd, bytes, sizeof bytes, AT_USER_VERSION) == sizeof bytes) ||
	       fail_io(path, error);
}

gboolean
kn_first_page_rebuild(const gchar *path, GError **error)
{
	guint32 version = 0;

	if (!write_page(path, error) || !find_version(path, &version, error))
		return FALSE;
	if (version == 0)
		return fail_malformed(path, "its tables are those of no schema of ours", error);
	return write_version(path, version, error);
}
