/* The two encoders and the table of failures: what goes over the wire, and what an answer asks of us. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/call.h"

static struct odoo_server server(void)
{
	return (struct odoo_server){.url = "http://127.0.0.1:1",
				    .host = "127.0.0.1:1",
				    .db = "erp",
				    .login = "bot",
				    .key = "KEY",
				    .uid = 7,
				    .company = 3,
				    .lang = "en_US"};
}

static struct odoo_call create_call(void)
{
	struct odoo_call c = {.model = "res.partner", .method = "create", .args = json_object()};

	json_push(json_add_array(c.args, "vals_list"), json_object());
	return c;
}

static void test_json2__names_its_arguments(void **state)
{
	static const int64_t ids[] = {12, 13};
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_server s = server();
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "sale.order",
			      .method = "action_confirm",
			      .ids = ids,
			      .n_ids = 2,
			      .context = json_object()};
	CLEANUP(odoo_call) struct odoo_call on_model = create_call();

	(void)state;
	json_add_bool(c.context, "flag", true);
	assert_string_equal(odoo_json2_body(&s, &c, a),
			    "{\"ids\":[12,13],\"context\":{\"flag\":true,\"lang\":\"en_US\",\"tz\":"
			    "\"UTC\",\"allowed_company_ids\":[3]}}");
	/* A method of the model itself refuses "ids". */
	assert_null(strstr(odoo_json2_body(&s, &on_model, a), "ids\":[1"));
	s.company = 0;
	assert_null(strstr(odoo_json2_body(&s, &c, a), "allowed_company_ids"));
}

static void test_jsonrpc__places_what_has_no_name(void **state)
{
	static const int64_t ids[] = {5};
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_server s = server();
	CLEANUP(odoo_call) struct odoo_call on_model = create_call();
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "sale.order",
			      .method = "read",
			      .ids = ids,
			      .n_ids = 1,
			      .args = json_object()};

	CLEANUP(odoo_call)
	struct odoo_call count = {.model = "sale.order",
				  .method = "search_count",
				  .args = json_object()};

	(void)state;
	s.company = 0;
	json_push_str(json_add_array(c.args, "fields"), "name");
	json_add_array(count.args, "domain");
	assert_string_equal(
		odoo_jsonrpc_body(&s, &c, a),
		"{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"id\":1,\"params\":{\"service\":\"object\","
		"\"method\":\"execute_kw\",\"args\":[\"erp\",7,\"KEY\",\"sale.order\",\"read\",[[5]],{"
		"\"fields\":[\"name\"],\"context\":{\"lang\":\"en_US\",\"tz\":\"UTC\"}}]}}");
	assert_non_null(
		strstr(odoo_jsonrpc_body(&s, &on_model, a), "\"create\",[[{}]],{\"context\""));
	assert_non_null(
		strstr(odoo_jsonrpc_body(&s, &count, a), "\"search_count\",[[]],{\"context\""));
}

static void test_failures__are_what_the_table_says(void **state)
{
	static const struct {
		long status;
		const char *name, *text;
		enum http_intent intent;
		enum errk kind;
		const char *code;
	} rows[] = {
		{401, "werkzeug.exceptions.Unauthorized", "Invalid apikey", HTTP_READ, E_REFUSED,
		 "bad_credentials"},
		{200, "odoo.exceptions.AccessDenied", "Access Denied", HTTP_READ, E_REFUSED,
		 "bad_credentials"},
		/* 404 has two meanings, told apart by what carries it. */
		{404, NULL, NULL, HTTP_READ, E_BUSY, "no_database"},
		{404, "werkzeug.exceptions.NotFound", "the model 'x' does not exist", HTTP_READ,
		 E_REFUSED, "not_there"},
		{404, "odoo.exceptions.MissingError", "gone", HTTP_WRITE, E_RECORD,
		 "missing_in_odoo"},
		{200, "odoo.exceptions.UserError", "Object x doesn't exist", HTTP_READ, E_REFUSED,
		 "not_there"},
		{403, "odoo.exceptions.AccessError", "You are not allowed", HTTP_WRITE, E_REFUSED,
		 "access_denied"},
		{422, "odoo.exceptions.UserError", "no", HTTP_WRITE, E_RECORD, "refused_by_odoo"},
		{422, "werkzeug.exceptions.UnprocessableEntity", "missing argument", HTTP_WRITE,
		 E_RECORD, "refused_by_odoo"},
		/* So has 500: builtins stay, psycopg2 passes. */
		{500, "builtins.ValueError", "Invalid field", HTTP_WRITE, E_RECORD, "bad_request"},
		{500, "psycopg2.errors.SerializationFailure", "x", HTTP_WRITE, E_BUSY, "conflict"},
		{200, "psycopg2.OperationalError", "FATAL: database \"x\" does not exist",
		 HTTP_READ, E_REFUSED, "no_database"},
		{500, "psycopg2.OperationalError", "server closed the connection", HTTP_WRITE,
		 E_UNSURE, "database_error"},
		{500, "psycopg2.OperationalError", "server closed the connection", HTTP_READ,
		 E_BUSY, "database_error"},
		{500, "psycopg2.errors.UniqueViolation", "barcode", HTTP_WRITE, E_RECORD,
		 "refused_by_odoo"},
		{409, "odoo.exceptions.LockError", "x", HTTP_WRITE, E_BUSY, "locked"},
		{400, "werkzeug.exceptions.BadRequest", "x", HTTP_WRITE, E_REFUSED, "bad_request"},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct odoo_failure f = {rows[i].status, rows[i].name, rows[i].text,
					 rows[i].intent};
		struct err e = {0};

		assert_int_equal(odoo_failure(&f, "m/x (h)", a, &e), rows[i].kind);
		assert_string_equal(e.code, rows[i].code);
		assert_non_null(strstr(e.msg, "m/x (h): "));
	}
}

static void test_failures__a_proxys_page_is_no_opinion(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_failure f = {.status = 502, .intent = HTTP_WRITE};
	struct err e = {0};

	(void)state;
	assert_int_equal(odoo_failure(&f, "x", a, &e), E_OK);
}

static void test_failures__messages_hide_addresses(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_failure f = {422, "odoo.exceptions.UserError", "no: anne@example.com",
				 HTTP_WRITE};
	struct err e = {0};

	(void)state;
	assert_int_equal(odoo_failure(&f, "x", a, &e), E_RECORD);
	assert_null(strstr(e.msg, "anne@"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json2__names_its_arguments),
		cmocka_unit_test(test_jsonrpc__places_what_has_no_name),
		cmocka_unit_test(test_failures__are_what_the_table_says),
		cmocka_unit_test(test_failures__a_proxys_page_is_no_opinion),
		cmocka_unit_test(test_failures__messages_hide_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
