#include "base_test.h"

#include "base/cleanup.h"
#include "base/csvfile.h"

static struct csv_reader *opened(const char *bytes, size_t len)
{
	struct csv_reader *r = NULL;
	struct err e;

	write_bytes("t.csv", bytes, len, 0600);
	assert_ok(csv_reader_open("t.csv", &r, &e), &e);
	return r;
}

/* All rows after the header as "line:cell|cell" joined by "/"; an error as "!message". */
static const char *rows_of(const char *bytes, size_t len)
{
	static char text[4096];
	CLEANUP(csv_reader) struct csv_reader *r = opened(bytes, len);
	size_t at = 0;

	text[0] = '\0';
	for (int i = 0; i < 50; i++) {
		struct csv_row row;
		bool more = false;
		struct err e;
		enum errk k = csv_reader_next(r, &row, &more, &e);

		if (k != E_OK) {
			at += (size_t)snprintf(text + at, sizeof(text) - at, "!%s", e.msg);
			break;
		}
		if (!more)
			break;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d:", i ? "/" : "",
				       (int)row.line);
		for (size_t c = 0; c < row.n; c++)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", c ? "|" : "",
					       row.cell[c]);
	}
	return text;
}

static const char *rows(const char *text)
{
	return rows_of(text, strlen(text));
}

static void test_csvfile__reads_plain_rows(void **state)
{
	(void)state;
	assert_string_equal(rows("a,b\n1,2\n3,4\n"), "2:1|2/3:3|4");
	assert_string_equal(rows("a,b\r\n1,2\r\n3,4"), "2:1|2/3:3|4");
	assert_string_equal(rows("a,b\r1,2\r3,4\r"), "2:1|2/3:3|4");
	assert_string_equal(rows("a,b\n"), "");
	assert_string_equal(rows("a,b"), "");
	assert_string_equal(rows("a,b\n,\n1,\n,2\n"), "3:1|/4:|2");
	assert_string_equal(rows("a,b\n1\n1,2,3\n"), "2:1/3:1|2|3");
	assert_string_equal(rows("a,b\n  x  , y z \n"), "2:x|y z");
}

static void test_csvfile__reads_quotes(void **state)
{
	(void)state;
	assert_string_equal(rows("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n"), "2:1,5|say \"hi\"");
	assert_string_equal(rows("a,b\n\" x \",\"\"\n"), "2: x |");
	assert_string_equal(rows("a,b\n5\" pipe,2\n"), "2:5\" pipe|2");
	assert_string_equal(rows("a,b\n\"x\",\"y\""), "2:x|y");
}

static void test_csvfile__quotes_in_plain_cells_are_characters(void **state)
{
	(void)state;
	assert_string_equal(rows("a,b\n19\" rack,2\n19\"\",3\nx \"y\" z ,4\n"),
			    "2:19\" rack|2/3:19\"\"|3/4:x \"y\" z|4");
	assert_string_equal(rows("a,b\n \"x\" ,\"y\"  \n"), "2:x|y");
	assert_string_equal(rows("a\"b,c\n\"19\"\"\",\"\"\"\"\n"), "2:19\"|\"");
}

static const char *refusal(const char *bytes)
{
	static struct err e;
	struct csv_reader *r = NULL;

	write_bytes("t.csv", bytes, strlen(bytes), 0600);
	assert_int_equal(csv_reader_open("t.csv", &r, &e), E_LOCAL);
	assert_null(r);
	assert_string_equal(e.code, "stray_quote");
	assert_int_equal(csv_reader_open("t.csv", &r, NULL), E_LOCAL);
	return e.msg;
}

/* The rows between such quotes would be text of one cell, and the row has the right number of cells. */
static void test_csvfile__a_stray_quote_refuses_the_file(void **state)
{
	(void)state;
	assert_contains(
		refusal("a,b,c\nx,\"19\"\",1\ny,\"z\",2\n"),
		"t.csv:2: column 2 begins with a quote, and a later quote (on line 3) neither");
	assert_contains(
		refusal("a,b,c\nv,w,0\r\nx,\"19,1\r\ny,\"z\",2\r\n"),
		"t.csv:3: column 2 begins with a quote, and a later quote (on line 4) neither");
	assert_contains(refusal("a,b\n\"x\" y,1\n"),
			"t.csv:2: column 1 begins with a quote, and a later quote neither");
	assert_contains(refusal("a,b\nx,\"a \"b\" c\"\n"), "t.csv:2: column 2 begins");
	assert_contains(refusal("a,b\nx,\"\"b\" c\"\n"), "\"19\"\" rack\", and one at its end");
	assert_contains(refusal("\"a\"x,b\n1,2\n"), "t.csv:1: column 1 begins");
}

