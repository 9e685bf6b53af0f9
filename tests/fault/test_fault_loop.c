/* SPDX-License-Identifier: MIT */
/*
 * test_fault_loop.c - timers, posts and a watch of a loop, requests to quit
 * and the standard input, all of one process.
 */
#include <duosock/input.h>
#include <duosock/pair.h>
#include <duosock/quit.h>

#include "fault_peer.h"

#include "support/check.h"

#define TIMERS 20 /* more than a heap's first room */
#define POSTS  3

typedef struct process {
    fault_run *run;
    duos_loop *loop;
    duos_timer timers[TIMERS];
    duos_timer asks; /* who asks to quit, and types */
    duos_post posts[POSTS];
    bool posted[POSTS];
    duos_socket pair[2];
    duos_watch watch;
    duos_quit quit;
    duos_input input;
    unsigned told; /* before this round */
    unsigned fired;
    unsigned posts_run;
    unsigned seen;
    unsigned quits;
    bool input_ended;
    size_t typed;
} process;

/* ---- callbacks ---------------------------------------------------------- */

static void on_timer(duos_timer *timer, void *user)
{
    (void)timer;
    ((process *)user)->fired++;
}

static void on_post(duos_post *post, void *user)
{
    process *p = (process *)user;

    fault_check(p->run, p->posted[post - p->posts], "a post runs twice");
    p->posted[post - p->posts] = false;
    p->posts_run++;
}

/* A watch is told until somebody has received. */
static void on_ready(duos_watch *watch, unsigned events, void *user)
{
    process *p = (process *)user;
    char text[8];
    size_t n = 0;
    duos_err err = duos_recv(p->pair[1], text, sizeof text, &n);

    (void)events;
    p->seen += (unsigned)n;
    if (err != DUOS_OK && err != DUOS_EWOULDBLOCK) {
        (void)fault_told(p->run, err);
        duos_watch_stop(watch);
    } else if (p->seen >= 3) {
        (void)fault_told(p->run, duos_watch_set(watch, 0));
    }
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    process *p = (process *)user;

    (void)quit;
    if (kind != (count == 1 ? DUOS_QUIT_INTERRUPT : DUOS_QUIT_TERMINATE)) {
        (void)fault_told(p->run, DUOS_EIO); /* it could not be read */
    }
    fault_check(p->run, count == p->quits + 1, "a request is told twice");
    p->quits = count;
}

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    process *p = (process *)user;

    (void)data;
    p->typed += len;
    (void)fault_told(p->run, duos_input_pause(input));
    (void)fault_told(p->run, duos_input_resume(input));
}

static void on_end(duos_input *input, duos_err reason, void *user)
{
    process *p = (process *)user;

    (void)input;
    fault_check(p->run, !p->input_ended, "the input ends twice");
    p->input_ended = true;
    (void)fault_told(p->run, reason);
}

/* Nobody may be watching, if that has failed. */
static void on_ask(duos_timer *timer, void *user)
{
    process *p = (process *)user;

    (void)timer;
    if (p->quit.started) {
        assert_ok(duos_sim_quit(p->run->sim, FAULT_HOST, DUOS_QUIT_INTERRUPT));
        assert_ok(duos_sim_quit(p->run->sim, FAULT_HOST, DUOS_QUIT_TERMINATE));
    }
    assert_ok(duos_sim_input(p->run->sim, FAULT_HOST, "typed", 5));
}

/* ---- beginning ---------------------------------------------------------- */

static duos_err start_timers(process *p)
{
    duos_err err;
    int i;

    (void)duos_timer_init(&p->asks, p->loop, on_ask, p);
    err = fault_told(p->run, duos_timer_start(&p->asks, 3));
    for (i = 0; i < TIMERS && err == DUOS_OK; i++) {
        (void)duos_timer_init(&p->timers[i], p->loop, on_timer, p);
        err = fault_told(p->run, duos_timer_start(&p->timers[i], i % 7));
    }
    return err;
}

