/* SPDX-License-Identifier: MIT */
/*
 * test_chat.c - the room of duosock serve --mode chat on real sockets: what
 * each member hears, whatever the others send, and what duosock chat makes
 * of servers.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

enum {
    HEARD_MAX = 16384
};

/* One who takes part, with what was received and not looked at yet. */
typedef struct guest {
    duos_socket s;
    char heard[HEARD_MAX];
    size_t len;
} guest;

static server room;
static guest ann;
static guest bob;
static guest cat;

static void say_bytes(guest *g, const char *data, size_t len)
{
    assert_ok(duos_send_all(g->s, data, len, PATIENCE_MS, NULL));
}

#define SAY(g, text) say_bytes((g), text, sizeof text - 1)

/* Receives until a line is there; returns it, or NULL at the end. */
static const char *next_line(guest *g)
{
    static char line[HEARD_MAX];
    char *end;
    size_t len;

    while ((end = memchr(g->heard, '\n', g->len)) == NULL) {
        size_t got;
        duos_err err;

        assert_true(g->len < sizeof g->heard);
        err = duos_recv_some(g->s, g->heard + g->len, sizeof g->heard - g->len,
                             PATIENCE_MS, &got);
        if (err == DUOS_EEOF && g->len == 0) {
            return NULL;
        }
        assert_ok(err);
        g->len += got;
    }
    len = (size_t)(end - g->heard);
    memcpy(line, g->heard, len);
    line[len] = '\0';
    g->len -= len + 1;
    memmove(g->heard, end + 1, g->len);
    return line;
}

/* The next line is this one. */
static void hear(guest *g, const char *wanted)
{
    const char *line = next_line(g);

    if (line == NULL) {
        fail_msg("the end instead of: %s", wanted);
    }
    assert_string_equal(line, wanted);
}

static void hear_end(guest *g)
{
    const char *line = next_line(g);

    if (line != NULL) {
        fail_msg("%s instead of the end", line);
    }
}

static void come(guest *g)
{
    g->s = peer_dial(room.address);
    g->len = 0;
}

static void join(guest *g, const char *nick)
{
    char line[256];

    come(g);
    sprintf(line, "%s\n", nick);
    say_bytes(g, line, strlen(line));
    sprintf(line, "* welcome %s", nick);
    hear(g, line);
}

/* Ann and bob in a room. */
static void begin_pair(void)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;

    room.process = NULL;
    ann.s = bob.s = cat.s = none;
    SERVER_START(&room, "--mode", "chat");
    join(&ann, "ann");
    join(&bob, "bob");
    hear(&ann, "* bob joined");
}

static int end_pair(void **state)
{
    duos_close(&ann.s);
    duos_close(&bob.s);
    duos_close(&cat.s);
    if (room.process != NULL) {
        server_stop(&room); /* with 0, so it leaked nothing either */
    }
    return process_kill_all(state);
}

/* ---- lines ------------------------------------------------------------ */

#define TEXT(text) text, sizeof text - 1