/* What is far down in a file is no matter of its header. */
static void test_csvfile__the_head_is_read_before_a_stray_quote(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct err e;

	(void)state;
	write_bytes("t.csv", "a,b\n\"x\" y,1\n", 12, 0600);
	assert_ok(csv_reader_open_head("t.csv", &r, &e), &e);
	assert_int_equal(csv_reader_header(r)->n, 2);
}

static bool is_apart(const char *text)
{
	CLEANUP(csv_reader) struct csv_reader *r = opened(text, strlen(text));
	struct err e = {.kind = E_OK};
	enum errk k = csv_reader_apart(r, &e);

	if (k != E_OK)
		assert_contains(e.msg, "t.csv:2: column 2 holds, within quotes, what looks like");
	return k == E_OK;
}

/* Quotes that fit by chance; and cells with line breaks as people write them. */
static void test_csvfile__a_cell_that_holds_a_row_is_found(void **state)
{
	(void)state;
	assert_false(is_apart("a,b,c\nx,\"k, 19\"\",1\ny,plain 19\",2\n"));
	assert_false(is_apart("a,b,c\nx,\"19\"\",1\nw,v,3\ny,\"\"z\",2\n"));
	assert_false(is_apart("a,b,c\r\nx,\"19,1\r\ny,plain 19\",2\r\n"));
	assert_false(is_apart("a,b\nx,\"19\"\"\ny,plain 19\"\n"));
	assert_true(is_apart("a,b,c\nx,\"19\"\" rack\",1\ny,plain 19\",2\n"));
	assert_true(is_apart("a,b,c\nx,\"soft, warm\nlong, wide\",1\n"));
	assert_true(is_apart("a,b,c\nx,\"for \"\"home\"\", and more\nsoft, warm\",1\n"));
	assert_true(is_apart("a,b,c\nx,1,\"Sizes:\nS,M,L\"\n"));
	assert_true(is_apart("a\n\"say \"\"x\"\"\ny\"\n"));
}

static void test_csvfile__line_is_where_the_row_begins(void **state)
{
	(void)state;
	assert_string_equal(rows("a,b\n\"1\n2\",x\ny,\"3\r\n4\"\r\nz,5\n"),
			    "2:1\n2|x/4:y|3\r\n4/6:z|5");
	assert_string_equal(rows("\n\na,b\n\n\r\n1,2\n\n,,\n   \n3,4\n"), "6:1|2/10:3|4");
	assert_string_equal(rows("a,b\r\n\r\n1,2\r\n\r\n3,4"), "3:1|2/5:3|4");
	assert_string_equal(rows("a,b\r\"1\r2\",x\ry,z\r"), "2:1\r2|x/4:y|z");
}

static void test_csvfile__takes_the_delimiter_from_the_header(void **state)
{
	static const struct {
		const char *text;
		char delimiter;
	} files[] = {
		{"a,b\n", ','},   {"a;b\n1,5;2\n", ';'},  {"a\tb\n", '\t'},
		{"a\n", ','},     {"\"x,y,z\";b\n", ';'}, {"\n\na;b,c;d\n", ';'},
		{"a,b;c\n", ','}, {"a;b\tc\td\n", '\t'},  {"\"a\"\"b,,,\";c\n", ';'},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(csv_reader)
		struct csv_reader *r = opened(files[i].text, strlen(files[i].text));

		assert_int_equal(csv_reader_delimiter(r), files[i].delimiter);
	}
	assert_string_equal(rows("a;b\n1,5;2\n"), "2:1,5|2");
	assert_string_equal(rows("a\tb\tc\n1\t\t3\n\t\t4\n 5 \t\" 6 \"\t\n"),
			    "2:1||3/3:||4/4:5| 6 |");
}

