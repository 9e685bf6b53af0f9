/* SPDX-License-Identifier: MIT */
/*
 * asker.c - datagrams in a world: an oracle beside the server answers each
 * question with the same bytes, and askers ask again until they are answered.
 * What comes must have been asked; none comes twice, too late or not at all
 * without a fault that does such things.
 */
#include <string.h>

#include "chaos.h"

#define ORACLE_PORT 7701u
#define PATIENCE_MS 40u
#define TRIES       8u

static bool may(const chaos_world *w, duos_sim_fault fault)
{
    return w->plan.faults[fault] > 0;
}

/* ---- the oracle -------------------------------------------------------- */

static void on_question(duos_watch *watch, unsigned events, void *user)
{
    chaos_world *w = (chaos_world *)user;
    unsigned char data[CHAOS_QUESTION];
    duos_addr from;
    bool cut;
    size_t n;
    duos_err err = duos_recvfrom(w->oracle, data, sizeof data, &n, &from, &cut);

    (void)watch;
    (void)events;
    chaos_delivered(w);
    if (err == DUOS_OK) {
        chaos_check(w, n == sizeof data && !cut, "a datagram was cut", err);
        err = duos_sendto(w->oracle, data, n, &from);
    }
    chaos_likely(w,
                 err == DUOS_OK || err == DUOS_EWOULDBLOCK ||
                     err == DUOS_ENOBUFS || err == DUOS_ECONNREFUSED,
                 "oracle", err);
}

static duos_err open_oracle(chaos_world *w)
{
    duos_addr at = duos_sim_addr(1, DUOS_IPV4, ORACLE_PORT);
    duos_err err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &w->oracle);

    if (err == DUOS_OK) {
        err = duos_bind(w->oracle, &at);
    }
    (void)duos_watch_init(&w->oracle_watch, w->loops[0], on_question, w);
    return err == DUOS_OK
               ? duos_watch_start(&w->oracle_watch, w->oracle, DUOS_READ)
               : err;
}

/* ---- those who ask ----------------------------------------------------- */

static void fill(const chaos_asker *a, unsigned char *data)
{
    uint32_t i;

    data[0] = (unsigned char)a->number;
    data[1] = (unsigned char)a->question;
    for (i = 2; i < CHAOS_QUESTION; i++) {
        data[i] = (unsigned char)(i * 7u + a->number + a->question);
    }
}

static void ask(void *user)
{
    chaos_asker *a = (chaos_asker *)user;
    chaos_world *w = a->world;
    duos_addr to = duos_sim_addr(1, DUOS_IPV4, ORACLE_PORT);
    unsigned char data[CHAOS_QUESTION];
    duos_err err;

    if (a->question == a->questions || a->tries == TRIES) {
        return;
    }
    fill(a, data);
    err = duos_sendto(a->socket, data, sizeof data, &to);
    a->tries++;
    a->sent += err == DUOS_OK;
    chaos_likely(w,
                 err == DUOS_OK || err == DUOS_EWOULDBLOCK ||
                     (err == DUOS_ENOBUFS && may(w, DUOS_SIM_FAULT_NO_BUFFERS)),
                 "sending a datagram", err);
    (void)chaos_timer_start(&a->timer, PATIENCE_MS);
}

static void next_question(chaos_asker *a)
{
    a->question++;
    a->tries = 0;
    a->world->totals->answers++;
    (void)chaos_timer_start(&a->timer, 0);
}

static void judge_answer(chaos_asker *a, const unsigned char *data)
{
    chaos_world *w = a->world;
    chaos_asker asked = *a;
    unsigned char wanted[CHAOS_QUESTION];

    asked.question = data[1];
    fill(&asked, wanted);
    a->answers++;
    chaos_check(w, memcmp(data, wanted, sizeof wanted) == 0,
                "an answer to nothing that was asked", DUOS_OK);
    chaos_check(w, data[1] <= a->question, "an answer before its question",
                DUOS_OK);
    chaos_check(w, a->answers <= a->sent || may(w, DUOS_SIM_FAULT_TWICE),
                "more answers than questions", DUOS_OK);
    if (data[1] == a->question && a->question < a->questions) {
        next_question(a);
    }
}

static void on_answer(duos_watch *watch, unsigned events, void *user)
{
    chaos_asker *a = (chaos_asker *)user;
    unsigned char data[CHAOS_QUESTION + 1];
    duos_addr from;
    bool cut;
    size_t n;
    duos_err err = duos_recvfrom(a->socket, data, sizeof data, &n, &from, &cut);

    (void)watch;
    (void)events;
    chaos_delivered(a->world);
    if (err == DUOS_OK) {
        chaos_check(a->world, n == CHAOS_QUESTION && !cut,
                    "not a whole datagram", err);
        judge_answer(a, data);
    } else {
        chaos_likely(a->world, err == DUOS_EWOULDBLOCK, "receiving an answer",
                     err);
    }
}

static duos_err start_one(chaos_world *w, chaos_asker *a, uint32_t number)
{
    uint32_t loop = 1 + chaos_below(w, w->plan.hosts - 1);
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_err err = duos_sim_set_host(w->sim, loop + 1);

    a->world = w;
    a->number = number;
    a->questions = 1 + chaos_below(w, 40);
    chaos_timer_init(&a->timer, w, w->loops[loop], ask, a);
    (void)duos_watch_init(&a->watch, w->loops[loop], on_answer, a);
    if (err == DUOS_OK) {
        err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &a->socket);
    }
    if (err == DUOS_OK) {
        err = duos_bind(a->socket, &any);
    }
    if (err == DUOS_OK) {
        err = duos_watch_start(&a->watch, a->socket, DUOS_READ);
    }
    return err == DUOS_OK ? chaos_timer_start(&a->timer, chaos_below(w, 100))
                          : err;
}

/* ---- for the world ----------------------------------------------------- */

void chaos_askers_start(chaos_world *w)
{
    duos_err err = open_oracle(w);
    uint32_t i;

    for (i = 0; i < w->plan.askers && err == DUOS_OK; i++) {
        err = start_one(w, &w->askers[i], i);
    }
    chaos_check(w, err == DUOS_OK, "askers", err);
}

/* Also where a socket has no room for three of them. */
static bool may_be_lost(const chaos_world *w)
{
    return w->plan.buffer < 4096 || may(w, DUOS_SIM_FAULT_LOSE) ||
           may(w, DUOS_SIM_FAULT_PARTITION) ||
           may(w, DUOS_SIM_FAULT_NO_BUFFERS) || w->plan.deny > 0 ||
           may(w, DUOS_SIM_FAULT_WOULD_BLOCK);
}

void chaos_askers_end(chaos_world *w)
{
    uint32_t i;

    for (i = 0; i < w->plan.askers; i++) {
        chaos_asker *a = &w->askers[i];

        chaos_likely(w, a->answers >= a->sent || may_be_lost(w),
                     "an answer was lost", DUOS_OK);
        duos_timer_stop(&a->timer.timer);
        duos_watch_stop(&a->watch);
        (void)duos_close(&a->socket);
    }
    duos_watch_stop(&w->oracle_watch);
    (void)duos_close(&w->oracle);
}
