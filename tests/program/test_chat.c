/* SPDX-License-Identifier: MIT */
/*
 * test_chat.c - the room of duosock serve --mode chat on real sockets: what
 * each member hears, whatever the others send.
 */
#include "guest.h"

#include <stdlib.h>

/* ---- lines ------------------------------------------------------------ */

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
        guest_say(&bob, cases[i].sent, cases[i].len);
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
    guest_say(&bob, line, 1026);
    memset(wanted + 5, 'x', 1024);
    hear(&ann, wanted);
    memcpy(line + 1024, "x\n", 2);
    guest_say(&bob, line, 1026);
    SAY(&bob, "short\n");
    hear(&bob, "* line not sent: longer than 1024 bytes");
    hear(&ann, "bob: short");
    memset(line, '\377', 1024);
    memcpy(line + 1024, "\n", 1);
    guest_say(&bob, line, 1025);
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

        guest_say(&cat, cases[i].sent, cases[i].len);
        sprintf(wanted, "* nick refused: %s", cases[i].reason);
        hear(&cat, wanted);
    }
    hear(&cat, "* goodbye");
    hear_end(&cat);
    duos_close(&cat.s);
    come(&cat);
    memset(kilobyte, 'k', sizeof kilobyte);
    kilobyte[1023] = '\n';
    guest_say(&cat, kilobyte, 1024);
    hear(&cat, "* nick refused: longer than 32 characters");
    kilobyte[1023] = 'k';
    kilobyte[1099] = '\n';
    guest_say(&cat, kilobyte, sizeof kilobyte);
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
            guest_say(all[i], line, strlen(line));
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
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
