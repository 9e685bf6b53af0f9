/* SPDX-License-Identifier: MIT */
/*
 * name_service.c - the verbs that look names up, and where their threads are.
 */
#include "support/name_service.h"

#include <stdio.h>

#include "support/net.h"
#include "sys.h"

/* Nothing hangs longer than the resolvers that people have met. */
#define HANG_MS 30000

static struct {
    sys_lock lock;
    sys_wakeup release; /* never drained: lets everything go */
    unsigned begun;
    unsigned ended;
    unsigned at_once; /* that are in here now */
    unsigned most_at_once;
} service;

static void enter(void)
{
    sys_lock_take(&service.lock);
    service.begun++;
    if (++service.at_once > service.most_at_once) {
        service.most_at_once = service.at_once;
    }
    sys_lock_release(&service.lock);
}

static void leave(void)
{
    sys_lock_take(&service.lock);
    service.at_once--;
    service.ended++;
    sys_lock_release(&service.lock);
}

static void hang(void)
{
    (void)duos_wait(service.release.recv_end, DUOS_READ, HANG_MS, NULL);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static size_t two_hosts(duos_family family, duos_addr *addrs, size_t cap)
{
    size_t n = 0;

    if (cap > 1 && family == DUOS_UNSPEC) {
        addrs[n++] = duos_addr_ipv4(127, 0, 0, 2, 0); /* nobody there */
    }
    addrs[n++] = duos_addr_ipv4(127, 0, 0, 1, 0);
    return n;
}

duos_err sys_lookup(const char *host, duos_family family, duos_addr *addrs,
                    size_t cap, size_t *count)
{
    bool counted = !begins(host, "race-");

    if (counted) {
        enter();
    }
    if (begins(host, "hang-")) {
        hang();
    }
    *count = two_hosts(family, addrs, cap);
    if (counted) {
        leave();
    }
    return begins(host, "fail-") ? DUOS_ENORECOVERY : DUOS_OK;
}

/* 192.0.2.1 answers, 192.0.2.2 hangs. */
duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap)
{
    enter();
    if (addr->ip.v4[3] == 2) {
        hang();
    }
    (void)snprintf(name, cap, "name-%u.test", (unsigned)addr->ip.v4[3]);
    leave();
    return DUOS_OK;
}

duos_err sys_lookup_service(const char *name, duos_type type, uint16_t *port)
{
    enter();
    if (begins(name, "hang-")) {
        hang();
    }
    *port = type == DUOS_STREAM ? 80 : 81;
    leave();
    return DUOS_OK;
}

void name_service_begin(void)
{
    memset(&service, 0, sizeof service);
    assert_ok(sys_lock_init(&service.lock));
    assert_ok(sys_wakeup_open(&service.release));
}

static unsigned read_count(const unsigned *count)
{
    unsigned value;

    sys_lock_take(&service.lock);
    value = *count;
    sys_lock_release(&service.lock);
    return value;
}

unsigned name_service_begun(void)
{
    return read_count(&service.begun);
}

unsigned name_service_most_at_once(void)
{
    return read_count(&service.most_at_once);
}

void name_service_release(void)
{
    assert_ok(sys_wakeup_signal(&service.release));
}

void name_service_wait(unsigned wanted)
{
    uint64_t begin = net_now();

    while (name_service_begun() < wanted) {
        assert_waited_less_than(begin, PATIENCE_MS);
    }
}

void name_service_end(void)
{
    uint64_t begin = net_now();

    name_service_release();
    while (read_count(&service.at_once) > 0) {
        assert_waited_less_than(begin, PATIENCE_MS);
    }
    sys_wakeup_close(&service.release);
    sys_lock_fini(&service.lock);
}
