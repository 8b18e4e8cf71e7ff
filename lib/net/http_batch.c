#include "net/http_priv.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/step.h"
#include "base/stop.h"
#include "net/retry.h"

#include "base/banned.h"

/*
 * A stop must be seen soon even if its signal came between looking and waiting. What a read that is under
 * way gets then is less than a service manager waits before it kills.
 */
enum { LOOK_AGAIN_MS = 1000, STOP_GRACE_MS = 2000 };

enum job_state { JOB_READY, JOB_FLYING, JOB_WAITING, JOB_DONE };

struct job {
	enum job_state state;
	int64_t due_ms;     /* of JOB_WAITING */
	struct transfer *t; /* of JOB_FLYING */
};

struct batch {
	struct http *h;
	struct http_call *calls;
	struct job *jobs; /* one per call */
	size_t n, parallel;
	size_t flying, open; /* open: not done yet */
	size_t first_open;   /* all before it are done */
	int64_t stop_ms;     /* when a stop was first seen; 0 = not yet */
	struct arena *a;
};

static void end_job(struct batch *b, size_t i)
{
	b->jobs[i].state = JOB_DONE;
	b->open--;
	while (b->first_open < b->n && b->jobs[b->first_open].state == JOB_DONE)
		b->first_open++;
}

static void end_stopped(struct batch *b, size_t i)
{
	struct http_call *c = &b->calls[i];
	const char *why = stop_reason() ? stop_reason() : "the time for this run ends before";
	char subject[HTTP_SUBJECT_MAX];

	if (c->tries > 0)
		err_set(&c->err, E_BUSY, "stopped", "%s; not tried again: stopped (%s)", c->err.msg,
			why);
	else
		err_set(&c->err, E_BUSY, "stopped", "%s: not sent: stopped (%s)",
			http_subject(&c->request, subject), why);
	end_job(b, i);
}

/* Starting */

static void launch(struct batch *b, size_t i)
{
	struct http_call *c = &b->calls[i];
	struct transfer *t;
	bool loopback = false;

	if (http_admit(b->h, &c->request, &loopback, &c->err)) {
		end_job(b, i);
		return;
	}
	t = transfer_take(b->h);
	t->call = c;
	t->index = i;
	c->tries++;
	b->jobs[i].state = JOB_FLYING;
	b->jobs[i].t = t;
	b->flying++;
	if (c->request.intent == HTTP_WRITE)
		STEP("before send");
	transfer_start(t, loopback);
}

static void launch_due(struct batch *b)
{
	int64_t now = clock_mono_ms();
	bool stop = stop_requested() && !b->h->finishing;

	for (size_t i = b->first_open; i < b->n && (stop || b->flying < b->parallel); i++) {
		const struct job *j = &b->jobs[i];

		if (j->state == JOB_DONE || j->state == JOB_FLYING)
			continue;
		if (stop)
			end_stopped(b, i);
		else if (j->state == JOB_READY || j->due_ms <= now)
			launch(b, i);
	}
}

/* Ending */

static void try_again(struct batch *b, size_t i, int64_t asked_ms)
{
	const struct http_options *o = &b->h->opt;
	struct http_call *c = &b->calls[i];
	int64_t wait = retry_wait_ms(c->tries, o->retry_base_ms, o->max_wait_ms, asked_ms);
	char text[CLOCK_TEXT_MAX];

	if (wait > o->max_wait_ms) {
		c->err.wait_ms = wait;
		err_append(&c->err, "; it asks to wait %s", duration_text(wait, text));
		end_job(b, i);
	} else if (c->tries > o->retries) {
		if (c->tries > 1)
			err_append(&c->err, "; given up after %d tries", c->tries);
		end_job(b, i);
	} else if (stop_requested() || wait >= stop_remaining_ms()) {
		end_stopped(b, i);
	} else {
		b->jobs[i].due_ms = clock_mono_ms() + wait;
		b->jobs[i].state = JOB_WAITING;
	}
}