static void test_CH1_each_line_arrives_as_one_harmless_line(void **state)
{
    static const struct {
        const char *sent;
        size_t len;
        const char *heard;
    } cases[] = {
        {TEXT("hello\n"), "bob: hello"},
        {TEXT("CRLF\r\n"), "bob: CRLF"},
        {TEXT("\n\r\n\nempty before\n"), "bob: empty before"},
        {TEXT("CR\rinside\n"), "bob: CR\\x0Dinside"},
        {TEXT("two\r\r\n"), "bob: two\\x0D"},
        {TEXT("\0nul\n"), "bob: \\x00nul"},
        {TEXT("tab\there\n"), "bob: tab\\x09here"},
        {TEXT("\033]0;title\a\033[2J\n"), "bob: \\x1B]0;title\\x07\\x1B[2J"},
        {TEXT("\302\205 C1\n"), "bob: \\xC2\\x85 C1"},
        {TEXT("\342\200\256 turned\n"), "bob: \\xE2\\x80\\xAE turned"},
        {TEXT("not \300\257 UTF-8 \303\n"), "bob: not \\xC0\\xAF UTF-8 \\xC3"},
        {TEXT("\377\375\003\377\373\030IAC\n"),
         "bob: \\xFF\\xFD\\x03\\xFF\\xFB\\x18IAC"},
        {TEXT("%s%n%x%p\n"), "bob: %s%n%x%p"},
        {TEXT("J\303\266rg \360\237\230\200\n"),
         "bob: J\303\266rg \360\237\230\200"},
        {TEXT("ann: forged\n"), "bob: ann: forged"},
        {TEXT("* ann left\n"), "bob: * ann left"},
        {TEXT(" /who\n"), "bob:  /who"},
        {TEXT("/me waves\n"), "** bob waves"},
        {TEXT("/me is\a\n"), "** bob is\\x07"},
    };
    size_t i;

    (void)state;
    begin_pair();
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        say_bytes(&bob, cases[i].sent, cases[i].len);
        hear(&ann, cases[i].heard);
    }
    SAY(&ann, "the end\n");
    hear(&bob, "ann: the end"); /* and nothing of its own */
}

static void test_CH1_line_too_long_is_refused_as_a_whole(void **state)
{
    static char line[1030];
    char wanted[1040] = "bob: ";

    (void)state;
    begin_pair();
    memset(line, 'x', sizeof line);
    memcpy(line + 1024, "\r\n", 2);
    say_bytes(&bob, line, 1026);
    memset(wanted + 5, 'x', 1024);
    hear(&ann, wanted);
    memcpy(line + 1024, "x\n", 2);
    say_bytes(&bob, line, 1026);
    SAY(&bob, "short\n");
    hear(&bob, "* line not sent: longer than 1024 bytes");
    hear(&ann, "bob: short");
    memset(line, '\377', 1024);
    memcpy(line + 1024, "\n", 1);
    say_bytes(&bob, line, 1025);
    assert_int_equal(strlen(next_line(&ann)), 5 + 4 * 1024);
}

static void test_CH1_last_line_needs_no_line_feed(void **state)
{
    (void)state;
    begin_pair();
    SAY(&bob, "one\nlast");
    assert_ok(duos_shutdown(bob.s, DUOS_SHUT_SEND));
    hear(&ann, "bob: one");
    hear(&ann, "bob: last");
    hear(&ann, "* bob left");
    hear(&bob, "* goodbye");
    hear_end(&bob);
    file_wait_for(SERVER_LOG, "#2 close");
    server_assert_said(" s, end of stream\n");
}

/* ---- nicks ------------------------------------------------------------ */

static void test_CH2_refused_nicks_tell_why_and_nobody_hears(void **state)
{
    static const struct {
        const char *sent;
        size_t len;
        const char *reason;
    } cases[] = {
        {TEXT("\n"), "empty"},
        {TEXT("BoB\r\n"), "somebody has it"},
        {TEXT("bob \n"), "spaces and characters that nobody sees are not "
                         "allowed"},
        {TEXT("server\n"), "reserved"},
        {TEXT("\377\375\003cat\n"), "not UTF-8"},
    };
    static char kilobyte[1100];
    size_t i;

    (void)state;
    begin_pair();
    come(&cat);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char wanted[128];

        say_bytes(&cat, cases[i].sent, cases[i].len);
        sprintf(wanted, "* nick refused: %s", cases[i].reason);
        hear(&cat, wanted);
    }
    hear(&cat, "* goodbye");
    hear_end(&cat);
    duos_close(&cat.s);
    come(&cat);
    memset(kilobyte, 'k', sizeof kilobyte);
    kilobyte[1023] = '\n';
    say_bytes(&cat, kilobyte, 1024);
    hear(&cat, "* nick refused: longer than 32 characters");
    kilobyte[1023] = 'k';
    kilobyte[1099] = '\n';
    say_bytes(&cat, kilobyte, sizeof kilobyte);
    hear(&cat, "* nick refused: longer than 32 characters");
    SAY(&cat, "%s%n\n");
    hear(&cat, "* welcome %s%n");
    hear(&ann, "* %s%n joined");
}

