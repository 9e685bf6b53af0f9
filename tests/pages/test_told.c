/* SPDX-License-Identifier: MIT */
/*
 * test_told.c - what --json really prints: each event, and each of its keys,
 * is one that EVENTS of duosock.1 has for it, and each event of the page is
 * seen here, but for the one that needs a reader who stalls.
 */
#include "program/program.h"

#include <stdlib.h>

enum {
    EVENTS_MAX = 32,
    WORD_MAX = 32,
    LIST_MAX = 1024
};

typedef struct event {
    char name[WORD_MAX];
    char keys[LIST_MAX]; /* each between two spaces */
    bool seen;
} event;

static event events[EVENTS_MAX];
static size_t event_count;

/* ---- the page ----------------------------------------------------------- */

static void add_event(const char *line, size_t len)
{
    event *e = &events[event_count++];

    assert_true(event_count <= EVENTS_MAX);
    assert_true(len < sizeof e->name);
    memcpy(e->name, line, len);
}

/* ".Va id , local": the keys of the events from one on. */
static void add_keys(size_t first, const char *line, size_t len)
{
    for (; first < event_count; first++) {
        assert_true(len + 3 < sizeof events[first].keys);
        sprintf(events[first].keys, " %.*s ", (int)len, line);
    }
}

static int read_page(void **state)
{
    char *page = file_read(DUOSOCK_PAGE, NULL);
    char *at = strstr(page, "\n.Ss Events\n");
    char *end = strstr(page, "\n.Ss Keys\n");
    size_t first = 0;
    bool is_list = false; /* keys follow ".br" */

    (void)state;
    assert_non_null(at);
    assert_non_null(end);
    *end = '\0';
    for (at++; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        size_t len = strcspn(at, "\n");

        if (strncmp(at, ".It Cm ", 7) == 0) {
            add_event(at + 7, len - 7);
        } else if (is_list && strncmp(at, ".Va ", 4) == 0) {
            add_keys(first, at + 4, len - 4);
            first = event_count;
        }
        is_list = len == 3 && strncmp(at, ".br", 3) == 0;
    }
    assert_int_equal(first, event_count);
    free(page);
    file_write("empty", "", 0);
    return 0;
}

/* ---- what is printed ---------------------------------------------------- */

static event *find_event(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < event_count; i++) {
        if (strlen(events[i].name) == len &&
            memcmp(events[i].name, name, len) == 0) {
            return &events[i];
        }
    }
    fail_msg("the page has no event %.*s", (int)len, name);
    return NULL;
}

static void check_key(const event *e, const char *key, size_t len)
{
    char word[WORD_MAX + 3];

    assert_true(len < WORD_MAX);
    sprintf(word, " %.*s ", (int)len, key);
    if (strstr(" ts event ", word) == NULL && strstr(e->keys, word) == NULL) {
        fail_msg("the page has no key%sof %s", word, e->name);
    }
}

/* The end of a string that begins at a quote. */
static const char *string_end(const char *at)
{
    for (at++; *at != '"'; at++) {
        assert_int_not_equal(*at, '\0');
        at += *at == '\\';
    }
    return at;
}

static void check_line(const char *line)
{
    static const char mark[] = "\"event\":\"";
    const char *at = strstr(line, mark);
    event *e;

    assert_non_null(at);
    at += sizeof mark - 1;
    e = find_event(at, strcspn(at, "\""));
    e->seen = true;
    for (at = line; *at != '\0' && *at != '\n'; at++) {
        const char *end;

        if (*at != '"') {
            continue;
        }
        end = string_end(at);
        if (end[1] == ':') {
            check_key(e, at + 1, (size_t)(end - at - 1));
        }
        at = end;
    }
}

