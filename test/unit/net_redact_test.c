#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "net/redact.h"

static void test_redact__keys(void **state)
{
	static const char *const masked[] = {"firstName",
					     "first_name",
					     "FirstName",
					     "lastName",
					     "email",
					     "Email",
					     "EMailAddress",
					     "contact_email",
					     "phone",
					     "Phone1",
					     "defaultPhoneNumber",
					     "address1",
					     "Address",
					     "AddressLine1",
					     "billingAddress",
					     "shipping_address",
					     "BillAddr",
					     "Line1",
					     "city",
					     "zip",
					     "PostalCode",
					     "provinceCode",
					     "company",
					     "note",
					     "latitude",
					     "longitude",
					     "ip",
					     "browser_ip",
					     "clientIp",
					     "access_token",
					     "accessToken",
					     "refresh_token",
					     "client_secret",
					     "password",
					     "Password",
					     "api_key",
					     "apiKey",
					     "X-Api-Key",
					     "authorization",
					     "signature",
					     "B1SESSION",
					     "CardName",
					     "GivenName",
					     "FamilyName",
					     "vat",
					     "iban",
					     "street2",
					     "mobile",
					     "oauth_consumer_secret",
					     "userAgent"};
	static const char *const shown[] = {"id",           "name",        "sku",
					    "quantity",     "price",       "amount",
					    "currencyCode", "status",      "displayFinancialStatus",
					    "title",        "createdAt",   "updated_at",
					    "query",        "errors",      "message",
					    "extensions",   "code",        "locationId",
					    "country",      "countryCode", "tags",
					    "cursor",       "hasNextPage", "client_id",
					    "taxLines",     "barcode",     ""};

	(void)state;
	for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++)
		if (!redact_key(masked[i]))
			fail_msg("%s is shown", masked[i]);
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (redact_key(shown[i]))
			fail_msg("%s is masked", shown[i]);
}

static void test_redact__headers(void **state)
{
	static const char *const secret[] =
		{"Authorization", "Proxy-Authorization",    "Cookie",
		 "set-cookie",    "X-Shopify-Access-Token", "X-Api-Key",
		 "x-csrf-token",  "X-Shopify-Hmac-SHA256",  "X-Client-Secret"};
	static const char *const open[] = {"Content-Type",          "Date",
					   "X-Request-Id",          "Retry-After",
					   "X-Shopify-API-Version", "Location"};

	(void)state;
	for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++)
		assert_true(redact_header_is_secret(secret[i]));
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		assert_false(redact_header_is_secret(open[i]));
}

