/* SPDX-License-Identifier: MIT */
/*
 * test_json.c - lines of JSON hold what they were given, whatever that is; a
 * small strict parser that knows nothing of json.c reads them. And the times
 * that go with them.
 */
#include "cli/json.h"
#include "cli/stamp.h"

#include "support/check.h"

/* ---- a parser: one object of plain values ------------------------------ */

static bool parse_string(const unsigned char **at)
{
    if (*(*at)++ != '"') {
        return false;
    }
    while (**at != '"') {
        if (**at < 0x20) {
            return false;
        }
        if (**at == '\\') {
            (*at)++;
            if (strchr("\"\\/bfnrt", **at) == NULL || **at == '\0') {
                return false;
            }
        }
        (*at)++;
    }
    (*at)++;
    return true;
}

static bool parse_digits(const unsigned char **at)
{
    const unsigned char *begin = *at;

    while (**at >= '0' && **at <= '9') {
        (*at)++;
    }
    return *at > begin;
}

static bool parse_number(const unsigned char **at)
{
    if (**at == '-') {
        (*at)++;
    }
    if (**at == '0' && (*at)[1] >= '0' && (*at)[1] <= '9') {
        return false;
    }
    if (!parse_digits(at)) {
        return false;
    }
    if (**at == '.') {
        (*at)++;
        return parse_digits(at);
    }
    return true;
}

static bool parse_value(const unsigned char **at)
{
    static const char *const words[] = {"true", "false"};
    size_t i;

    if (**at == '"') {
        return parse_string(at);
    }
    for (i = 0; i < 2; i++) {
        size_t len = strlen(words[i]);

        if (strncmp((const char *)*at, words[i], len) == 0) {
            *at += len;
            return true;
        }
    }
    return parse_number(at);
}

/* How many bytes follow the first one of a character; -1: it is none. */
static int tail_of(unsigned char lead)
{
    if (lead < 0x80) {
        return 0;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return -1;
    }
    return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
}

/* Whether a text is UTF-8 without a control character, as a log wants it. */
static bool is_clean(const unsigned char *at)
{
    while (*at != '\0') {
        int more = tail_of(*at);

        if (more < 0 || *at == 0x7F || (*at < 0x20 && *at != '\n')) {
            return false;
        }
        for (at++; more > 0; more--, at++) {
            if ((*at & 0xC0) != 0x80) {
                return false;
            }
        }
    }
    return true;
}

static bool is_object(const char *line)
{
    const unsigned char *at = (const unsigned char *)line;

    if (!is_clean(at) || *at++ != '{') {
        return false;
    }
    if (*at != '}') {
        for (;;) {
            if (!parse_string(&at) || *at++ != ':' || !parse_value(&at)) {
                return false;
            }
            if (*at != ',') {
                break;
            }
            at++;
        }
    }
    return strcmp((const char *)at, "}\n") == 0;
}

/* ---- tests -------------------------------------------------------------- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static char line[4096];

/* Ends the line; checks its length, and makes a string of it. */
static bool end_line(json *j, size_t cap)
{
    size_t len = 0;
    bool whole = json_end(j, &len);

    assert_true(len <= cap);
    line[len] = '\0';
    assert_int_equal(strlen(line), len);
    assert_true(is_object(line));
    return whole;
}

static void test_parser_refuses_what_is_not_json(void **state)
{
    (void)state;
    assert_true(is_object("{\"a\":1,\"b\":\"x\\\\\"}\n"));
    assert_false(is_object("{\"a\":1}"));
    assert_false(is_object("{\"a\":01}\n"));
    assert_false(is_object("{\"a\":\"\\x41\"}\n"));
    assert_false(is_object("{\"a\":1,}\n"));
    assert_false(is_object("{\"a\":\"\n\"}\n"));
    assert_false(is_object("{\"a\":\"\377\"}\n"));
}

static void test_json_writes_each_kind_of_member(void **state)
{
    json j;

    (void)state;
    json_begin(&j, line, sizeof line);
    json_text(&j, "event", "open");
    json_int(&j, "least", INT64_MIN);
    json_uint(&j, "most", UINT64_MAX);
    json_seconds(&j, "seconds", 1203);
    json_bool(&j, "yes", true);
    json_bool(&j, "no", false);
    json_bytes(&j, "none", NULL, 0);
    assert_true(end_line(&j, sizeof line));
    assert_string_equal(line,
                        "{\"event\":\"open\",\"least\":-9223372036854775808"
                        ",\"most\":18446744073709551615,\"seconds\":1.203"
                        ",\"yes\":true,\"no\":false,\"none\":\"\"}\n");
}

