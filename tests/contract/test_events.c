/* SPDX-License-Identifier: MIT */
/*
 * test_events.c - the table of events: what a poller reports in each
 * situation for each interest, compared with events.txt, and the exceptions
 * that the kernels force. DUOSOCK_EVENTS names that file; on a machine that did
 * not build this it lies in the current folder.
 *
 * With an argument it prints the table of the backend under test instead.
 */
#include "contract/situations.h"

#include <stdlib.h>

#include <duosock/poller.h>

/* How long nothing must happen where nothing is to be told. */
#define QUIET_MS 20

/* How long a system may take until it tells what is to be told. */
#define LATE_MS 3000

#define PROMISED ((unsigned)(DUOS_READ | DUOS_WRITE))

static const unsigned interests[] = {DUOS_READ, DUOS_WRITE, PROMISED, 0};
#define INTERESTS 4

/* ---- words ------------------------------------------------------------- */

static const struct {
    unsigned event;
    char letter;
} letters[] = {
    {DUOS_READ, 'r'}, {DUOS_WRITE, 'w'}, {DUOS_ERROR, 'e'}, {DUOS_HANGUP, 'h'}};

static const char *text_of(unsigned events)
{
    static char text[8];
    size_t n = 0;
    size_t i;

    for (i = 0; i < 4; i++) {
        if ((events & letters[i].event) != 0) {
            text[n++] = letters[i].letter;
        }
    }
    if (n == 0) {
        text[n++] = '-';
    }
    text[n] = '\0';
    return text;
}

/* "-" is 0; false for a letter that is none. */
static bool events_of(const char *text, unsigned *events)
{
    size_t i;

    *events = 0;
    for (; *text != '\0'; text++) {
        for (i = 0; i < 4 && letters[i].letter != *text; i++) {
        }
        if (i < 4) {
            *events |= letters[i].event;
        } else if (*text != '-') {
            return false;
        }
    }
    return true;
}

/* ---- what happens ------------------------------------------------------ */

/* One wait for the one socket that is watched. */
static unsigned wait_once(stage *s, int64_t timeout_ms)
{
    duos_poll_event events[4];
    size_t n = 0;

    assert_ok(duos_poller_wait(s->poller, events, 4, timeout_ms, &n));
    if (n == 0) {
        return 0;
    }
    assert_int_equal(n, 1);
    assert_true(events[0].token.value == s->token.value);
    return events[0].events;
}

static void begin(stage *s, const situation *what, unsigned interest)
{
    const stage empty = {{-1}, {-1}, {-1}, NULL, {0}};

    *s = empty;
    assert_ok(duos_poller_create(NULL, &s->poller));
    what->set(s);
    assert_ok(
        duos_poller_add(s->poller, s->watched, interest, NULL, &s->token));
    if (what->meanwhile != NULL) {
        (void)wait_once(s, 0);
        what->meanwhile(s);
    }
}

static void end(stage *s)
{
    duos_poller_destroy(s->poller);
    net_close(&s->watched);
    net_close(&s->peer);
    net_close(&s->third);
}

/*
 * What is told, and told again by the next wait. A system may be late with
 * wanted; it is given time, and then told as it is.
 */
static unsigned look(const situation *what, unsigned interest, unsigned wanted)
{
    uint64_t begun = net_now();
    unsigned seen;
    stage s;

    begin(&s, what, interest);
    do {
        seen = wait_once(&s, QUIET_MS);
        seen = seen == wait_once(&s, QUIET_MS) ? seen : ~wanted;
    } while (seen != wanted && net_now() - begun < (uint64_t)LATE_MS * 1000000);
    end(&s);
    return seen & (PROMISED | DUOS_ERROR | DUOS_HANGUP);
}

/* ---- the golden file --------------------------------------------------- */

static unsigned golden[64][INTERESTS];
static bool known[64];
static unsigned exceptions;

static size_t situation_named(const char *name)
{
    size_t i;

    for (i = 0; i < situation_count; i++) {
        if (strcmp(situations[i].name, name) == 0) {
            break;
        }
    }
    return i;
}

static void not_understood(const char *what)
{
    print_error("events.txt: not understood: %s\n", what);
    fail();
}

/* "situation r w rw 0": what is told for each interest. */
static void read_row(const char *name, char *fields)
{
    size_t row = situation_named(name);
    size_t i;

    if (row == situation_count) {
        not_understood(name);
    }
    for (i = 0; i < INTERESTS; i++) {
        char *word = strtok(i == 0 ? fields : NULL, " \n");

        if (word == NULL || !events_of(word, &golden[row][i])) {
            not_understood(name);
        }
    }
    known[row] = true;
}

/* where: a system, or *, and then perhaps -backend. */
static bool is_about_us(const char *where)
{
    const char *backend = getenv("DUOSOCK_POLLER");
    size_t len = strcspn(where, "-");

    if (strncmp(where, "wine", len) == 0 && !os_is_wine()) {
        return false;
    }
    if (strncmp(where, "windows", len) == 0 && !os_is_windows()) {
        return false;
    }
    if (strncmp(where, "posix", len) == 0 && os_is_windows()) {
        return false;
    }
    return where[len] == '\0' ||
           (backend != NULL && strcmp(where + len + 1, backend) == 0);
}

