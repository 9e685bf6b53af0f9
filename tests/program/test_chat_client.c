/* SPDX-License-Identifier: MIT */
/*
 * test_chat_client.c - duosock chat: what it sends and prints, and what it
 * makes of servers.
 */
#include "guest.h"

#include "support/net.h"

#include <stdlib.h>

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
    PROGRAM_RUN(&r, "empty", "chat", room.address, "--nick", "BOB", "--json");
    assert_int_equal(r.code, 6);
    assert_contains(r.err, ": nick refused: somebody has it\n");
    assert_contains(r.out, "\"event\":\"error\",\"text\":\"chat 127.0.0.1:");
    assert_contains(r.out, "somebody has it\",\"error\":\"EPROTO\"");
    assert_contains(r.out, "\"text\":\"protocol error\",\"error\":\"EPROTO\"");
    run_free(&r);
}

/* It takes connections, as whoever listens for something else does. */
static void test_chat_whose_server_is_mute_exits_5(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-q", "--mode", "discard");
    PROGRAM_RUN(&r, "empty", "chat", s.address, "--nick", "cat", "--idle",
                "200ms");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, ": peer was silent for too long (EIDLE)\n");
    assert_null(strstr(r.err, "hint: "));
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "chat", s.address, "--nick", "cat", "--timeout",
                "300ms");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, ": timed out (");
    assert_null(strstr(r.err, "hint: "));
    run_free(&r);
    server_stop(&s);
}

/* Once it has answered, there is no limit but --idle. */
static void test_chat_whose_server_becomes_mute_exits_5(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"chat", address,  "--nick", "cat", "--timeout",
                          "1s",   "--idle", "1500ms", NULL};
    spawn *client;
    duos_socket peer;

    (void)state;
    client = program_start(args, SPAWN_PIPE, "chat.out", "chat.err");
    peer = peer_accept(listener);
    assert_ok(duos_send_all(peer, TEXT("* welcome cat\n"), PATIENCE_MS, NULL));
    assert_int_equal(process_wait(client), 5);
    file_wait_for("chat.err", ": peer was silent for too long (EIDLE)\n");
    duos_close(&peer);
    duos_close(&listener);
}

/* Letters that no code page of Windows' west has. */
static void test_chat_with_a_nick_beyond_ascii(void **state)
{
    run_result r;

    (void)state;
    begin_pair();
    PROGRAM_RUN(&r, "empty", "chat", room.address, "--nick",
                "\345\255\227\303\251");
    assert_int_equal(r.code, 0);
    assert_contains(r.out, "* welcome \345\255\227\303\251\n");
    hear(&ann, "* \345\255\227\303\251 joined");
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
    memset(endless, 'x', sizeof endless);
    check_client(TEXT("* welcome cat\r\nunfinished"), false, 0,
                 "* welcome cat\nunfinished\n", "");
    check_client(TEXT(""), false, 6, "", "hint: the nick was not accepted");
    check_client(TEXT("cat\n"), false, 6, "",
                 "this is no chat; it answered: "
                 "cat\n");
    check_client(TEXT("* no\033[2J\n"), false, 6, "", ": no\\x1B[2J\n");
    check_client(endless, sizeof endless, false, 6, "",
                 ": protocol error (EPROTO");
}

/* Which the room may allow its members, and any of them may send. */
static void test_chat_skips_lines_that_are_too_long(void **state)
{
    static char endless[9000];

    (void)state;
    memset(endless, 'x', sizeof endless);
    memcpy(endless, "* welcome cat\n", 14);
    memcpy(endless + sizeof endless - 6, "\nnext\n", 6);
    check_client(endless, sizeof endless, false, 0, "* welcome cat\nnext\n",
                 "note: a line longer than 8192 bytes was skipped\n");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_CL1_chat_says_its_lines_and_prints_the_others),
        ROOM_TEST(test_CL2_chat_does_not_send_lines_that_are_too_long),
        ROOM_TEST(test_chat_with_a_refused_nick_exits_6),
        ROOM_TEST(test_chat_with_a_nick_beyond_ascii),
        PROGRAM_TEST(test_chat_without_a_good_nick_exits_2),
        PROGRAM_TEST(test_chat_whose_server_is_mute_exits_5),
        PROGRAM_TEST(test_chat_whose_server_becomes_mute_exits_5),
        PROGRAM_TEST(test_chat_skips_lines_that_are_too_long),
        PROGRAM_TEST(test_CL3_chat_does_not_trust_its_server),
        PROGRAM_TEST(test_chat_whose_server_resets_exits_1),
        ROOM_TEST(test_chat_with_every_poller),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
