/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * A line in a hurry: loaded before libc into the hub and the massagers of a test, every clock of theirs runs KN_HASTE times as fast, counted from
 * the reading KN_HASTE_FROM_NS of CLOCK_MONOTONIC, and every wait ends as much sooner. So they agree with each other about the time, a session of
 * a minute is over in seconds, and nothing of the programs is another one. Without the two variables, or where time has 32 bits, it does nothing, and line.py sees that by a clock.
 */

#undef _FILE_OFFSET_BITS
#undef _TIME_BITS

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define NS INT64_C(1000000000)

static int64_t times = 1, from_ns;

__attribute__((constructor)) static void
begin(void)
{
	const char *how_often = getenv("KN_HASTE");
	const char *from = getenv("KN_HASTE_FROM_NS");

	if (how_often == NULL || from == NULL || sizeof(time_t) < sizeof(int64_t) ||
	    atoll(how_often) < 1)
		return;
	times = atoll(how_often);
	from_ns = atoll(from);
}

static int64_t
to_ns(const struct timespec *time)
{
	return time->tv_sec * NS + time->tv_nsec;
}

static struct timespec
from_int(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NS, .tv_nsec = ns % NS};
}

static int
read_clock(clockid_t clock, struct timespec *ret_time)
{
	static int (*real)(clockid_t, struct timespec *);

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	return real(clock, ret_time);
}

/* ---- clocks ---- */

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int code = read_clock(clock, ret_time);
	struct timespec now;

	if (code != 0 || times == 1 || clock == CLOCK_PROCESS_CPUTIME_ID ||
	    clock == CLOCK_THREAD_CPUTIME_ID)
		return code;
	read_clock(CLOCK_MONOTONIC, &now);
	*ret_time = from_int(to_ns(ret_time) + (times - 1) * (to_ns(&now) - from_ns));
	return 0;
}

int
gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

/* ---- waits ---- */

int
ppoll(struct pollfd *fds, nfds_t n_fds, const struct timespec *timeout, const sigset_t *mask)
{
	int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) =
		(int (*)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))dlsym(
			RTLD_NEXT, "ppoll");
	struct timespec sooner;

	if (timeout == NULL)
		return real(fds, n_fds, NULL, mask);
	sooner = from_int((to_ns(timeout) + times - 1) / times);
	return real(fds, n_fds, &sooner, mask);
}

int
poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	struct timespec timeout = from_int((int64_t)timeout_ms * 1000000);

	return ppoll(fds, n_fds, timeout_ms < 0 ? NULL : &timeout, NULL);
}

/* for conditions of CLOCK_MONOTONIC, which all of knead's are */
int
pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
		       const struct timespec *restrict until)
{
	struct timespec sooner = from_int((to_ns(until) + (times - 1) * (from_ns + 1)) / times);

	return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &sooner);
}