static void test_redact__bodies(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		/* An order keeps its number, whoever ordered. */
		{"{\"name\":\"#1001\",\"email\":\"a@b.co\",\"total\":\"9.90\"}",
		 "{\"name\":\"#1001\",\"email\":\"***\",\"total\":\"9.90\"}"},
		/* A name beside an address, or beside a mail address, is a person's. */
		{"{\"name\":\"Ann Bee\",\"address1\":\"Lane 1\",\"countryCode\":\"DE\"}",
		 "{\"name\":\"***\",\"address1\":\"***\",\"countryCode\":\"DE\"}"},
		{"{\"name\":\"Ann Bee\",\"email\":\"ann@b.co\"}",
		 "{\"name\":\"***\",\"email\":\"***\"}"},
		{"{\"lineItems\":[{\"name\":\"Shirt\",\"sku\":\"S-1\"}]}",
		 "{\"lineItems\":[{\"name\":\"Shirt\",\"sku\":\"S-1\"}]}"},
		/* Whatever stands below an address or a telephone number. */
		{"{\"shippingAddress\":{\"x\":\"Lane 1\",\"formatted\":[\"Ann\",\"Lane\"],\"n\":7,"
		 "\"ok\":true,\"id\":\"gid://shopify/MailingAddress/1\"}}",
		 "{\"shippingAddress\":{\"x\":\"***\",\"formatted\":[\"***\",\"***\"],\"n\":\"***\","
		 "\"ok\":true,\"id\":\"gid://shopify/MailingAddress/1\"}}"},
		{"{\"customer\":{\"id\":\"gid://shopify/Customer/1\",\"name\":\"Ann\","
		 "\"state\":\"ENABLED\"}}",
		 "{\"customer\":{\"id\":\"gid://shopify/Customer/1\",\"name\":\"***\","
		 "\"state\":\"***\"}}"},
		{"{\"customer\":\"Ann Bee\",\"customerId\":\"77\"}",
		 "{\"customer\":\"***\",\"customerId\":\"77\"}"},
		/*
		 * Odoo: a many-to-one field, a search condition, the password among the
		 * arguments.
		 */
		{"{\"partner_id\":[12,\"Ann Bee\"],\"order_id\":[3,\"S0003\"]}",
		 "{\"partner_id\":[12,\"***\"],\"order_id\":[3,\"S0003\"]}"},
		{"{\"domain\":[[\"email\",\"=\",\"x\"],[\"state\",\"=\",\"done\"],[\"sku\",\"=\",\"A\"]]}",
		 "{\"domain\":[[\"email\",\"=\",\"***\"],[\"state\",\"=\",\"done\"],[\"sku\",\"=\",\"A\"]]}"},
		{"{\"params\":{\"service\":\"object\",\"method\":\"execute_kw\","
		 "\"args\":[\"db\",2,\"hunter2\",\"res.partner\",\"read\",[7]]}}",
		 "{\"params\":{\"service\":\"object\",\"method\":\"execute_kw\","
		 "\"args\":[\"db\",2,\"***\",\"res.partner\",\"read\",[7]]}}"},
		{"{\"service\":\"common\",\"args\":[\"db\",\"ann\",\"hunter2\",{}]}",
		 "{\"service\":\"common\",\"args\":[\"db\",\"***\",\"***\",{}]}"},
		/* Free fields of a shop. */
		{"{\"customAttributes\":[{\"key\":\"engraving\",\"value\":\"For Ann\"}],"
		 "\"options\":[{\"value\":\"red\"}]}",
		 "{\"customAttributes\":[{\"key\":\"engraving\",\"value\":\"***\"}],"
		 "\"options\":[{\"value\":\"red\"}]}"},
		{"{\"note_attributes\":[{\"name\":\"x\",\"value\":\"Ann\"}]}",
		 "{\"note_attributes\":[{\"name\":\"x\",\"value\":\"***\"}]}"},
		{"{\"metafields\":{\"nodes\":[{\"key\":\"custom.a\",\"type\":\"date\",\"value\":\"Ann\"}]},"
		 "\"customer\":{\"tags\":[\"VIP\"]},\"tags\":[\"web\"]}",
		 "{\"metafields\":{\"nodes\":[{\"key\":\"custom.a\",\"type\":\"date\",\"value\":\"***\"}]},"
		 "\"customer\":{\"tags\":[\"***\"]},\"tags\":[\"web\"]}"},
		/* Inside texts: search terms, JSON in JSON, error messages. */
		{"{\"query\":\"email:ann@b.co AND tag:x\"}", "{\"query\":\"email:*** AND tag:x\"}"},
		{"{\"m\":\"call +49 (170) 123-4567 now\",\"at\":\"2026-11-23T10:00:00+02:00\"}",
		 "{\"m\":\"call *** now\",\"at\":\"2026-11-23T10:00:00+02:00\"}"},
		{"{\"value\":\"{\\\"email\\\":\\\"x\\\",\\\"n\\\":1}\"}",
		 "{\"value\":\"{\\\"email\\\":\\\"***\\\",\\\"n\\\":1}\"}"},
		{"{\"x\":\"Bearer abcdefgh12345\",\"y\":\"token=shpat_0123456789abcdef\"}",
		 "{\"x\":\"***\",\"y\":\"token=***\"}"},
		{"{\"query\":\"mutation @idempotent(key: $k) { a(b: 1.5) }\"}",
		 "{\"query\":\"mutation @idempotent(key: $k) { a(b: 1.5) }\"}"},
		/* Secrets, whatever their form. */
		{"{\"access_token\":\"abc\",\"expires_in\":86399,\"scope\":\"read_orders\"}",
		 "{\"access_token\":\"***\",\"expires_in\":86399,\"scope\":\"read_orders\"}"},
		{"{\"session\":{\"id\":\"s1\",\"n\":5},\"password\":1234}",
		 "{\"session\":{\"id\":\"***\",\"n\":\"***\"},\"password\":\"***\"}"},
		{"[\"a@b.co\",[{\"phone\":null}]]", "[\"***\",[{\"phone\":null}]]"},
		{"{}", "{}"},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(redact_body("application/json", cases[i].in,
						strlen(cases[i].in), a),
				    cases[i].out);
}