static void test_csvfile__names_that_look_the_same_are(void **state)
{
	static const char text[] =
		"SKU\xc2\xa0,\xe2\x80\x8bOn\xe2\x80\xafhand,\"On\nhand  (new)\","
		"\xef\xbb\xbf\xe3\x80\x80Ware\xc2\xadhouse\xe2\x80\x8f\n1,2,3,4\n";
	CLEANUP(csv_reader) struct csv_reader *r = opened(text, strlen(text));
	const struct csv_row *h = csv_reader_header(r);

	(void)state;
	assert_int_equal(h->n, 4);
	assert_string_equal(h->cell[0], "SKU");
	assert_string_equal(h->cell[1], "On hand");
	assert_string_equal(h->cell[2], "On hand (new)");
	assert_string_equal(h->cell[3], "Warehouse");
}

static void test_csvfile__header_is_trimmed_and_bom_skipped(void **state)
{
	static const char text[] = "\xef\xbb\xbf\" SKU \", Name ,é\n1,2,3\n";
	CLEANUP(csv_reader) struct csv_reader *r = opened(text, strlen(text));
	const struct csv_row *h = csv_reader_header(r);
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_int_equal(h->n, 3);
	assert_string_equal(h->cell[0], "SKU");
	assert_string_equal(h->cell[1], "Name");
	assert_string_equal(h->cell[2], "é");
	assert_int_equal(h->line, 1);
	assert_string_equal(row.cell[2], "3");
}

static void test_csvfile__unclosed_quote_names_its_row(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct csv_row row;
	bool more = true;
	struct err e;

	(void)state;
	assert_string_equal(rows("a,b\n1,2\nx,\"3\n4,5\n6,7\n"),
			    "2:1|2!t.csv:3: a quote in this row is not closed; write each quote "
			    "inside a cell that is in quotes twice, as in \"19\"\" rack\", and one "
			    "at its end");
	r = opened("a\n\"x", 4);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(csv_reader_next(r, &row, &more, &e), E_RECORD);
		assert_string_equal(e.code, "bad_csv");
		assert_true(more);
	}
}

static void test_csvfile__a_nul_costs_its_row_only(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = opened("a,b\n2,\0\n3,4\n", 12);
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	assert_int_equal(csv_reader_next(r, &row, &more, &e), E_RECORD);
	assert_string_equal(e.msg, "t.csv:2: column 2 holds a NUL byte");
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_true(more);
	assert_string_equal(row.cell[1], "4");
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_false(more);
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_false(more);
}

static void test_csvfile__unusable_files_do_not_open(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *part;
	} bad[] = {
		{"", 0, "t.csv: is empty"},
		{"\n\r\n , ,\n", 8, "t.csv: is empty"},
		{"\xef\xbb\xbf", 3, "t.csv: is empty"},
		{"\xff\xfe"
		 "a\0",
		 4, "t.csv: is UTF-16"},
		{"a,\xe9\n", 5,
		 "t.csv:1: holds text that is not UTF-8; save the file as CSV UTF-8"},
		{"a\n1\n\n\xc3", 6, "t.csv:4: holds text that is not UTF-8"},
		{"PK\x03\x04\x14", 5,
		 "t.csv: is an Excel or OpenDocument workbook, no CSV file; save"},
		{"\xd0\xcf\x11\xe0\xa1", 5, "t.csv: is an old Excel workbook"},
		{"\xfe\xff\0a", 4, "t.csv: is UTF-16"},
		/* Without a mark, and with a letter of another script among the others. */
		{"s\0k\0u\0,\0\x3a\x04\n\0\xe9\0\n\0", 16,
		 "t.csv: is UTF-16, no CSV file; save it as CSV UTF-8"},
		{"\0s\0k\0u\n\0", 8, "t.csv: is UTF-16"},
		{"a,b,c\n\"1,\"\"x\"\",2\"\n", 18,
		 "t.csv:2: the row as a whole is one cell in quotes"},
		{"a,b,c\n1,2,3\n\"4,\"\"x\"\",5\"\n", 24, "t.csv:3: the row as a whole is one"},
		{"\"a,b,c\"\n\"1,2,3\"\n", 16, "t.csv:1: the row as a whole is one cell"},
		{"a,\"b\n", 5, "t.csv:1: a quote"},
	};
	struct csv_reader *r = NULL;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_bytes("t.csv", bad[i].bytes, bad[i].len, 0600);
		assert_int_equal(csv_reader_open("t.csv", &r, &e), E_LOCAL);
		assert_int_equal(e.kind, E_LOCAL);
		assert_contains(e.msg, bad[i].part);
		assert_int_equal(csv_reader_open("t.csv", &r, NULL), E_LOCAL);
	}
	assert_int_equal(csv_reader_open("none.csv", &r, &e), E_LOCAL);
	assert_contains(e.msg, "none.csv: can't be read (No such file");
	assert_int_equal(csv_reader_open(".", &r, &e), E_LOCAL);
	assert_null(r);
	csv_reader_close(NULL);
}