/* Objects, a line each, and nothing else. */
static void check_lines(const char *text)
{
    assert_int_not_equal(*text, '\0');
    while (*text != '\0') {
        assert_int_equal(strncmp(text, "{\"ts\":\"20", 9), 0);
        check_line(text);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

static void check_events(void)
{
    char *text = file_read(SERVER_EVENTS, NULL);

    check_lines(text);
    free(text);
}

#define CHECK_RUN(expected, in, ...)                                           \
    check_run((expected), (in), (const char *const[]){__VA_ARGS__, NULL})

static void check_run(int code, const char *in, const char *const args[])
{
    run_result r;

    program_run(&r, in, args);
    assert_int_equal(r.code, code);
    check_lines(r.out);
    run_free(&r);
}

/* ---- runs --------------------------------------------------------------- */

static void test_told_by_a_server_and_its_clients(void **state)
{
    server s;

    (void)state;
    file_write("client.in", "hello\n", 6);
    SERVER_START(&s, "--json", "--stats", "50ms", ":0");
    CHECK_RUN(0, "client.in", "connect", "--json", s.address);
    file_wait_for(SERVER_EVENTS, "\"event\":\"close\"");
    file_wait_for(SERVER_EVENTS, "\"accepted\":1,");
    server_stop(&s);
    check_events();
}

static void test_told_by_a_chat(void **state)
{
    server s;

    (void)state;
    SERVER_START(&s, "--json", "--mode", "chat");
    CHECK_RUN(0, "client.in", "chat", "--json", "--nick", "ann", s.address);
    server_stop(&s);
    check_events();
}

static void test_told_of_failures_and_retries(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket nobody = peer_bound(address);

    (void)state;
    CHECK_RUN(3, "empty", "connect", "--json", "--retry", "1", address);
    CHECK_RUN(1, "empty", "send", "--json", "no/such/file", address);
    duos_close(&nobody);
}

/* A proxy that does not begin with a header. */
static void test_told_of_who_is_refused(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--json", "--proxy-protocol", "127.0.0.0/8");
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, "GET / HTTP/1.0\r\n", 16, PATIENCE_MS, NULL));
    file_wait_for(SERVER_EVENTS, "\"event\":\"refused\"");
    duos_close(&peer);
    server_stop(&s);
    check_events();
}

static void test_told_behind_a_proxy(void **state)
{
    static const char header[] = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n";
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--json", "--proxy-protocol", "127.0.0.0/8");
    peer = peer_dial(s.address);
    assert_ok(
        duos_send_all(peer, header, sizeof header - 1, PATIENCE_MS, NULL));
    file_wait_for(SERVER_EVENTS, "\"via\":");
    duos_close(&peer);
    server_stop(&s);
    check_events();
}

static void test_told_of_files(void **state)
{
    static const char *const args[] = {"recv", "--json",      "-o",
                                       "got",  "127.0.0.1:0", NULL};
    static const char mark[] = "\"local\":\"";
    char address[64];
    char *text;
    char *at;
    spawn *receiver;

    (void)state;
    receiver = program_start(args, "empty", SERVER_EVENTS, SERVER_LOG);
    file_wait_for(SERVER_EVENTS, "\"listening\"");
    text = file_read(SERVER_EVENTS, NULL);
    at = strstr(text, mark) + sizeof mark - 1;
    at[strcspn(at, "\"")] = '\0';
    assert_true(strlen(at) < sizeof address);
    strcpy(address, at);
    free(text);
    CHECK_RUN(0, "empty", "send", "--json", "client.in", address);
    assert_int_equal(process_wait(receiver), 0);
    check_events();
}

static void test_told_of_datagrams(void **state)
{
    server s;

    (void)state;
    SERVER_START(&s, "--json", "--stats", "50ms", "--allow-udp-echo",
                 "udp:127.0.0.1:0");
    file_wait_for(SERVER_EVENTS, "\"truncated\":0,");
    server_stop(&s);
    check_events();
}

static void test_told_by_bench(void **state)
{
    server s;

    (void)state;
    SERVER_START(&s, "-q");
    CHECK_RUN(0, "empty", "bench", "--json", "--duration", "200ms", "--stats",
              "50ms", "--clients", "2", s.address);
    CHECK_RUN(0, "client.in", "connect", "--json", "--stats", "10ms",
              s.address);
    server_stop(&s);
}

static void test_told_by_probe_and_selftest(void **state)
{
    (void)state;
    CHECK_RUN(0, "empty", "probe", "--json");
    CHECK_RUN(0, "empty", "selftest", "--json");
}

/* Last: nothing on the page is made up. */
static void test_every_event_of_the_page_was_told(void **state)
{
    size_t i;

    (void)state;
    assert_true(event_count > 10);
    for (i = 0; i < event_count; i++) {
        /* Files never stall; program.streams has pipes that do. */
        if (!events[i].seen && strcmp(events[i].name, "dropped") != 0) {
            fail_msg("nobody told %s", events[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_told_by_a_server_and_its_clients),
        PROGRAM_TEST(test_told_by_a_chat),
        PROGRAM_TEST(test_told_of_failures_and_retries),
        PROGRAM_TEST(test_told_of_who_is_refused),
        PROGRAM_TEST(test_told_behind_a_proxy),
        PROGRAM_TEST(test_told_of_files),
        PROGRAM_TEST(test_told_of_datagrams),
        PROGRAM_TEST(test_told_by_bench),
        PROGRAM_TEST(test_told_by_probe_and_selftest),
        PROGRAM_TEST(test_every_event_of_the_page_was_told),
    };

    return cmocka_run_group_tests(tests, read_page, NULL);
}