/* Whether a name is in a list with commas, or the list is "*". */
static bool is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    const char *at = strstr(list, name);

    return strcmp(list, "*") == 0 ||
           (at != NULL && (at == list || at[-1] == ',') &&
            (at[len] == ',' || at[len] == '\0'));
}

/* What an exception takes away and what it adds, wherever interest is. */
static void except_row(size_t row, unsigned lacks, unsigned gets)
{
    size_t i;

    for (i = 0; i < INTERESTS; i++) {
        if (interests[i] != 0) {
            golden[row][i] &= ~lacks;
            golden[row][i] |= gets & (interests[i] | ~PROMISED);
        }
    }
}

/* "except where situations lacks gets: reason" */
static void read_exception(char *fields)
{
    const char *where = strtok(fields, " ");
    const char *names = strtok(NULL, " ");
    const char *lacks_text = strtok(NULL, " ");
    const char *gets_text = strtok(NULL, ":");
    const char *reason = strtok(NULL, "\n");
    unsigned lacks, gets;
    size_t row;

    if (reason == NULL || !events_of(lacks_text, &lacks) ||
        !events_of(gets_text, &gets)) {
        not_understood("except");
    }
    exceptions++;
    if (!is_about_us(where)) {
        return;
    }
    for (row = 0; row < situation_count; row++) {
        if (is_listed(names, situations[row].name)) {
            except_row(row, lacks, gets);
        }
    }
}

static void read_golden(void)
{
    FILE *file = fopen(DUOSOCK_EVENTS, "r");
    char line[512];

    if (file == NULL) {
        file = fopen("events.txt", "r");
    }
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest = strchr(line, ' ');

        if (line[0] == '#' || rest == NULL) {
            continue;
        }
        *rest++ = '\0';
        if (strcmp(line, "except") == 0) {
            read_exception(rest);
        } else {
            read_row(line, rest);
        }
    }
    fclose(file);
}

/* ---- tests ------------------------------------------------------------- */

static unsigned print_row(size_t row)
{
    unsigned wrong = 0;
    size_t i;

    for (i = 0; i < INTERESTS; i++) {
        unsigned seen = look(&situations[row], interests[i], golden[row][i]);

        if (seen != golden[row][i]) {
            print_error("%s, interest %s: ", situations[row].name,
                        text_of(interests[i]));
            print_error("told %s, ", text_of(seen));
            print_error("wanted %s\n", text_of(golden[row][i]));
            wrong++;
        }
    }
    return wrong;
}

static void test_events_are_those_of_the_table(void **state)
{
    unsigned wrong = 0;
    size_t row;

    (void)state;
    read_golden();
    for (row = 0; row < situation_count; row++) {
        if (!known[row]) {
            print_error("not in events.txt: %s\n", situations[row].name);
            wrong++;
        } else {
            wrong += print_row(row);
        }
    }
    assert_int_equal(wrong, 0);
}

/* More than a few exceptions would be a table for each system. */
static void test_events_have_at_most_six_exceptions(void **state)
{
    (void)state;
    assert_between(exceptions, 1, 6);
}

/* With room for one event, two that are ready are told in turn. */
static void test_events_two_ready_sockets_and_room_for_one(void **state)
{
    pair one = net_pair(DUOS_IPV4);
    pair two = net_pair(DUOS_IPV4);
    duos_poller *poller;
    duos_token a, b;
    duos_poll_event event;
    unsigned told_a = 0;
    unsigned told_b = 0;
    int i;

    (void)state;
    assert_ok(duos_poller_create(NULL, &poller));
    assert_ok(duos_poller_add(poller, one.server, DUOS_READ, NULL, &a));
    assert_ok(duos_poller_add(poller, two.server, DUOS_READ, NULL, &b));
    assert_ok(duos_send_all(one.client, "x", 1, PATIENCE_MS, NULL));
    assert_ok(duos_send_all(two.client, "x", 1, PATIENCE_MS, NULL));
    net_await(one.server, DUOS_READ);
    net_await(two.server, DUOS_READ);
    for (i = 0; i < 10; i++) {
        size_t n = 0;

        assert_ok(duos_poller_wait(poller, &event, 1, PATIENCE_MS, &n));
        assert_int_equal(n, 1);
        assert_int_equal(event.events, DUOS_READ);
        told_a += event.token.value == a.value;
        told_b += event.token.value == b.value;
    }
    assert_int_equal(told_a + told_b, 10);
    assert_between(told_a, 3, 7);
    duos_poller_destroy(poller);
    net_close_pair(&one);
    net_close_pair(&two);
}

static void print_table(void)
{
    size_t row, i;

    for (row = 0; row < situation_count; row++) {
        printf("%-27s", situations[row].name);
        for (i = 0; i < INTERESTS; i++) {
            stage s;
            unsigned seen;

            begin(&s, &situations[row], interests[i]);
            seen = wait_once(&s, 200);
            end(&s);
            printf(" %-5s", text_of(seen));
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_those_of_the_table),
        cmocka_unit_test(test_events_have_at_most_six_exceptions),
        cmocka_unit_test(test_events_two_ready_sockets_and_room_for_one),
    };

    (void)argv;
    if (argc > 1) {
        print_table();
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