static void finish(struct batch *b, struct transfer *t, CURLcode result)
{
	struct http_call *c = t->call;
	size_t i = t->index;
	int64_t took_ms = clock_mono_ms() - t->started_ms;
	struct verdict v;

	if (c->request.intent == HTTP_WRITE)
		STEP("after send");
	b->flying--;
	transfer_collect(t, result, b->a, &c->answer);
	if (result)
		trace_failure(b->h->trace, t->trace_no,
			      *t->detail ? t->detail : curl_easy_strerror(result), took_ms);
	else
		trace_answer(b->h->trace, t->trace_no, &c->answer, c->request.hide_bodies, took_ms);
	v = verdict_of(t, result);
	transfer_give_back(t);
	if (v.again)
		try_again(b, i, v.asked_ms);
	else
		end_job(b, i);
}

static bool collect_finished(struct batch *b)
{
	bool any = false;
	int left;

	for (CURLMsg *m; (m = curl_multi_info_read(b->h->multi, &left)); any = true) {
		CURL *easy = m->easy_handle;
		CURLcode result = m->data.result; /* m is gone with the next call to libcurl */
		struct transfer *t = NULL;

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
		curl_multi_remove_handle(b->h->multi, easy);
		finish(b, t, result);
	}
	return any;
}

/* Cutting a read changes nothing on the other side; a write would only become unsure by it. */
static bool cut_reads(struct batch *b)
{
	bool any = false;

	if (!stop_requested())
		return false;
	if (!b->stop_ms)
		b->stop_ms = clock_mono_ms();
	if (clock_mono_ms() - b->stop_ms < STOP_GRACE_MS)
		return false;
	for (size_t i = b->first_open; i < b->n; i++) {
		struct transfer *t = b->jobs[i].t;

		if (b->jobs[i].state != JOB_FLYING || b->calls[i].request.intent != HTTP_READ)
			continue;
		curl_multi_remove_handle(b->h->multi, t->easy);
		snprintf(t->detail, sizeof(t->detail), "cut, because the run is to end");
		finish(b, t, CURLE_OPERATION_TIMEDOUT);
		any = true;
	}
	return any;
}

/* Waiting */

static int64_t until_due(const struct batch *b)
{
	int64_t next = INT64_MAX, now = clock_mono_ms();

	for (size_t i = b->first_open; i < b->n; i++)
		if (b->jobs[i].state == JOB_WAITING && b->jobs[i].due_ms < next)
			next = b->jobs[i].due_ms;
	return next == INT64_MAX ? INT64_MAX : next > now ? next - now : 0;
}

static void wait_for_something(struct batch *b)
{
	int64_t ms = b->flying < b->parallel ? until_due(b) : INT64_MAX, since, look;

	if (b->flying > 0) {
		look = b->stop_ms ? LOOK_AGAIN_MS / 10 : LOOK_AGAIN_MS;
		ms = ms < look ? ms : look;
		curl_multi_poll(b->h->multi, NULL, 0, (int)ms, NULL);
		return;
	}
	since = clock_mono_ms();
	stop_sleep_ms(ms);
	b->h->stats.waited_ms += clock_mono_ms() - since;
}

static void run(struct batch *b)
{
	int running;

	while (b->open > 0) {
		launch_due(b);
		if (curl_multi_perform(b->h->multi, &running))
			BUG("libcurl can't go on");
		if (!collect_finished(b) && !cut_reads(b) && b->open > 0)
			wait_for_something(b);
	}
}

void http_finish(struct http *h, bool on)
{
	h->finishing = on;
}

enum errk http_batch(struct http *h, struct http_call *calls, size_t n, size_t parallel,
		     struct arena *a, struct err *e)
{
	struct batch b = {.h = h, .calls = calls, .n = n, .open = n, .a = a};

	if (h->busy)
		BUG("a judge has sent a request");
	b.parallel = parallel > 0 ? parallel : 1;
	b.jobs = arena_array(a, n, sizeof(*b.jobs));
	for (size_t i = 0; i < n; i++) {
		calls[i].answer = (struct http_answer){.retry_after_ms = -1};
		calls[i].err = (struct err){.kind = E_OK};
		calls[i].tries = 0;
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)b.parallel);
	h->busy = true;
	run(&b);
	h->busy = false;
	for (size_t i = 0; i < n; i++)
		if (calls[i].err.kind != E_OK) {
			if (e)
				*e = calls[i].err;
			return calls[i].err.kind;
		}
	return E_OK;
}

enum errk http_send(struct http *h, struct http_call *call, struct arena *a, struct err *e)
{
	return http_batch(h, call, 1, 1, a, e);
}