static void test_redact__forms_and_urls(void **state)
{
	static const char form[] = "grant_type=client_credentials&client_id=abc&"
				   "client_secret=x%26y&e%6Dail=a&q=ann%40b.co&flag&=v&";
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(redact_body("application/x-www-form-urlencoded; charset=utf-8", form,
					strlen(form), a),
			    "grant_type=client_credentials&client_id=abc&"
			    "client_secret=***&e%6Dail=***&q=***&flag&=v&");
	assert_string_equal(redact_url("https://u:p@x@shop.example/a@b?page=2&token=abc#f", a),
			    "https://shop.example/a@b?page=2&token=***");
	assert_string_equal(redact_url("https://shop.example/a", a), "https://shop.example/a");
	assert_string_equal(redact_url("/relative?key=1&x=2", a), "/relative?key=***&x=2");
	assert_string_equal(redact_url("https://h?X-Amz-Signature=1", a),
			    "https://h?X-Amz-Signature=***");
}

static void test_redact__other_bodies_by_size(void **state)
{
	static char huge[1024 * 1024 + 2];
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(redact_body("text/html", "<p>Ann</p>", 10, a), "[text/html, 10 bytes]");
	assert_string_equal(redact_body(NULL, "\0\x01\xff", 3, a), "[no content type, 3 bytes]");
	assert_string_equal(redact_body("application/json", "{\"email\":\"a", 11, a),
			    "[application/json, 11 bytes]");
	assert_string_equal(redact_body("application/json", "\"Ann\"", 5, a),
			    "[application/json, 5 bytes]");
	assert_string_equal(redact_body("text/plain", "", 0, a), "");
	assert_string_equal(redact_body(NULL, NULL, 0, a), "");
	memset(huge, '[', sizeof(huge));
	assert_string_equal(redact_body("application/json", huge, sizeof(huge), a),
			    "[application/json, 1048578 bytes]");
	/* Deep, but not huge. */
	assert_string_equal(redact_body("application/json", huge, 100000, a),
			    "[application/json, 100000 bytes]");
}

