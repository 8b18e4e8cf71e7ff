/* Any bytes: nothing of a secret is left in a text, and no other text grows or is read past its end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/secrets.h"

/* What is left of it behind dots is hidden, whatever it is made of. */
static void cut_front(const char *secret)
{
	static const char dots[] = "…";
	size_t len = strlen(secret);
	char *text;

	if (len < 20 || secret[strspn(secret, "0123456789abcdefghijklmnopqrstuvwxyz_")])
		return;
	text = malloc(len + sizeof(dots));
	if (!text)
		abort();
	memcpy(text, dots, sizeof(dots) - 1);
	memcpy(text + sizeof(dots) - 1, secret + 8, len - 8 + 1);
	secrets_hide(text);
	if (strcmp(text, "…***") != 0)
		BUG("the end of a secret is left");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(data[i] ? data[i] : ' ');
	text[size] = '\0';
	return text;
}

/* The secret with something that breaks a line between its characters: all of it is hidden. */
static void break_up(const char *secret)
{
	static const char *const breaks[] = {"=\r\n", "\n", " ", "\r\n\t"};
	size_t len = strlen(secret), n = 0;
	char *text;

	if (len < 8 || strpbrk(secret, "= \t\r\n\v\f"))
		return;
	text = malloc(len * 4 + 1);
	if (!text)
		abort();
	for (size_t i = 0; i < len; i++) {
		const char *between = i ? breaks[i % 4] : "";

		memcpy(text + n, between, strlen(between));
		n += strlen(between);
		text[n++] = secret[i];
	}
	text[n] = '\0';
	secrets_hide(text);
	if (strcmp(text, "***") != 0)
		BUG("a broken secret is left");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = size ? data[0] % size : 0;
	char *secret, *text;
	struct hidden *h;

	if (size < 2)
		return 0;
	secret = text_of(data + 1, first);
	text = text_of(data + 1 + first, size - 1 - first);
	secrets_add(secret);
	break_up(secret);
	cut_front(secret);
	secrets_hide(text);
	if (strlen(text) > size)
		BUG("a text grew");
	/* The mask itself may complete a secret that holds its stars. */
	if (strlen(secret) >= 8 && !strchr(secret, '*') && strstr(text, secret))
		BUG("a secret is left");
	h = hidden_new();
	hidden_add(h, secret);
	hidden_hide(h, text);
	hidden_free(h);
	secrets_forget();
	free(secret);
	free(text);
	return 0;
}
