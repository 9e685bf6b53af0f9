/* SPDX-License-Identifier: MIT */
/*
 * test_chat_limits.c - the room of duosock serve --mode chat where it is full,
 * ends, or has members who do not read, do not finish a line, flood it or drop
 * out.
 */
#include "guest.h"

#include "support/net.h"

#include <stdlib.h>

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
        guest_say(&bob, line, sizeof line);
        heard = next_line(&ann);
        if (strcmp(heard, "* cat left") == 0) {
            break;
        }
        assert_int_equal(strncmp(heard, "bob: ", 5), 0);
        assert_int_equal(atoi(heard + 5), n);
    }
    assert_true(n < LINES);
    file_wait_for(SERVER_LOG, "#3 close");
    server_assert_said("peer stopped reading (ESTALLED)\n");
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
    guest_say(&bob, flood, sizeof flood);
    for (n = 0; n < LINES; n++) {
        char wanted[16];

        sprintf(wanted, "bob: %05d", n);
        hear(&ann, wanted);
    }
    SAY(&bob, "later\n"); /* 3,000 lines, of which 1,000 are on credit */
    hear(&ann, "bob: later");
    assert_waited_at_least(begin, 1500);
}

/* ---- one who does not finish ------------------------------------------ */

/* A byte now and then, until the room has had enough of it. */
static void trickle(guest *g)
{
    const char byte = 'x';
    uint64_t begin = net_now();

    while (duos_wait(g->s, DUOS_READ, 20, NULL) == DUOS_ETIMEDOUT) {
        assert_waited_less_than(begin, PATIENCE_MS);
        guest_say(g, &byte, 1);
    }
}

static void test_ST8_line_that_is_not_finished_ends_its_member(void **state)
{
    (void)state;
    begin_pair();
    SERVER_START(&room, "--mode", "chat", "--line-timeout", "200ms", "--stats",
                 "20ms");
    duos_close(&bob.s);
    join(&bob, "bob"); /* says nothing: that is no line */
    join(&cat, "cat");
    hear(&bob, "* cat joined");
    SAY(&cat, "a line\n");
    hear(&bob, "cat: a line");
    trickle(&cat);
    hear(&cat, "* line not finished in time");
    hear(&cat, "* goodbye");
    hear_end(&cat);
    hear(&bob, "* cat left");
    file_wait_for(SERVER_LOG, ", 1 lines not finished");
    SAY(&bob, "/who\n");
    hear(&bob, "* here: bob");
}

static void test_ST8_nick_that_is_not_finished_ends_its_guest(void **state)
{
    (void)state;
    begin_pair();
    SERVER_START(&room, "--mode", "chat", "--line-timeout", "200ms");
    come(&cat);
    trickle(&cat);
    hear(&cat, "* nick not finished in time");
    hear(&cat, "* goodbye");
    hear_end(&cat);
}

static void test_line_that_is_too_long_is_counted(void **state)
{
    (void)state;
    begin_pair();
    SERVER_START(&room, "--mode", "chat", "--max-line", "10", "--stats",
                 "20ms");
    join(&cat, "cat");
    SAY(&cat, "12345678901\n");
    hear(&cat, "* line not sent: longer than 10 bytes");
    file_wait_for(SERVER_LOG, ", 1 lines too long");
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

/* As long as the program allows for this queue, and each byte escaped. */
static void test_longest_line_fits_the_smallest_queue(void **state)
{
    enum {
        LONGEST = 192
    };
    char line[LONGEST + 1];
    char wanted[5 + 4 * LONGEST + 1] = "ann: ";
    int i;

    (void)state;
    begin_pair();
    SERVER_START(&room, "--mode", "chat", "--max-queue", "1K", "--max-line",
                 "192");
    duos_close(&ann.s);
    duos_close(&bob.s);
    join(&ann, "ann");
    join(&bob, "bob");
    for (i = 0; i < LONGEST; i++) {
        line[i] = '\001';
        strcat(wanted, "\\x01");
    }
    line[LONGEST] = '\n';
    guest_say(&ann, line, sizeof line);
    hear(&bob, wanted);
}

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
        ROOM_TEST(test_CH4_slow_reader_is_dropped_and_others_hear_all),
        ROOM_TEST(test_CH4_flood_is_slowed_down_and_arrives_whole),
        ROOM_TEST(test_ST8_line_that_is_not_finished_ends_its_member),
        ROOM_TEST(test_ST8_nick_that_is_not_finished_ends_its_guest),
        ROOM_TEST(test_line_that_is_too_long_is_counted),
        ROOM_TEST(test_stop_tells_all_and_ends_with_0),
        ROOM_TEST(test_drop_without_a_word_is_told),
        ROOM_TEST(test_small_queue_and_short_lines_hold),
        ROOM_TEST(test_longest_line_fits_the_smallest_queue),
        PROGRAM_TEST(test_chat_tells_who_is_refused_why),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
