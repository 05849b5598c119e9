/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * Loaded into btvirt (BlueZ's virtual controllers, 5.82), so that one controller can have several links. btvirt numbers the two ends of a
 * link each by itself, but tells both the central's number, and forwards data and events under the number of the end they came from:
 * from the second link on they go astray. It reads one packet from one controller and writes what follows from it to others, so the
 * last descriptor that was read is the end that things come from: here the numbers of both ends are kept, and put right on the way out.
 */

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	LINKS_MAX = 256,
	PACKET_BYTES_MAX = 8192,
	FIRST_HANDLE = 42, /* btvirt's, of every controller */
	PACKET_ACL = 2,
	PACKET_EVENT = 4,
	EVENT_DISCONNECTED = 0x05,
	EVENT_ENCRYPTED = 0x08,
	EVENT_KEY_REFRESHED = 0x30,
	EVENT_LE = 0x3e,
	EVENT_ENCRYPTED_V2 = 0x59,
	LE_CONNECTED = 0x01,
	LE_UPDATED = 0x03,
	LE_FEATURES = 0x04,
	LE_KEY_WANTED = 0x05,
	LE_PARAMETERS_WANTED = 0x06,
	LE_LENGTH_CHANGED = 0x07,
	LE_CONNECTED_ENHANCED = 0x0a,
	LE_PHY_UPDATED = 0x0c,
	LE_ADVERTISING_ENDED = 0x12,
	LE_CHANNEL_SELECTED = 0x14,
	ROLE_PERIPHERAL = 1,
};

typedef struct {
	int fd; /* controller */
	uint16_t handle;
} End;

typedef struct {
	End ends[2];
	int n_open; /* ends that were not told yet that it is over; 0: free */
} Link;

static Link links[LINKS_MAX];
static End first_told = {-1, 0}; /* of a link whose other end was not told yet */
static End newest_peripheral = {-1, 0};
static int last_read_fd = -1;

static uint16_t
get_handle(const uint8_t *at)
{
	return (uint16_t)((at[0] | at[1] << 8) & 0x0fff);
}

/* the flags above the handle stay */
static void
put_handle(uint8_t *at, uint16_t handle)
{
	at[0] = (uint8_t)handle;
	at[1] = (uint8_t)((at[1] & 0xf0) | handle >> 8);
}

static int
is_used(int fd, uint16_t handle)
{
	for (int i = 0; i < LINKS_MAX; i++)
		for (int k = 0; links[i].n_open > 0 && k < 2; k++)
			if (links[i].ends[k].fd == fd && links[i].ends[k].handle == handle)
				return 1;
	return 0;
}

static uint16_t
handle_at_other_end(End from, int to_fd)
{
	for (int i = 0; i < LINKS_MAX; i++)
		for (int k = 0; links[i].n_open > 0 && k < 2; k++)
			if (links[i].ends[k].fd == from.fd &&
			    links[i].ends[k].handle == from.handle && links[i].ends[!k].fd == to_fd)
				return links[i].ends[!k].handle;
	return from.handle;
}

static void
join(End one, End other)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		if (links[i].n_open > 0)
			continue;
		links[i] = (Link){{one, other}, 2};
		return;
	}
}

static void
on_connected(int fd, uint8_t *handle_at, uint8_t role)
{
	End end = {fd, get_handle(handle_at)};

	if (role == ROLE_PERIPHERAL) {
		for (end.handle = FIRST_HANDLE; is_used(fd, end.handle);)
			end.handle++;
		put_handle(handle_at, end.handle);
	}
	if (role == ROLE_PERIPHERAL)
		newest_peripheral = end;
	if (first_told.fd < 0 || first_told.fd == fd) {
		first_told = end;
		return;
	}
	join(first_told, end);
	first_told.fd = -1;
}

static void
on_disconnected(int fd, uint16_t handle)
{
	for (int i = 0; i < LINKS_MAX; i++)
		for (int k = 0; links[i].n_open > 0 && k < 2; k++)
			if (links[i].ends[k].fd == fd && links[i].ends[k].handle == handle)
				links[i].n_open--;
}

static void
translate(int fd, uint8_t *handle_at)
{
	End from = {last_read_fd, get_handle(handle_at)};

	if (last_read_fd != fd)
		put_handle(handle_at, handle_at_other_end(from, fd));
}

static void
mend_le_event(int fd, uint8_t *packet, size_t n)
{
	uint8_t subevent = packet[3];

	if (n < 7)
		return;
	switch (subevent) {
	case LE_CONNECTED:
	case LE_CONNECTED_ENHANCED:
		if (n > 7 && packet[4] == 0)
			on_connected(fd, packet + 5, packet[7]);
		break;
	case LE_ADVERTISING_ENDED: /* by a link: that one is the newest of this end */
		if (n > 7 && packet[4] == 0 && newest_peripheral.fd == fd)
			put_handle(packet + 6, newest_peripheral.handle);
		break;
	case LE_CHANNEL_SELECTED:
		if (newest_peripheral.fd == fd)
			put_handle(packet + 4, newest_peripheral.handle);
		break;
	case LE_UPDATED:
	case LE_FEATURES:
	case LE_PHY_UPDATED:
		translate(fd, packet + 5);
		break;
	case LE_KEY_WANTED:
	case LE_PARAMETERS_WANTED:
	case LE_LENGTH_CHANGED:
		translate(fd, packet + 4);
		break;
	}
}

static void
mend(int fd, uint8_t *packet, size_t n)
{
	if (n >= 5 && packet[0] == PACKET_ACL) {
		translate(fd, packet + 1);
		return;
	}
	if (n < 6 || packet[0] != PACKET_EVENT)
		return;
	switch (packet[1]) {
	case EVENT_LE:
		mend_le_event(fd, packet, n);
		break;
	case EVENT_DISCONNECTED:
		translate(fd, packet + 4);
		on_disconnected(fd, get_handle(packet + 4));
		break;
	case EVENT_ENCRYPTED:
	case EVENT_ENCRYPTED_V2:
	case EVENT_KEY_REFRESHED:
		translate(fd, packet + 4);
		break;
	}
}

ssize_t
read(int fd, void *bytes, size_t n_bytes)
{
	static ssize_t (*real)(int, void *, size_t);
	ssize_t n;

	if (!real)
		real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	n = real(fd, bytes, n_bytes);
	if (n > 0)
		last_read_fd = fd;
	return n;
}

ssize_t
writev(int fd, const struct iovec *parts, int n_parts)
{
	static ssize_t (*real)(int, const struct iovec *, int);
	uint8_t packet[PACKET_BYTES_MAX];
	struct iovec whole = {packet, 0};

	if (!real)
		real = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
	for (int i = 0; i < n_parts; i++) {
		if (whole.iov_len + parts[i].iov_len > sizeof packet)
			return real(fd, parts, n_parts);
		memcpy(packet + whole.iov_len, parts[i].iov_base, parts[i].iov_len);
		whole.iov_len += parts[i].iov_len;
	}
	mend(fd, packet, whole.iov_len);
	return real(fd, &whole, 1);
}
