/* SPDX-License-Identifier: MIT */
/*
 * test_sim_script.c - what a script may say, that it happens when it should,
 * and that one which makes no sense is refused with the line that is wrong.
 */
#include "sim_support.h"

static duos_err read_script(world *w, const char *text, uint32_t *line)
{
    *line = 0;
    return duos_sim_script(w->sim, text, strlen(text), line);
}

static void obey(world *w, const char *text)
{
    assert_ok(duos_sim_script(w->sim, text, strlen(text), NULL));
}

static void test_sim_script_wrong_line_is_named(void **state)
{
    static const struct wrong {
        const char *text;
        duos_err err;
        uint32_t line;
    } list[] = {
        {"nonsense", DUOS_ESYNTAX, 1},
        {"# fine\n\n  \t\nlatency 10", DUOS_ESYNTAX, 4},
        {"latency 10 20\r\nlatency 20 10\n", DUOS_ERANGE, 2},
        {"latency 10 3600000001", DUOS_ERANGE, 1},
        {"latency 10 20 30", DUOS_ESYNTAX, 1},
        {"latency 010 20", DUOS_ESYNTAX, 1},
        {"latency -1 20", DUOS_ESYNTAX, 1},
        {"bandwidth 4294967296", DUOS_ERANGE, 1},
        {"bandwidth 99999999999", DUOS_ESYNTAX, 1},
        {"chance short_io 1001", DUOS_ERANGE, 1},
        {"chance short 10", DUOS_ESYNTAX, 1},
        {"chance short_io", DUOS_ESYNTAX, 1},
        {"fail accept", DUOS_ESYNTAX, 1},
        {"fail accept 0", DUOS_ERANGE, 1},
        {"fail accept 1 EWHAT", DUOS_ESYNTAX, 1},
        {"fail accept 1 EMFILE times", DUOS_ESYNTAX, 1},
        {"fail accept 1 EMFILE times 0", DUOS_ERANGE, 1},
        {"fail accept 1 times 2 3", DUOS_ESYNTAX, 1},
        {"fail on 3 accept 1", DUOS_ERANGE, 1},
        {"fail on accept 1", DUOS_ESYNTAX, 1},
        {"fail read 1", DUOS_ESYNTAX, 1},
        {"partition 1 1", DUOS_ERANGE, 1},
        {"partition 0 1", DUOS_ERANGE, 1},
        {"partition 1 3", DUOS_ERANGE, 1},
        {"partition 1", DUOS_ESYNTAX, 1},
        {"partition 1 2 x", DUOS_ESYNTAX, 1},
        {"heal 1", DUOS_ESYNTAX, 1},
        {"reset 9", DUOS_ERANGE, 1},
        {"descriptors 1", DUOS_ESYNTAX, 1},
        {"descriptors 3 1", DUOS_ERANGE, 1},
        {"pause", DUOS_ESYNTAX, 1},
        {"quit 1", DUOS_ESYNTAX, 1},
        {"quit 1 please", DUOS_ESYNTAX, 1},
        {"input", DUOS_ESYNTAX, 1},
        {"at pause 1", DUOS_ESYNTAX, 1},
        {"at 1", DUOS_ESYNTAX, 1},
        {"at 1 at 2 pause 1", DUOS_ESYNTAX, 1},
    };
    world *w = (world *)*state;
    uint32_t line;
    size_t i;

    for (i = 0; i < sizeof list / sizeof list[0]; i++) {
        duos_err err = read_script(w, list[i].text, &line);

        if (err != list[i].err || line != list[i].line) {
            fail_msg("\"%s\": %s in line %u", list[i].text, duos_err_name(err),
                     (unsigned)line);
        }
    }
    assert_err(DUOS_EINVAL, duos_sim_script(NULL, "", 0, NULL));
    assert_err(DUOS_EINVAL, duos_sim_script(w->sim, NULL, 1, NULL));
    assert_ok(duos_sim_script(w->sim, NULL, 0, NULL));
    assert_err(DUOS_ESYNTAX, duos_sim_script(w->sim, "x", 1, NULL));
    assert_err(DUOS_ERANGE, duos_sim_script(w->sim, "reset 9", 7, NULL));
}

static void test_sim_script_wrong_line_nothing_happens(void **state)
{
    world *w = (world *)*state;
    uint32_t line;

    assert_err(DUOS_ESYNTAX, read_script(w, "pause 5\nat 1 pause 5\nx", &line));
    assert_int_equal(line, 3);
    line = 7;
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM, duos_sim_script(w->sim, "pause 5", 7, &line));
    assert_int_equal(line, 7);
    assert_int_equal(duos_sim_now_ns(w->sim), 0);
    settle();
    assert_int_equal(duos_sim_now_ns(w->sim), 10000000);
}

