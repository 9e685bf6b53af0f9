/* SPDX-License-Identifier: MIT */
/*
 * test_poller_10000.c - ten thousand sockets in one poller: all are watched,
 * any one wakes it, and they leave again, half of them while it is being
 * asked about them.
 */
#include "support/net.h"

#include <duosock/poller.h>

#include <stdlib.h>

#define MANY  10000
#define STEP  997 /* coprime to MANY: wanders through all of it */
#define TURNS 20
#define CAP   64

typedef struct member {
    duos_socket socket;
    duos_addr at;
    duos_token token;
} member;

static struct {
    member *members;
    size_t count;
    duos_socket sender;
    duos_poller *poller;
} crowd;

/* Fewer than MANY where the system gives no more. */
static void open_members(void)
{
    duos_addr any;

    assert_ok(duos_addr_parse("127.0.0.1:0", &any));
    while (crowd.count < MANY) {
        member *m = &crowd.members[crowd.count];
        duos_err err =
            duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &m->socket);

        if (err != DUOS_OK) {
            return;
        }
        crowd.count++;
        assert_ok(duos_bind(m->socket, &any));
        assert_ok(duos_local_addr(m->socket, &m->at));
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&crowd, 0, sizeof crowd);
    crowd.members = (member *)calloc(MANY, sizeof *crowd.members);
    assert_non_null(crowd.members);
    assert_ok(duos_poller_create(NULL, &crowd.poller));
    crowd.sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    if (os_allow_descriptors(MANY)) {
        open_members();
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    duos_poller_destroy(crowd.poller);
    while (crowd.count > 0) {
        net_close(&crowd.members[--crowd.count].socket);
    }
    net_close(&crowd.sender);
    free(crowd.members);
    return 0;
}

static void add_all(void)
{
    size_t i;

    for (i = 0; i < MANY; i++) {
        member *m = &crowd.members[i];

        assert_ok(
            duos_poller_add(crowd.poller, m->socket, DUOS_READ, m, &m->token));
    }
}

/* It is told; of the others none has anything, whatever is told of them. */
static void assert_woken_by(member *m)
{
    duos_poll_event events[CAP];
    bool told = false;
    size_t n = 0;
    size_t i;

    assert_ok(duos_sendto(crowd.sender, "x", 1, &m->at));
    assert_ok(duos_poller_wait(crowd.poller, events, CAP, PATIENCE_MS, &n));
    for (i = 0; i < n; i++) {
        member *who = events[i].user;
        char byte;
        size_t len;

        assert_true(events[i].token.value == who->token.value);
        assert_err(who == m ? DUOS_OK : DUOS_EWOULDBLOCK,
                   duos_recv(who->socket, &byte, 1, &len));
        told = told || who == m;
    }
    assert_true(told);
}

static void test_LO5_poller_of_10000_is_woken_by_any_one(void **state)
{
    size_t i;

    (void)state;
    if (crowd.count < MANY) {
        skip_because("this system does not allow so many sockets");
    }
    add_all();
    for (i = 0; i < TURNS; i++) {
        assert_woken_by(&crowd.members[i * STEP % MANY]);
    }
    for (i = 0; i < MANY; i += 2) {
        assert_ok(duos_poller_del(crowd.poller, crowd.members[i].token));
    }
    for (i = 0; i < TURNS; i++) {
        assert_woken_by(&crowd.members[(2 * i * STEP + 1) % MANY]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_LO5_poller_of_10000_is_woken_by_any_one, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