static void test_CH2_nick_can_be_changed_to_a_free_one(void **state)
{
    (void)state;
    begin_pair();
    SAY(&bob, "/nick ANN\n/nick\n/nick x y\n/nick Bob\n/nick rob\nhi\n");
    hear(&bob, "* nick refused: somebody has it");
    hear(&bob, "* nick refused: empty");
    hear(&bob, "* nick refused: spaces and characters that nobody sees are "
               "not allowed");
    hear(&bob, "* you are now Bob");
    hear(&bob, "* you are now rob");
    hear(&ann, "* bob is now Bob");
    hear(&ann, "* Bob is now rob");
    hear(&ann, "rob: hi");
    join(&cat, "bob");
    hear(&ann, "* bob joined");
}

/* ---- commands --------------------------------------------------------- */

static void test_who_quit_and_unknown_commands_are_answered(void **state)
{
    (void)state;
    begin_pair();
    SAY(&bob, "/who\n/help\n/whoever\n");
    hear(&bob, "* here: ann bob");
    hear(&bob, "* 2 in the room");
    hear(&bob,
         "* unknown command; there are /who, /nick NAME, /me TEXT, /quit");
    hear(&bob,
         "* unknown command; there are /who, /nick NAME, /me TEXT, /quit");
    SAY(&ann, "before\n");
    hear(&bob, "ann: before");
    SAY(&bob, "bye\n/quit\nnever said\n");
    hear(&bob, "* goodbye");
    hear_end(&bob);
    hear(&ann, "bob: bye");
    hear(&ann, "* bob left");
    SAY(&ann, "/who\n");
    hear(&ann, "* here: ann");
    hear(&ann, "* 1 in the room");
}

static void test_who_of_many_comes_in_short_lines(void **state)
{
    static guest many[40];
    char nick[32];
    const char *line;
    size_t names = 0;
    int i;

    (void)state;
    begin_pair();
    for (i = 0; i < 40; i++) {
        sprintf(nick, "member-of-a-large-room-%02d", i);
        join(&many[i], nick);
    }
    join(&cat, "cat");
    SAY(&cat, "/who\n");
    for (line = next_line(&cat); strncmp(line, "* here:", 7) == 0;
         line = next_line(&cat)) {
        assert_true(strlen(line) < 512);
        for (line += 7; *line != '\0'; line++) {
            names += *line == ' ';
        }
    }
    assert_string_equal(line, "* 43 in the room");
    assert_int_equal(names, 43);
    for (i = 0; i < 40; i++) {
        duos_close(&many[i].s);
    }
}

/* ---- order ------------------------------------------------------------ */

/* Three talk at the same time; each hears the two others, in order. */
static void test_CH3_each_hears_each_other_once_and_in_order(void **state)
{
    enum {
        LINES = 300
    };
    guest *all[] = {&ann, &bob, &cat};
    static const char *const names[] = {"ann", "bob", "cat"};
    int next[3][3] = {{0}};
    size_t i;
    int n;

    (void)state;
    begin_pair();
    join(&cat, "cat");
    hear(&ann, "* cat joined");
    hear(&bob, "* cat joined");
    for (n = 0; n < LINES; n++) {
        for (i = 0; i < 3; i++) {
            char line[32];

            sprintf(line, "%d\n", n);
            say_bytes(all[i], line, strlen(line));
        }
    }
    for (i = 0; i < 3; i++) {
        for (n = 0; n < 2 * LINES; n++) {
            const char *line = next_line(all[i]);
            size_t from;

            for (from = 0; strncmp(line, names[from], 3) != 0; from++) {
                assert_true(from < 2);
            }
            assert_true(from != i);
            assert_int_equal(atoi(line + 5), next[i][from]);
            next[i][from]++;
        }
    }
}