static void test_sim_script_without_memory_refused(void **state)
{
    static const char text[] = "at 1 pause 5\n";
    world *w = (world *)*state;

    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM,
               duos_sim_script(w->sim, text, sizeof text - 1, NULL));
    w->memory.fail_in = 2;
    assert_err(DUOS_ENOMEM,
               duos_sim_script(w->sim, text, sizeof text - 1, NULL));
    assert_ok(duos_sim_script(w->sim, text, sizeof text - 1, NULL));
}

static void test_sim_script_happens_at_its_time(void **state)
{
    world *w = (world *)*state;

    obey(w, "at 3 pause 100 # and no more\n"
            "pause 7\n");
    assert_int_equal(duos_sim_now_ns(w->sim), 7000000);
    settle();
    assert_int_equal(duos_sim_now_ns(w->sim), 107000000);
}

static void test_sim_script_fails_calls_as_it_says(void **state)
{
    world *w = (world *)*state;
    duos_socket s;

    obey(w, "fail open 2 EACCES times 1\n"
            "fail on 2 open 1");
    s = open_on(w, w->a, 0);
    assert_ok(duos_close(&s));
    assert_err(DUOS_EACCES, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    s = open_on(w, w->a, 0);
    assert_ok(duos_close(&s));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_err(DUOS_EMFILE, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
}

static void test_sim_script_descriptors_run_out(void **state)
{
    world *w = (world *)*state;
    duos_socket s;
    duos_socket second;

    obey(w, "descriptors 1 1");
    s = open_on(w, w->a, 0);
    assert_err(DUOS_EMFILE, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &second));
    assert_ok(duos_close(&s));
    s = open_on(w, w->b, 0);
    second = open_on(w, w->b, 0);
    close_both(&s, &second);
}

static void test_sim_script_network(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    obey(w, "latency 1000 1000\nbandwidth 5");
    connect_pair(w, &client, &server);
    assert_int_equal(duos_sim_now_ns(w->sim), 2000000);
    obey(w, "partition 1 2\nat 400 heal 1 2\nat 1000 partition 2 1 50\n"
            "at 2000 reset 1");
    expect_send(DUOS_OK, client);
    expect_recv(DUOS_OK, server);
    assert_between(duos_sim_now_ns(w->sim) / 1000000, 400, 700);
    expect_recv(DUOS_ECONNRESET, server);
    assert_int_equal(duos_sim_now_ns(w->sim) / 1000000, 2002);
    close_both(&client, &server);
}

static void test_sim_script_chance(void **state)
{
    world *w = (world *)*state;
    duos_socket s;

    obey(w, "chance no_descriptor 1000\nat 5 chance no_descriptor 0");
    assert_err(DUOS_EMFILE, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    settle();
    s = open_on(w, w->a, 0);
    assert_ok(duos_close(&s));
}

/* ---- what comes to a process ------------------------------------------ */

typedef struct heard {
    char text[64];
    size_t len;
    duos_quit_kind kind;
    bool ended;
} heard;

static void on_input(duos_input *in, const void *data, size_t len, void *user)
{
    heard *h = (heard *)user;

    (void)in;
    assert_true(len <= sizeof h->text - h->len);
    memcpy(h->text + h->len, data, len);
    h->len += len;
}

static void on_end(duos_input *in, duos_err reason, void *user)
{
    (void)in;
    (void)reason;
    ((heard *)user)->ended = true;
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    (void)quit;
    (void)count;
    ((heard *)user)->kind = kind;
}

static void test_sim_script_quit_and_input(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_input input;
    duos_quit quit;
    heard h;

    memset(&h, 0, sizeof h);
    assert_ok(duos_quit_init(&quit, loop, on_quit, &h));
    assert_ok(duos_quit_start(&quit, NULL));
    assert_ok(duos_input_init(&input, loop, on_input, on_end, &h));
    assert_ok(duos_input_start(&input));
    obey(w, "at 5 input 1 one  two \n"
            "at 6 input 1 three\n"
            "at 7 input 1\n"
            "at 8 quit 1 terminate\n"
            "at 9 quit 2 close\n");
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w->sim, -1));
    assert_int_equal(h.len, strlen("one  two \nthree\n"));
    assert_memory_equal(h.text, "one  two \nthree\n", h.len);
    assert_true(h.ended);
    assert_int_equal(h.kind, DUOS_QUIT_TERMINATE);
    duos_input_stop(&input);
    duos_quit_stop(&quit);
    duos_sim_remove(w->sim, loop);
    assert_ok(duos_loop_destroy(loop));
}

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_sim_script_wrong_line_is_named),
        IN_WORLD(test_sim_script_wrong_line_nothing_happens),
        IN_WORLD(test_sim_script_without_memory_refused),
        IN_WORLD(test_sim_script_happens_at_its_time),
        IN_WORLD(test_sim_script_fails_calls_as_it_says),
        IN_WORLD(test_sim_script_descriptors_run_out),
        IN_WORLD(test_sim_script_network),
        IN_WORLD(test_sim_script_chance),
        IN_WORLD(test_sim_script_quit_and_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