static void post_all(process *p)
{
    int i;

    for (i = 0; i < POSTS; i++) {
        if (!p->posted[i]) {
            assert_ok(duos_post_init(&p->posts[i], on_post, p));
            p->posted[i] = true;
            (void)fault_told(p->run, duos_loop_post(p->loop, &p->posts[i]));
        } else { /* it is queued, but the loop could not be woken */
            (void)fault_told(p->run,
                             duos_poller_wakeup(duos_loop_poller(p->loop)));
        }
    }
}

static duos_err start_watch(process *p)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_err err;
    size_t n;

    duos_watch_stop(&p->watch);
    if (p->run->round > 1) {
        (void)fault_told(p->run, duos_close(&p->pair[0]));
        (void)fault_told(p->run, duos_close(&p->pair[1]));
    }
    p->pair[0] = p->pair[1] = none;
    err = duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, p->pair);
    (void)duos_watch_init(&p->watch, p->loop, on_ready, p);
    if (err == DUOS_OK) {
        err = duos_watch_start(&p->watch, p->pair[1], DUOS_READ);
    }
    return err == DUOS_OK ? duos_send(p->pair[0], "now", 3, &n) : err;
}

static duos_err start_process(process *p)
{
    duos_err err;

    duos_quit_stop(&p->quit);
    duos_input_stop(&p->input);
    (void)duos_quit_init(&p->quit, p->loop, on_quit, p);
    (void)duos_input_init(&p->input, p->loop, on_input, on_end, p);
    err = fault_told(p->run, duos_quit_start(&p->quit, NULL));
    (void)fault_told(p->run, duos_input_start(&p->input));
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    process *p = (process *)state;
    duos_err err;

    p->run = run;
    if (run->round == 1) {
        p->pair[0] = p->pair[1] = none;
    }
    p->told = run->told;
    p->fired = p->posts_run = p->seen = p->quits = 0;
    p->typed = 0;
    p->input_ended = false;
    err = fault_loop(run, &p->loop);
    if (err != DUOS_OK) {
        return err;
    }
    (void)fault_told(run, start_watch(p));
    (void)start_process(p);
    (void)start_timers(p);
    post_all(p);
    return DUOS_OK;
}

/* ---- the end ------------------------------------------------------------ */

static bool timers_run(const process *p)
{
    bool run = duos_timer_active(&p->asks);
    int i;

    for (i = 0; i < TIMERS; i++) {
        run = run || duos_timer_active(&p->timers[i]);
    }
    return run;
}

static bool whole(void *state)
{
    const process *p = (const process *)state;

    return p->fired == TIMERS && p->posts_run >= POSTS && p->seen == 3 &&
           p->quits == 2 && p->typed >= 5;
}

/* After a failure it is enough that no timer is left and nothing moves. */
static bool done(void *state)
{
    const process *p = (const process *)state;

    return !timers_run(p) && (whole(state) || p->run->told > p->told);
}

static void stop(fault_run *run, void *state)
{
    process *p = (process *)state;
    int i;

    duos_timer_stop(&p->asks);
    for (i = 0; i < TIMERS; i++) {
        duos_timer_stop(&p->timers[i]);
    }
    duos_watch_stop(&p->watch);
    duos_quit_stop(&p->quit);
    duos_input_stop(&p->input);
    (void)fault_told(run, duos_close(&p->pair[0]));
    (void)fault_told(run, duos_close(&p->pair[1]));
    fault_loop_end(run, &p->loop);
}

static const duos_err normal[] = {DUOS_OK};
static const duos_err allowed[] = {DUOS_ETIMEDOUT, /* of the pair */
                                   DUOS_ESTATE, DUOS_OK};
static const fault_scenario scenario = {
    "loop", sizeof(process), start,   done,  whole,
    stop,   normal,          allowed, 60000, 0};

FAULT_MAIN(SY12, loop)
