#include "map/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef ERPSYNC_SANITIZE
#include <sanitizer/common_interface_defs.h>
#endif

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/stop.h"

#include "base/banned.h"

enum {
	LOOK_MS = 20,    /* how often a child that computes is looked at */
	CLOCK_FACTOR = 6 /* a busy machine gives a child a part of its time only */
};
static const size_t ANSWER_MAX = (size_t)64 << 20;

struct worker {
	struct worker_job job;
	pid_t pid; /* 0 = none */
	int fd;
	int64_t limit_ms; /* of the question */
	/* Of the child, at the first look at it: a question that is answered before costs none. */
	bool looked;
	int64_t cpu_ms, memory, since_ms;
};

/* Both ends are one program: what travels is the struct itself, then its bytes. */
struct ask_head {
	size_t len;
};
struct answer_head {
	struct err err;
	size_t len;
	bool none; /* no text, instead of an empty one */
};

/* The child */

static bool read_whole(int fd, void *to, size_t len)
{
	for (char *p = to; len > 0;) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_whole(int fd, const void *from, size_t len)
{
	for (const char *p = from; len > 0;) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Bytes in memory, or (all) of addresses; 0 if that can't be known. */
static int64_t memory_of(pid_t pid, bool all)
{
	char path[64], text[128];
	char *end;
	int64_t size, resident;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
	CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (n <= 0)
		return 0;
	text[n] = '\0';
	size = strtoll(text, &end, 10);
	resident = strtoll(end, NULL, 10);
	return (all ? size : resident) * sysconf(_SC_PAGESIZE);
}

static void cap(int what, rlim_t limit)
{
	const struct rlimit r = {limit, limit};

	/* A tighter one of the system's holds as well. */
	if (setrlimit((__rlimit_resource_t)what, &r) != 0)
		errno = 0;
}

/*
 * What concerns the whole group of processes, a key of the terminal or systemd's stop, is the
 * parent's to decide about. No file of the parent stays open: its locks must end with it.
 */
static void confine(const struct worker_job *job, pid_t parent, int fd)
{
	static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* Nothing of the parent's is to go on here when this process breaks. */
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		signal(deadly[i], SIG_DFL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || dup2(fd, 3) != 3)
		_exit(70);
	closefrom(4);
	cap(RLIMIT_CORE, 0); /* it would hold what customers have written */
#ifdef ERPSYNC_SANITIZE
	(void)job; /* a sanitizer's memory can't be capped; the parent looks at what is used */
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): that is how it is asked for */
	__sanitizer_set_report_fd((void *)(intptr_t)dup(STDERR_FILENO));
#endif
	/* There jq writes what a mapping's `stderr` is given, a customer's document, and why it aborts. */
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDERR_FILENO) != STDERR_FILENO)
		_exit(70);
#ifndef ERPSYNC_SANITIZE
	/* For what takes much at one instruction. */
	if (job->memory > 0)
		cap(RLIMIT_AS, (rlim_t)(memory_of(getpid(), true) + 2 * job->memory));
#endif
}

static _Noreturn void serve(const struct worker_job *job, pid_t parent, int fd)
{
	struct ask_head head;
	struct arena *a = arena_new();

	confine(job, parent, fd);
	while (read_whole(3, &head, sizeof(head))) {
		struct answer_head answer = {.err = {.kind = E_OK}};
		char *ask = arena_alloc(a, head.len + 1);
		const char *out = NULL;
		size_t len = 0;

		if (!read_whole(3, ask, head.len))
			break;
		ask[head.len] = '\0';
		if (job->answer(job->ctx, ask, head.len, a, &out, &len, &answer.err) != E_OK)
			out = NULL;
		answer.none = !out;
		answer.len = out ? len : 0;
		if (!write_whole(3, &answer, sizeof(answer)) || !write_whole(3, out, answer.len))
			break;
		arena_reset(a);
	}
	_exit(0);
}

/* The parent */

struct worker *worker_new(const struct worker_job *job)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		die(70, "out of memory");
	w->job = *job;
	return w;
}

/* How it ended; it is ended first, if it still runs. */
static int end_child(struct worker *w)
{
	int status = 0;

	if (!w->pid)
		return 0;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(w->fd);
	w->pid = 0;
	return status;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	end_child(w);
	free(w);
}

bool worker_is_up(const struct worker *w)
{
	return w->pid != 0;
}