/* ---- one who does not read ------------------------------------------- */

static void test_CH4_slow_reader_is_dropped_and_others_hear_all(void **state)
{
    enum {
        LINES = 16000
    };
    static char line[1025];
    int n;

    (void)state;
    begin_pair();
    join(&cat, "cat"); /* reads nothing from here on */
    hear(&ann, "* cat joined");
    hear(&bob, "* cat joined");
    memset(line, 'x', sizeof line);
    line[1024] = '\n';
    for (n = 0; n < LINES; n++) {
        char number[8];
        const char *heard;

        sprintf(number, "%05d", n);
        memcpy(line, number, 5);
        say_bytes(&bob, line, sizeof line);
        heard = next_line(&ann);
        if (strcmp(heard, "* cat left") == 0) {
            break;
        }
        assert_int_equal(strncmp(heard, "bob: ", 5), 0);
        assert_int_equal(atoi(heard + 5), n);
    }
    assert_true(n < LINES);
    file_wait_for(SERVER_LOG, "#3 close");
    server_assert_said("peer stopped reading\n");
    hear(&bob, "* cat left");
}

static void test_CH4_flood_is_slowed_down_and_arrives_whole(void **state)
{
    enum {
        LINES = 3000
    };
    static char flood[LINES * 6];
    uint64_t begin;
    int n;

    (void)state;
    begin_pair();
    for (n = 0; n < LINES; n++) {
        char line[16];

        sprintf(line, "%05d\n", n);
        memcpy(flood + n * 6, line, 6);
    }
    begin = net_now();
    say_bytes(&bob, flood, sizeof flood);
    for (n = 0; n < LINES; n++) {
        char wanted[16];

        sprintf(wanted, "bob: %05d", n);
        hear(&ann, wanted);
    }
    SAY(&bob, "later\n"); /* 3,000 lines, of which 1,000 are on credit */
    hear(&ann, "bob: later");
    assert_waited_at_least(begin, 1500);
}

/* ---- the end ---------------------------------------------------------- */

static void test_stop_tells_all_and_ends_with_0(void **state)
{
    (void)state;
    begin_pair();
    if (!spawn_ask_to_stop(room.process, false)) {
        skip_because("one process cannot ask another one to stop");
    }
    assert_int_equal(process_wait(room.process), 0);
    room.process = NULL;
    hear(&ann, "* the server is closing");
    hear(&bob, "* the server is closing");
    hear_end(&ann);
    hear_end(&bob);
}

static void test_drop_without_a_word_is_told(void **state)
{
    (void)state;
    begin_pair();
    net_reset(&bob.s);
    hear(&ann, "* bob left");
    join(&bob, "BOB");
    hear(&ann, "* BOB joined");
}

static void test_small_queue_and_short_lines_hold(void **state)
{
    (void)state;
    begin_pair();
    SERVER_START(&room, "--mode", "chat", "--max-queue", "1K", "--max-line",
                 "10");
    join(&cat, "cat");
    SAY(&cat, "1234567890\n12345678901\n\001\002\003\004\n");
    hear(&cat, "* line not sent: longer than 10 bytes");
    duos_close(&bob.s);
    join(&bob, "bob");
    hear(&cat, "* bob joined");
    SAY(&cat, "\001\002\003\004\n");
    hear(&bob, "cat: \\x01\\x02\\x03\\x04");
}

/* ---- duosock chat ----------------------------------------------------- */

static void test_CL1_chat_says_its_lines_and_prints_the_others(void **state)
{
    run_result r;

    (void)state;
    begin_pair();
    file_write("chat.in", TEXT("hi\r\n\nesc \033\nlast"));
    PROGRAM_RUN(&r, "chat.in", "chat", room.address, "--nick", "cat");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "* welcome cat\n* goodbye\n");
    assert_string_equal(r.err, "");
    hear(&ann, "* cat joined");
    hear(&ann, "cat: hi");
    hear(&ann, "cat: esc \\x1B");
    hear(&ann, "cat: last");
    hear(&ann, "* cat left");
    run_free(&r);
}

