/* SPDX-License-Identifier: MIT */
/*
 * sim_support.h - what the tests of the simulator share: an allocator that
 * counts and fails on demand, a trace that people can read, and a world of
 * two hosts.
 */
#ifndef TESTS_SIM_SUPPORT_H
#define TESTS_SIM_SUPPORT_H

#include <duosock/duosock.h>
#include <duosock/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"

/* ---- memory ----------------------------------------------------------- */

/* live: bytes that were not freed. fail_in: n fails the n-th call; 0 none. */
typedef struct counting {
    duos_alloc alloc;
    size_t live;
    uint32_t fail_in;
} counting;

static inline void *counting_resize(void *user, void *ptr, size_t old_size,
                                    size_t new_size)
{
    counting *count = (counting *)user;
    void *moved;

    if (new_size == 0) {
        count->live -= old_size;
        free(ptr);
        return NULL;
    }
    if (count->fail_in > 0 && --count->fail_in == 0) {
        return NULL;
    }
    moved = realloc(ptr, new_size);
    if (moved != NULL) {
        count->live += new_size - old_size;
    }
    return moved;
}

static inline void counting_init(counting *count)
{
    memset(count, 0, sizeof *count);
    count->alloc.resize = counting_resize;
    count->alloc.user = count;
}

/* ---- the trace -------------------------------------------------------- */

/* A line on stderr; user is ignored. */
static inline void print_record(const duos_sim_record *record, void *user)
{
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)user;
    if (duos_sim_record_text(record, line, sizeof line) == DUOS_OK) {
        (void)fprintf(stderr, "%s\n", line);
    }
}

/*
 * The seed of DUOSOCK_SIM_SEED, by which a run that failed is seen again with
 * its trace; false if there is none. One that is no number fails the test.
 */
static inline bool wanted_seed(uint64_t *seed)
{
    const char *text = getenv("DUOSOCK_SIM_SEED");

    if (text == NULL) {
        return false;
    }
    if (duos_sim_seed(text, seed) != DUOS_OK) {
        fail_msg("DUOSOCK_SIM_SEED=%s is not a number", text);
    }
    return true;
}

/* ---- a world of two hosts --------------------------------------------- */

typedef struct world {
    counting memory;
    duos_sim *sim;
    uint32_t a;
    uint32_t b;
} world;

static inline void world_open(world *w, const duos_sim_config *like)
{
    duos_sim_config config;

    duos_sim_config_init(&config);
    if (like != NULL) {
        config = *like;
    }
    counting_init(&w->memory);
    config.alloc = &w->memory.alloc;
    assert_ok(duos_sim_create(&config, &w->sim));
    assert_ok(duos_sim_add_host(w->sim, &w->a));
    assert_ok(duos_sim_add_host(w->sim, &w->b));
    assert_ok(duos_sim_set_host(w->sim, w->a));
}

static inline void world_close(world *w)
{
    assert_ok(duos_sim_destroy(w->sim));
    assert_int_equal(w->memory.live, 0);
}

/* The same world anew, another way. */
static inline void world_again(world *w, const duos_sim_config *like)
{
    world_close(w);
    world_open(w, like);
}

static inline int world_setup(void **state)
{
    world *w = (world *)calloc(1, sizeof *w);

    assert_non_null(w);
    world_open(w, NULL);
    *state = w;
    return 0;
}

static inline int world_teardown(void **state)
{
    world_close((world *)*state);
    free(*state);
    return 0;
}

/* ---- sockets of that world: blocking, unless a flag says otherwise ---- */

static inline duos_socket open_on(world *w, uint32_t host, unsigned flags)
{
    duos_socket s;

    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, flags, &s));
    return s;
}

/* A listener on a; receives its address as others reach it. */
static inline duos_socket listen_on_a(world *w, int backlog, duos_addr *at)
{
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);

    assert_ok(duos_bind(s, &any));
    assert_ok(duos_listen(s, backlog));
    assert_ok(duos_local_addr(s, &any));
    *at = duos_sim_addr(w->a, DUOS_IPV4, any.port);
    return s;
}

/* That, and a socket on b that has not connected to it yet. */
static inline void listen_and_open(world *w, unsigned flags,
                                   duos_socket *listener, duos_socket *client,
                                   duos_addr *at)
{
    *listener = listen_on_a(w, 0, at);
    *client = open_on(w, w->b, flags);
}

/* A connection from b to a, both ends blocking. */
static inline void connect_pair(world *w, duos_socket *client,
                                duos_socket *server)
{
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);

    *client = open_on(w, w->b, DUOS_BLOCKING);
    assert_ok(duos_connect(*client, &at));
    assert_ok(duos_accept(listener, DUOS_BLOCKING, server, NULL));
    assert_ok(duos_close(&listener));
}

static inline void close_both(duos_socket *one, duos_socket *other)
{
    assert_ok(duos_close(one));
    assert_ok(duos_close(other));
}

/* Lets everything arrive that is under way. */
static inline void settle(void)
{
    assert_ok(duos_select(NULL, NULL, NULL, 10, NULL));
}

/* Lets the minute pass for which a pair of addresses is not used. */
static inline void let_rest_end(void)
{
    assert_ok(duos_select(NULL, NULL, NULL, 60000, NULL));
}

static inline void expect_open(duos_err expected)
{
    duos_socket s;

    assert_err(expected, duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
}

static inline void expect_recv(duos_err expected, duos_socket s)
{
    char byte;
    size_t n;

    assert_err(expected, duos_recv(s, &byte, 1, &n));
}

static inline void expect_send(duos_err expected, duos_socket s)
{
    size_t n;

    assert_err(expected, duos_send(s, "x", 1, &n));
}

/* ---- loops of that world ---------------------------------------------- */

/* A loop on host a or b of a world. */
static inline duos_loop *loop_on(world *w, uint32_t host)
{
    duos_loop_config config;
    duos_loop *loop;

    duos_loop_config_init(&config);
    config.alloc = &w->memory.alloc;
    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_loop_create(&config, &loop));
    assert_ok(duos_sim_add(w->sim, host, loop));
    return loop;
}

static inline void end_loop(world *w, duos_loop *loop)
{
    duos_sim_remove(w->sim, loop);
    assert_ok(duos_loop_destroy(loop));
}

static inline uint64_t now_ms(const world *w)
{
    return duos_sim_now_ns(w->sim) / 1000000;
}

#endif