static void test_csvfile__first_line_may_name_the_delimiter(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = opened("sep=;\r\na,b;c\r\n1;2\r\n", 20);
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	assert_int_equal(csv_reader_delimiter(r), ';');
	assert_string_equal(csv_reader_header(r)->cell[0], "a,b");
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_int_equal(row.line, 3);
	assert_string_equal(row.cell[1], "2");
}

static void test_csvfile__declared_encoding_is_read(void **state)
{
	static const char bytes[] = "a;b\r\n\x80;caf\xe9 \x96\r\n",
			  wrong[] = "a;b\r\n\x81;caf\xe9\r\n";
	CLEANUP(csv_reader) struct csv_reader *r = NULL, *utf8 = NULL, *none = NULL;
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	write_bytes("t.csv", bytes, sizeof(bytes) - 1, 0600);
	assert_int_equal(csv_reader_open("t.csv", &none, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_encoding");
	assert_ok(csv_reader_open_as("t.csv", CSV_WINDOWS_1252, &r, &e), &e);
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_string_equal(row.cell[0], "€");
	assert_string_equal(row.cell[1], "café –");
	/* What is UTF-8 is read as such, whatever was declared. */
	write_bytes("t.csv", "a\ncaf\xc3\xa9\n", 8, 0600);
	assert_ok(csv_reader_open_as("t.csv", CSV_WINDOWS_1252, &utf8, &e), &e);
	assert_ok(csv_reader_next(utf8, &row, &more, &e), &e);
	assert_string_equal(row.cell[0], "café");
	write_bytes("t.csv", wrong, sizeof(wrong) - 1, 0600);
	assert_int_equal(csv_reader_open_as("t.csv", CSV_WINDOWS_1252, &none, &e), E_LOCAL);
	assert_null(none);
}

/* A character that stands across two blocks of the file is no fault of it. */
static void test_csvfile__long_utf8_is_whole(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	CLEANUP(str) struct str text;
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	str_init(&text, 0);
	str_add(&text, "a\n");
	for (int i = 0; i < 60000; i++)
		str_add(&text, i % 2 ? "€" : "😀");
	str_add(&text, "x\n");
	write_bytes("t.csv", text.buf, text.len, 0600);
	assert_ok(csv_reader_open("t.csv", &r, &e), &e);
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_int_equal(strlen(row.cell[0]), text.len - 3);
}

static void test_csvfile__signs_of_numbers(void **state)
{
	static const struct {
		const char *cell;
		unsigned signs;
	} cells[] = {
		{"1.299", 0},
		{"12", 0},
		{"12.5", CSV_SIGN_POINT},
		{"-0.125", CSV_SIGN_POINT},
		{"1299.000", CSV_SIGN_POINT},
		{"1,299.00", CSV_SIGN_POINT},
		{"1,299,000", CSV_SIGN_POINT},
		{"1.299,00", CSV_SIGN_COMMA},
		{"1.299.000", CSV_SIGN_COMMA},
		{"7,5", CSV_SIGN_COMMA},
		{"192.168.1.10", 0},
		{"1.5 kg", 0},
		{".", 0},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		CLEANUP(csv_reader) struct csv_reader *r = NULL;
		CLEANUP(str) struct str text;

		str_init(&text, 0);
		str_addf(&text, "a;b\nx;%s\n", cells[i].cell);
		write_bytes("t.csv", text.buf, text.len, 0600);
		assert_ok(csv_reader_open("t.csv", &r, &e), &e);
		assert_int_equal(csv_reader_signs(r, 1), cells[i].signs);
		assert_int_equal(csv_reader_signs(r, 0), 0);
		assert_false(csv_reader_unended(r));
	}
	write_bytes("t.csv", "a\n1", 3, 0600);
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	assert_ok(csv_reader_open("t.csv", &r, &e), &e);
	assert_true(csv_reader_unended(r));
}

static void test_csvfile__endless_row_is_refused(void **state)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct csv_row row;
	bool more;
	struct err e;
	size_t len = 20 * 1024 * 1024;
	char *big = malloc(len);

	(void)state;
	memset(big, 'x', len);
	memcpy(big, "a,b\n1,\"", 7);
	r = opened(big, len);
	free(big);
	assert_int_equal(csv_reader_next(r, &row, &more, &e), E_RECORD);
	assert_contains(e.msg, "t.csv:2: the row is longer than 16 MiB");
	assert_int_equal(csv_reader_next(r, &row, &more, &e), E_RECORD);
}

/* A cell of random characters, the awkward ones often. */
static void random_cell(uint64_t *seed, char *out, size_t max)
{
	static const char *const parts[] = {",", ";", "\t", "\"", "\n", "\r\n", " ",
					    "é", "€", "a",  "b",  "0",  "x"};
	size_t n = next_random(seed) % max;

	out[0] = '\0';
	for (size_t i = 0, at = 0; i < n; i++) {
		const char *part = parts[next_random(seed) % (sizeof(parts) / sizeof(parts[0]))];

		memcpy(out + at, part, strlen(part) + 1);
		at += strlen(part);
	}
}

static void test_csvfile__what_is_written_is_read_back(void **state)
{
	enum { ROWS = 3000, COLS = 5 };
	static char cells[ROWS][COLS][120];
	const struct csv_format formats[] = {{',', CSV_UTF8, "\n"},
					     {';', CSV_UTF8, "\r\n"},
					     {'\t', CSV_UTF8_BOM, "\n"}};
	uint64_t seed = 99;
	struct err e;

	(void)state;
	for (size_t f = 0; f < 3; f++) {
		const char *const header[COLS] = {"a", "b", "c", "d", "e"};
		CLEANUP(str) struct str out;
		CLEANUP(csv_reader) struct csv_reader *r = NULL;
		struct csv_row row;
		bool more;

		str_init(&out, 0);
		assert_ok(csv_write_row(&out, &formats[f], header, COLS, &e), &e);
		for (int i = 0; i < ROWS; i++) {
			const char *ptrs[COLS];

			for (int c = 0; c < COLS; c++) {
				random_cell(&seed, cells[i][c], i % 500 == 0 ? 39 : 8);
				ptrs[c] = cells[i][c];
			}
			if (!cells[i][0][0]) /* a row of empty cells would be skipped */
				strncpy(cells[i][0], "x", 2);
			assert_ok(csv_write_row(&out, &formats[f], ptrs, COLS, &e), &e);
		}
		r = opened(out.buf, out.len);
		assert_int_equal(csv_reader_delimiter(r), formats[f].delimiter);
		for (int i = 0; i < ROWS; i++) {
			assert_ok(csv_reader_next(r, &row, &more, &e), &e);
			assert_true(more);
			assert_int_equal(row.n, COLS);
			for (int c = 0; c < COLS; c++)
				assert_string_equal(row.cell[c], cells[i][c]);
		}
		assert_ok(csv_reader_next(r, &row, &more, &e), &e);
		assert_false(more);
	}
}

static void test_csvfile__cells_cross_chunks(void **state)
{
	size_t len = 300000;
	char *big = malloc(len + 100);
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct csv_row row;
	bool more;
	struct err e;

	(void)state;
	memset(big, 'y', len + 100);
	memcpy(big, "a,b\nfirst,\"", 11);
	big[100000] = '\n';
	memcpy(big + len, "\"\nsecond,2\n", 11);
	r = opened(big, len + 11);
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_int_equal(row.n, 2);
	assert_string_equal(row.cell[0], "first");
	assert_int_equal(strlen(row.cell[1]), len - 11);
	assert_ok(csv_reader_next(r, &row, &more, &e), &e);
	assert_string_equal(row.cell[0], "second");
	assert_int_equal(row.line, 4);
	free(big);
}

static void test_csvfile__writes_quotes_only_where_needed(void **state)
{
	const struct csv_format f = {';', CSV_UTF8, "\r\n"};
	const char *const row[] = {"a", "b,c", "d;e", "\"", "x\ny", " pad", "pad ", "", NULL};
	const char *const empty[] = {""};
	CLEANUP(str) struct str out;
	struct err e;

	(void)state;
	str_init(&out, 0);
	assert_ok(csv_write_row(&out, &f, row, 9, &e), &e);
	assert_string_equal(out.buf, "a;b,c;\"d;e\";\"\"\"\";\"x\ny\";\" pad\";\"pad \";;\r\n");
	str_clear(&out);
	assert_ok(csv_write_row(&out, &f, empty, 1, &e), &e);
	assert_string_equal(out.buf, "\"\"\r\n");
}

/* For spreadsheets that split at another sign than the file does. */
static void test_csvfile__quotes_what_hides_a_formula(void **state)
{
	const struct csv_format f = {',', CSV_UTF8, "\n"};
	const char *const row[] = {"x;=1+1", "x; @a",
				   "x\t-2",  "x;\xef\xbc\x9d\x31", /* "=1" in the wide form */
				   "x;y",    "12;5"};
	CLEANUP(str) struct str out;
	struct err e;

	(void)state;
	str_init(&out, 0);
	assert_ok(csv_write_row(&out, &f, row, 6, &e), &e);
	assert_string_equal(out.buf, "\"x;=1+1\",\"x; @a\",\"x\t-2\",\"x;\xef\xbc\x9d"
				     "1\",x;y,12;5\n");
}

static void test_csvfile__windows_1252_has_some_characters_only(void **state)
{
	const struct csv_format f = {';', CSV_WINDOWS_1252, "\r\n"};
	const char *const row[] = {"Müller", "5 €", "œ–“"};
	const char *const bad[] = {"ok", "Wałęsa"};
	const char *const invalid[] = {"\xff"};
	CLEANUP(str) struct str out;
	struct err e;

	(void)state;
	str_init(&out, 0);
	str_add(&out, "before");
	assert_ok(csv_write_row(&out, &f, row, 3, &e), &e);
	assert_string_equal(out.buf, "beforeM\xfcller;5 \x80;\x9c\x96\x93\r\n");
	assert_int_equal(csv_write_row(&out, &f, bad, 2, &e), E_RECORD);
	assert_string_equal(e.code, "bad_encoding");
	assert_string_equal(e.msg, "column 2: the character 'ł' does not exist in Windows-1252");
	assert_int_equal(csv_write_row(&out, &f, invalid, 1, &e), E_RECORD);
	assert_string_equal(out.buf, "beforeM\xfcller;5 \x80;\x9c\x96\x93\r\n");
}

static void test_csvfile__full_buffer_is_left_as_it_was(void **state)
{
	const struct csv_format f = {',', CSV_UTF8, "\n"};
	const char *const row[] = {"12345", "6789"};
	CLEANUP(str) struct str out;
	struct err e;

	(void)state;
	str_init(&out, 15);
	assert_ok(csv_write_row(&out, &f, row, 2, &e), &e);
	assert_int_equal(csv_write_row(&out, &f, row, 2, &e), E_LOCAL);
	assert_string_equal(out.buf, "12345,6789\n");
	assert_false(out.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csvfile__reads_plain_rows),
		cmocka_unit_test(test_csvfile__reads_quotes),
		cmocka_unit_test(test_csvfile__quotes_in_plain_cells_are_characters),
		cmocka_unit_test(test_csvfile__a_stray_quote_refuses_the_file),
		cmocka_unit_test(test_csvfile__the_head_is_read_before_a_stray_quote),
		cmocka_unit_test(test_csvfile__a_cell_that_holds_a_row_is_found),
		cmocka_unit_test(test_csvfile__line_is_where_the_row_begins),
		cmocka_unit_test(test_csvfile__takes_the_delimiter_from_the_header),
		cmocka_unit_test(test_csvfile__names_that_look_the_same_are),
		cmocka_unit_test(test_csvfile__header_is_trimmed_and_bom_skipped),
		cmocka_unit_test(test_csvfile__unclosed_quote_names_its_row),
		cmocka_unit_test(test_csvfile__a_nul_costs_its_row_only),
		cmocka_unit_test(test_csvfile__unusable_files_do_not_open),
		cmocka_unit_test(test_csvfile__first_line_may_name_the_delimiter),
		cmocka_unit_test(test_csvfile__declared_encoding_is_read),
		cmocka_unit_test(test_csvfile__long_utf8_is_whole),
		cmocka_unit_test(test_csvfile__signs_of_numbers),
		cmocka_unit_test(test_csvfile__endless_row_is_refused),
		cmocka_unit_test(test_csvfile__what_is_written_is_read_back),
		cmocka_unit_test(test_csvfile__cells_cross_chunks),
		cmocka_unit_test(test_csvfile__writes_quotes_only_where_needed),
		cmocka_unit_test(test_csvfile__quotes_what_hides_a_formula),
		cmocka_unit_test(test_csvfile__windows_1252_has_some_characters_only),
		cmocka_unit_test(test_csvfile__full_buffer_is_left_as_it_was),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