static void test_CL2_chat_does_not_send_lines_that_are_too_long(void **state)
{
    size_t size = 1 << 20;
    char *text = malloc(size);
    run_result r;

    (void)state;
    begin_pair();
    assert_non_null(text);
    memset(text, 'x', size);
    memcpy(text, "first\n", 6);
    memcpy(text + size - 8, "\n\0last\xff\n", 8);
    file_write("chat.in", text, size);
    free(text);
    PROGRAM_RUN(&r, "chat.in", "chat", room.address, "--nick", "cat");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "line not sent: longer than 1024 bytes\n");
    hear(&ann, "* cat joined");
    hear(&ann, "cat: first");
    hear(&ann, "cat: \\x00last\\xFF");
    run_free(&r);
}

static void test_chat_with_a_refused_nick_exits_6(void **state)
{
    run_result r;

    (void)state;
    begin_pair();
    PROGRAM_RUN(&r, "empty", "chat", room.address, "--nick", "BOB");
    assert_int_equal(r.code, 6);
    assert_contains(r.err, ": nick refused: somebody has it\n");
    assert_string_equal(r.out, "");
    run_free(&r);
}

static void test_chat_without_a_good_nick_exits_2(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "chat", "127.0.0.1:1");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "--nick NAME: missing");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "chat", "127.0.0.1:1", "--nick", "a:b");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "--nick NAME: a colon is not allowed");
    run_free(&r);
}

/* What becomes of a client whose server answers so, then closes or resets. */
static void check_client(const char *answer, size_t len, bool reset, int code,
                         const char *out, const char *err)
{
    static const char *const args[] = {"chat", NULL, "--nick", "cat", NULL};
    const char *full[5];
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    duos_socket peer;
    char nick[4];
    spawn *client;
    char *text;

    memcpy(full, args, sizeof full);
    full[1] = address;
    client = program_start(full, SPAWN_PIPE, "chat.out", "chat.err");
    peer = peer_accept(listener);
    assert_ok(duos_recv_exact(peer, nick, 4, PATIENCE_MS, NULL));
    assert_memory_equal(nick, "cat\n", 4);
    assert_ok(duos_send_all(peer, answer, len, PATIENCE_MS, NULL));
    if (reset) {
        file_wait_for("chat.out", "\n");
        net_reset(&peer);
    }
    duos_close(&peer);
    assert_int_equal(process_wait(client), code);
    text = file_read("chat.out", NULL);
    assert_string_equal(text, out);
    free(text);
    text = file_read("chat.err", NULL);
    assert_contains(text, err);
    free(text);
    duos_close(&listener);
}

static void test_CL3_chat_does_not_trust_its_server(void **state)
{
    static char endless[9000];

    (void)state;
    file_write("empty", "", 0);
    memset(endless, 'x', sizeof endless);
    memcpy(endless, "* welcome cat\n", 14);
    check_client(TEXT("* welcome cat\r\nunfinished"), false, 0,
                 "* welcome cat\nunfinished\n", "");
    check_client(TEXT(""), false, 6, "", "hint: the nick was not accepted");
    check_client(TEXT("cat\n"), false, 6, "",
                 "this is no chat; it answered: "
                 "cat\n");
    check_client(TEXT("* no\033[2J\n"), false, 6, "", ": no\\x1B[2J\n");
    check_client(endless, sizeof endless, false, 6, "* welcome cat\n",
                 "protocol error");
}

static void test_chat_whose_server_resets_exits_1(void **state)
{
    (void)state;
    if (os_is_wine()) {
        skip_because("Wine shows a reset as the end of the stream");
    }
    check_client(TEXT("* welcome cat\n"), true, 1, "* welcome cat\n",
                 "connection reset by peer");
}