static void test_json_empty_object_is_one(void **state)
{
    json j;

    (void)state;
    json_begin(&j, line, 64);
    assert_true(end_line(&j, 64));
    assert_string_equal(line, "{}\n");
}

static void test_json_escapes_for_json_and_for_terminals(void **state)
{
    static const char odd[] = "a\"b\\c\nd\te\033[2J\302\233\303\251\000\377"
                              "\342\200\256\177\r\342\202";
    json j;

    (void)state;
    json_begin(&j, line, sizeof line);
    json_bytes(&j, "text", odd, sizeof odd - 1);
    assert_true(end_line(&j, sizeof line));
    assert_string_equal(
        line, "{\"text\":\"a\\\"b\\\\c\\nd\\te\\\\x1B[2J\\\\xC2\\\\x9B\303\251"
              "\\\\x00\\\\xFF\\\\xE2\\\\x80\\\\xAE\\\\x7F\\\\x0D\\\\xE2\\\\x82"
              "\"}\n");
}

static void test_json_random_bytes_stay_valid_in_any_room(void **state)
{
    uint32_t seed = 7;
    int round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        unsigned char bytes[300];
        size_t len = next_random(&seed) % sizeof bytes;
        size_t cap = 64 + next_random(&seed) % 1400;
        json j;
        size_t i;

        for (i = 0; i < len; i++) {
            bytes[i] = (unsigned char)next_random(&seed);
            if (next_random(&seed) % 4 == 0) {
                bytes[i] = (unsigned char)"\"\\\n\342\200\256\303{"[i % 8];
            }
        }
        memset(line, 'x', sizeof line);
        json_begin(&j, line, cap);
        json_bytes(&j, "first", bytes, len);
        json_uint(&j, "second", len);
        json_bytes(&j, "third", bytes, len / 2);
        (void)end_line(&j, cap);
    }
}

static void test_json_leaves_out_what_does_not_fit(void **state)
{
    char long_text[100];
    json j;

    (void)state;
    memset(long_text, 'y', sizeof long_text);
    json_begin(&j, line, 64);
    json_text(&j, "event", "data");
    json_bytes(&j, "text", long_text, sizeof long_text);
    json_int(&j, "bytes", 100);
    assert_false(end_line(&j, 64));
    assert_string_equal(line, "{\"event\":\"data\",\"bytes\":100}\n");
}

static void test_json_fills_its_room_to_the_last_byte(void **state)
{
    char text[100];
    json j;
    size_t len;

    (void)state;
    memset(text, 'z', sizeof text);
    for (len = 54; len <= 58; len++) { /* {"t":""} and the line feed: 9 */
        json_begin(&j, line, 64);
        json_bytes(&j, "t", text, len);
        assert_int_equal(end_line(&j, 64), len <= 55);
    }
}

static void check_stamp(int64_t ms, const char *wanted)
{
    char text[STAMP_MAX];

    stamp_write(text, ms);
    assert_string_equal(text, wanted);
}

static void test_stamp_knows_the_calendar(void **state)
{
    (void)state;
    check_stamp(0, "1970-01-01T00:00:00.000Z");
    check_stamp(INT64_C(951782399999), "2000-02-28T23:59:59.999Z");
    check_stamp(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    check_stamp(INT64_C(951868800000), "2000-03-01T00:00:00.000Z");
    check_stamp(INT64_C(1709164800000), "2024-02-29T00:00:00.000Z");
    check_stamp(INT64_C(1735689599999), "2024-12-31T23:59:59.999Z");
    check_stamp(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
    check_stamp(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
    check_stamp(INT64_MAX, "9999-12-31T23:59:59.999Z");
    check_stamp(-1, "1970-01-01T00:00:00.000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parser_refuses_what_is_not_json),
        cmocka_unit_test(test_json_writes_each_kind_of_member),
        cmocka_unit_test(test_json_empty_object_is_one),
        cmocka_unit_test(test_json_escapes_for_json_and_for_terminals),
        cmocka_unit_test(test_json_random_bytes_stay_valid_in_any_room),
        cmocka_unit_test(test_json_leaves_out_what_does_not_fit),
        cmocka_unit_test(test_json_fills_its_room_to_the_last_byte),
        cmocka_unit_test(test_stamp_knows_the_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
