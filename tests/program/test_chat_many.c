/* SPDX-License-Identifier: MIT */
/*
 * test_chat_many.c - a room of a thousand: more than 100,000 lines are
 * delivered, and each member checks every line that it gets. The members are
 * clients of one loop; the server is the program.
 */
#include "program/program.h"

#include <stdlib.h>

enum {
    SPEAKERS = 10,
    LINES = 11,    /* of each speaker */
    AT_ONCE = 100, /* that connect at a time, for the sake of backlogs */
    LINE_MAX_BYTES = 256,
    LIMIT_MS = 100000
};

typedef struct crowd crowd;

typedef struct member {
    crowd *all;
    duos_client *client;
    unsigned number;
    bool welcome;
    unsigned next[SPEAKERS]; /* which line of a speaker comes next */
    char line[LINE_MAX_BYTES];
    size_t len;
} member;

struct crowd {
    duos_loop *loop;
    member *members;
    const char *address;
    unsigned count;
    unsigned begun;
    unsigned welcomes;
    unsigned delivered;
    unsigned closes;
    bool done;
};

/* What a speaker says: no two lines are alike, and not all are short. */
static size_t compose(char *text, unsigned speaker, unsigned number)
{
    size_t len =
        (size_t)sprintf(text, "m%u: line %u of %u ", speaker, number, LINES);
    size_t end = len + (speaker * 31 + number * 7) % 90;

    for (; len < end; len++) {
        text[len] = (char)('a' + (len * 7 + speaker + number) % 26);
    }
    text[len++] = '\n';
    return len;
}

static unsigned wanted(const crowd *c)
{
    return SPEAKERS * LINES * (c->count - 1);
}

static void begin_next(crowd *c)
{
    if (c->begun < c->count) {
        assert_ok(
            duos_client_connect(c->members[c->begun++].client, c->address));
    }
}

/* Line by line in turn, so the speakers talk across each other. */
static void speak(crowd *c)
{
    unsigned number;
    unsigned speaker;

    for (number = 0; number < LINES; number++) {
        for (speaker = 0; speaker < SPEAKERS; speaker++) {
            char text[LINE_MAX_BYTES];
            size_t len = compose(text, speaker, number);
            size_t name = strlen("mN: ");

            assert_ok(
                duos_conn_send(duos_client_conn(c->members[speaker].client),
                               text + name, len - name));
        }
    }
}

static void on_open(duos_conn *conn, void *user)
{
    const member *m = user;
    char nick[16];

    assert_ok(
        duos_conn_send(conn, nick, (size_t)sprintf(nick, "m%u\n", m->number)));
}

static void take_welcome(member *m)
{
    crowd *c = m->all;
    char text[32];

    sprintf(text, "* welcome m%u\n", m->number);
    assert_int_equal(m->len, strlen(text));
    assert_memory_equal(m->line, text, m->len);
    m->welcome = true;
    c->welcomes++;
    begin_next(c);
    if (c->welcomes == c->count) {
        speak(c);
    }
}

static void take_line(member *m)
{
    crowd *c = m->all;
    char text[LINE_MAX_BYTES];
    unsigned speaker;

    if (!m->welcome) {
        take_welcome(m);
    } else if (m->line[0] == '*') {
        assert_memory_equal(m->line + m->len - 8, " joined\n", 8);
    } else {
        speaker = (unsigned)(m->line[1] - '0');
        assert_true(speaker < SPEAKERS && speaker != m->number);
        assert_int_equal(m->len, compose(text, speaker, m->next[speaker]));
        assert_memory_equal(m->line, text, m->len);
        m->next[speaker]++;
        c->delivered++;
        if (c->delivered == wanted(c)) {
            duos_loop_stop(c->loop);
            c->done = true;
        }
    }
    m->len = 0;
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    member *m = user;
    const char *at = data;

    (void)conn;
    for (; len > 0; at++, len--) {
        assert_true(m->len < sizeof m->line);
        m->line[m->len++] = *at;
        if (*at == '\n') {
            take_line(m);
        }
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    member *m = user;

    (void)conn;
    if (!m->all->done) {
        print_error("member %u: %s\n", m->number, duos_err_text(reason));
        m->all->closes++;
        duos_loop_stop(m->all->loop);
    }
}

static void on_limit(duos_timer *timer, void *user)
{
    crowd *c = user;

    (void)timer;
    print_error("welcome: %u, delivered: %u\n", c->welcomes, c->delivered);
    duos_loop_stop(c->loop);
}

static void gather(crowd *c)
{
    duos_client_config config;
    unsigned i;

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.connect_ms = LIMIT_MS;
    c->members = calloc(c->count, sizeof *c->members);
    assert_non_null(c->members);
    for (i = 0; i < c->count; i++) {
        c->members[i].all = c;
        c->members[i].number = i;
        config.user = &c->members[i];
        assert_ok(duos_client_create(c->loop, &config, &c->members[i].client));
    }
}

static void test_CH3_chat_of_many_delivers_every_line(void **state)
{
    crowd c = {0};
    duos_timer limit;
    server s;
    unsigned i;

    (void)state;
    c.count = MEMBERS;
    if (!os_allow_descriptors(MEMBERS + 100)) {
        skip_because("not enough descriptors");
    }
    SERVER_START(&s, "--mode", "chat", "-q", "--first-byte-timeout", "0");
    c.address = s.address;
    assert_ok(duos_loop_create(NULL, &c.loop));
    gather(&c);
    assert_ok(duos_timer_init(&limit, c.loop, on_limit, &c));
    assert_ok(duos_timer_start(&limit, LIMIT_MS));
    for (i = 0; i < AT_ONCE; i++) {
        begin_next(&c);
    }
    assert_ok(duos_loop_run(c.loop));
    assert_int_equal(c.closes, 0);
    assert_int_equal(c.delivered, wanted(&c));
    duos_timer_stop(&limit);
    for (i = 0; i < c.count; i++) {
        duos_client_destroy(c.members[i].client);
    }
    assert_ok(duos_loop_destroy(c.loop));
    free(c.members);
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_CH3_chat_of_many_delivers_every_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