static void test_redact__telephone_numbers_in_texts(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"call +49 (170) 123-4567.", "call ***."},
		{"call 0170 1234567, or 089/1234567", "call ***, or ***"},
		{"(555) 123-4567 / 555-123-4567", "*** / ***"},
		{"00 33 1 42", "00 33 1 42"},
		{"0033 142 000000", "***"},
		{"555.123.4567, 555 123 4567, 1-555-123-4567", "***, ***, ***"},
		{"06.12.34.56.78 or 06\u00a012\u00a034\u00a056\u00a078", "*** or ***"},
		{"+33\u00a06\u202f12345678", "***"},
		{"0033612345678 / 004917012345678, 0033 6 12 34 56 78, 0033-6-12-34-56-78",
		 "*** / ***, ***, ***"},
		{"+33\\u00a06\\u00a012\\u00a034\\u00a056\\u00a078 or %2B33612345678 or +33&nbsp;612345678",
		 "*** or *** or ***"},
		{"+33\u20096\u201112345678", "***"},
		{"+49 (0)221 123-456, 0221/123456, 0221 / 123456-78, 0221 - 12 34 56",
		 "***, ***, ***, ***"},
		{"0221/123456-0, (0)221 123456, 0049 (0)221 123456, 0043 (1) 234567",
		 "***, ***, ***, ***"},
		/* Times, amounts, articles, ids. */
		{"0815 - 4711, 000123 - 000456, 000123 / 000456, 0.50 - 0.25, 01 / 02 / 2026 10:30",
		 "0815 - 4711, 000123 - 000456, 000123 / 000456, 0.50 - 0.25, 01 / 02 / 2026 10:30"},
		{"12 (0)5, TEE (0) 221, 0042 (M) 12, 0049 (2) of 7",
		 "12 (0)5, TEE (0) 221, 0042 (M) 12, 0049 (2) of 7"},
		{"00012345678905, 0036000291452, 012345678905, 0000012345, 0012345678",
		 "00012345678905, 0036000291452, 012345678905, 0000012345, 0012345678"},
		{"2026-11-23 09:45:00Z, 24-11-2026 10:11",
		 "2026-11-23 09:45:00Z, 24-11-2026 10:11"},
		{"0.50 - 0.25 / 1000.00", "0.50 - 0.25 / 1000.00"},
		{"SKU 012-345-678901, 4006381333931", "SKU 012-345-678901, 4006381333931"},
		{"A0170 1234567", "A0170 1234567"},
		{"1.2.3, 01.02.2026, 555.123.4567.8", "1.2.3, 01.02.2026, 555.123.4567.8"},
		{"WH/OUT/00012, #1001, 0012345678905, 5551234567",
		 "WH/OUT/00012, #1001, 0012345678905, 5551234567"},
		{"1 234 567.00, 12 345 678", "1 234 567.00, 12 345 678"},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(redact_text(cases[i].text, a), cases[i].masked);
}

static void test_redact__mail_addresses_in_texts(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"VAT anne.weber+x@example.com!", "VAT ***!"},
		{"«anne@exämple.de»…", "«***»…"},
		{"ref=anne%40example.com&x=1", "ref=***&x=1"},
		{"anne＠example.com", "***"},
		{"anne\\u0040example.com \\\\u0040x, anne%2540example.com", "*** \\\\u0040x, ***"},
		{"ann\\u00e8@ex\\u00e4mple.com, anne\\uff20example.com", "***, ***"},
		{"anne&#64;example.com anne&#x40;example.com <anne&commat;example.com>",
		 "*** *** <***>"},
		{"to \"anne martin\"@example.com, &quot;anne m&quot;@example.com", "to ***, ***"},
		{"{\\\"to\\\": \\\"\\\"anne m\\\"@example.com\\\"}", "{\\\"to\\\": \\\"***\\\"}"},
		{"\"TEE\" @ 9.90, \"a\"@b, \"unfinished", "\"TEE\" @ 9.90, \"a\"@b, \"unfinished"},
		{"title 'o'neil@example.com'", "title '***'"},
		{"TEE@M, 2 @ 9.90, user@host", "TEE@M, 2 @ 9.90, user@host"},
		{"zoe.weber (at) example.com, zoe[at]example.com, zoe @ example.com",
		 "***, ***, ***"},
		{"looked (at) it, 3 (at) 9.90, 4 @ 1.5 each, TEE @ M.",
		 "looked (at) it, 3 (at) 9.90, 4 @ 1.5 each, TEE @ M."},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(redact_text(cases[i].text, a), cases[i].masked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redact__keys),
		cmocka_unit_test(test_redact__telephone_numbers_in_texts),
		cmocka_unit_test(test_redact__mail_addresses_in_texts),
		cmocka_unit_test(test_redact__headers),
		cmocka_unit_test(test_redact__bodies),
		cmocka_unit_test(test_redact__forms_and_urls),
		cmocka_unit_test(test_redact__other_bodies_by_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