static enum errk begin_child(struct worker *w, struct err *e)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	/* One that went between two questions was not ended by what it was asked. */
	if (w->pid && waitpid(w->pid, NULL, WNOHANG) == 0)
		return E_OK;
	if (w->pid)
		close(w->fd);
	w->pid = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return err_set(e, E_LOCAL, "worker", "no process for mappings can be made (%s)",
			       strerror(errno));
	fflush(NULL); /* or the child would have it too */
	pid = fork();
	if (pid == 0)
		serve(&w->job, parent, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_set(e, E_LOCAL, "worker", "no process for mappings can be made (%s)",
			       strerror(errno));
	}
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		BUG("fcntl failed");
	w->pid = pid;
	w->fd = ends[0];
	return E_OK;
}

/* What the child has computed until now. */
static int64_t cpu_ms_of(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum errk look(struct worker *w, struct err *e)
{
	int64_t cpu = cpu_ms_of(w->pid), memory = memory_of(w->pid, false), now = clock_mono_ms();
	char text[CLOCK_TEXT_MAX];

	if (!w->looked) {
		w->looked = true;
		w->cpu_ms = cpu;
		w->memory = memory;
		w->since_ms = now;
	}
	if (stop_requested())
		return err_set(e, E_BUSY, "stopped", "stopped (%s) while a document was mapped",
			       stop_reason());
	if (cpu - w->cpu_ms > w->limit_ms || now - w->since_ms > w->limit_ms * CLOCK_FACTOR)
		return err_set(e, E_RECORD, WORKER_SPENT, "took more than %s",
			       duration_text(w->limit_ms, text));
	if (memory - w->memory > w->job.memory)
		return err_set(e, E_RECORD, WORKER_SPENT, "took more than %lld MB of memory",
			       (long long)(w->job.memory >> 20));
	return E_OK;
}

/* It went by itself: jq ends its process where memory is out, one way or another. */
static enum errk child_died(struct worker *w, struct err *e)
{
	int status = end_child(w);

	if (WIFSIGNALED(status))
		return err_set(e, E_RECORD, WORKER_SPENT,
			       "took more than it may have, most likely of memory: its process was "
			       "ended by signal %d",
			       WTERMSIG(status));
	return err_set(e, E_RECORD, WORKER_SPENT, "broke: its process ended with status %d",
		       WEXITSTATUS(status));
}

/* One step of a transfer: n > 0 bytes, or wait and look. */
static enum errk moved(struct worker *w, ssize_t n, short events, struct err *e)
{
	struct pollfd p = {.fd = w->fd, .events = events};
	enum errk rc;

	if (n > 0)
		return E_OK;
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return child_died(w, e);
	if (poll(&p, 1, LOOK_MS) > 0)
		return E_OK;
	rc = look(w, e);
	if (rc != E_OK)
		end_child(w);
	return rc;
}

static enum errk send_bytes(struct worker *w, const void *from, size_t len, struct err *e)
{
	const char *p = from;
	enum errk rc = E_OK;

	while (len > 0 && rc == E_OK) {
		ssize_t n = send(w->fd, p, len, MSG_NOSIGNAL);

		rc = moved(w, n, POLLOUT, e);
		if (rc == E_OK && n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return rc;
}

static enum errk receive_bytes(struct worker *w, void *to, size_t len, struct err *e)
{
	char *p = to;
	enum errk rc = E_OK;

	while (len > 0 && rc == E_OK) {
		ssize_t n = recv(w->fd, p, len, 0);

		rc = moved(w, n, POLLIN, e);
		if (rc == E_OK && n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return rc;
}

static enum errk receive_answer(struct worker *w, struct arena *a, const char **out, struct err *e)
{
	struct answer_head head;
	enum errk rc = receive_bytes(w, &head, sizeof(head), e);
	char *text;

	if (rc != E_OK)
		return rc;
	if (head.err.kind != E_OK) {
		*e = head.err;
		return head.err.kind;
	}
	if (head.len > ANSWER_MAX) {
		end_child(w);
		return err_set(e, E_RECORD, WORKER_SPENT, "gave more than %zu MB",
			       ANSWER_MAX >> 20);
	}
	text = arena_alloc(a, head.len + 1);
	rc = receive_bytes(w, text, head.len, e);
	text[head.len] = '\0';
	if (rc == E_OK)
		*out = head.none ? NULL : text;
	return rc;
}

enum errk worker_ask(struct worker *w, const struct worker_question *q, struct arena *a,
		     const char **out, struct err *e)
{
	const struct ask_head frame = {q->head_len + q->body_len};
	enum errk rc = begin_child(w, e);

	if (rc != E_OK)
		return rc;
	w->looked = false;
	w->limit_ms = q->limit_ms;
	rc = send_bytes(w, &frame, sizeof(frame), e);
	if (rc == E_OK)
		rc = send_bytes(w, q->head, q->head_len, e);
	if (rc == E_OK)
		rc = send_bytes(w, q->body, q->body_len, e);
	return rc == E_OK ? receive_answer(w, a, out, e) : rc;
}
