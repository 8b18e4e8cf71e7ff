#include "progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "output.h"

#include "base/banned.h"

enum { REDRAW_MS = 200, LINE_MAX_BYTES = 512 };

void progress_begin(struct progress *p)
{
	*p = (struct progress){.shown = out_is_tty(stderr), .begun_ms = clock_mono_ms()};
}

static int64_t dealt_with(const struct sync_summary *s)
{
	return s->created + s->updated + s->unchanged + s->adopted + s->parked + s->later;
}

const char *progress_text(const struct sync_summary *s, int64_t ms, struct arena *a)
{
	int64_t done = dealt_with(s), left = s->pulled - done;
	int64_t tenths = ms > 0 ? done * 10000 / ms : 0; /* records per 10 s */
	char time[CLOCK_TEXT_MAX];
	const char *text;

	if (s->expected > 0)
		left += s->expected;
	text = arena_printf(a, "%s: %lld read", s->flow, (long long)s->pulled);
	if (s->expected > 0)
		text = arena_printf(a, "%s of about %lld", text,
				    (long long)s->pulled + (long long)s->expected);
	text = arena_printf(a, "%s, %lld done, %lld.%lld/s, %lld requests", text, (long long)done,
			    (long long)(tenths / 10), (long long)(tenths % 10),
			    (long long)s->requests);
	if (s->parked > 0)
		text = arena_printf(a, "%s, %lld parked", text, (long long)s->parked);
	/* The first records say little about the rest. */
	if (done >= 10 && left > 0 && s->expected >= 0)
		text = arena_printf(a, "%s, %s left", text,
				    duration_text((ms * left / done + 999) / 1000 * 1000, time));
	return text;
}

void progress_update(struct progress *p, const struct sync_summary *s)
{
	int64_t now = clock_mono_ms();
	char line[LINE_MAX_BYTES];
	struct arena *a;

	if (!p->shown || (p->drawn && now - p->drawn_ms < REDRAW_MS))
		return;
	a = arena_new();
	str_ellipsis(line, sizeof(line), progress_text(s, now - p->begun_ms, a),
		     (size_t)out_width(stderr) - 1);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	arena_free(a);
	p->drawn = true;
	p->drawn_ms = now;
}

void progress_clear(struct progress *p)
{
	if (!p->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->drawn = false;
}