static void test_chat_with_every_poller(void **state)
{
    duos_poller_backend list[8];
    size_t count = duos_poller_backends(list, 8);
    size_t i;

    (void)state;
    begin_pair();
    file_write("chat.in", TEXT("hi\n"));
    for (i = 0; i < count; i++) {
        const char *name = duos_poller_backend_name(list[i]);
        run_result r;

        PROGRAM_RUN(&r, "chat.in", "chat", room.address, "--nick", "cat",
                    "--poller", name);
        assert_int_equal(r.code, 0);
        hear(&ann, "* cat joined");
        hear(&ann, "cat: hi");
        hear(&ann, "* cat left");
        run_free(&r);
    }
}

/* Begins with begin_pair. */
#define ROOM_TEST(test) cmocka_unit_test_teardown(test, end_pair)

/* ---- who is refused ---------------------------------------------------- */

static void check_refused(server *s, const char *line)
{
    char text[64] = "";
    duos_socket late = peer_dial(s->address);

    assert_ok(duos_recv_exact(late, text, strlen(line), PATIENCE_MS, NULL));
    assert_string_equal(text, line);
    assert_int_equal(peer_drain(late), 0);
    duos_close(&late);
}

static void check_full(const char *option, const char *line)
{
    char said[96];
    server s;
    duos_socket first;
    run_result r;

    SERVER_START(&s, "--mode", "chat", option, "1");
    first = peer_dial(s.address);
    file_wait_for(SERVER_LOG, "#1 open");
    check_refused(&s, line);
    PROGRAM_RUN(&r, "empty", "chat", s.address, "--nick", "bob");
    sprintf(said, "chat %s: %s", s.address, line + 2);
    assert_int_equal(r.code, 6);
    assert_contains(r.err, said);
    run_free(&r);
    duos_close(&first);
    server_stop(&s);
}

static void test_chat_tells_who_is_refused_why(void **state)
{
    server s;

    (void)state;
    file_write("empty", "", 0);
    check_full("--max-clients", "* the room is full\n");
    check_full("--max-clients-per-address",
               "* too many from your address are in the room\n");
    SERVER_START(&s, "--mode", "chat", "--deny", "127.0.0.0/8");
    check_refused(&s, "* your address may not come in\n");
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_CH1_each_line_arrives_as_one_harmless_line),
        ROOM_TEST(test_CH1_line_too_long_is_refused_as_a_whole),
        ROOM_TEST(test_CH1_last_line_needs_no_line_feed),
        ROOM_TEST(test_CH2_refused_nicks_tell_why_and_nobody_hears),
        ROOM_TEST(test_CH2_nick_can_be_changed_to_a_free_one),
        ROOM_TEST(test_who_quit_and_unknown_commands_are_answered),
        ROOM_TEST(test_who_of_many_comes_in_short_lines),
        ROOM_TEST(test_CH3_each_hears_each_other_once_and_in_order),
        ROOM_TEST(test_CH4_slow_reader_is_dropped_and_others_hear_all),
        ROOM_TEST(test_CH4_flood_is_slowed_down_and_arrives_whole),
        ROOM_TEST(test_stop_tells_all_and_ends_with_0),
        ROOM_TEST(test_drop_without_a_word_is_told),
        ROOM_TEST(test_small_queue_and_short_lines_hold),
        ROOM_TEST(test_CL1_chat_says_its_lines_and_prints_the_others),
        ROOM_TEST(test_CL2_chat_does_not_send_lines_that_are_too_long),
        ROOM_TEST(test_chat_with_a_refused_nick_exits_6),
        ROOM_TEST(test_chat_with_every_poller),
        PROGRAM_TEST(test_chat_without_a_good_nick_exits_2),
        PROGRAM_TEST(test_CL3_chat_does_not_trust_its_server),
        PROGRAM_TEST(test_chat_whose_server_resets_exits_1),
        PROGRAM_TEST(test_chat_tells_who_is_refused_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
