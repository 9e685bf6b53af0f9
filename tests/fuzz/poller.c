/* SPDX-License-Identifier: MIT */
/*
 * poller.c - F10: a poller against duos_select, which asks anew each time.
 * Whatever was added, changed, removed, sent, shut down and closed before:
 * what select finds ready is reported to its owner, to nobody else, and
 * nothing that was not asked for.
 */
#include "fuzz.h"
#include "support/os.h"

#include <duosock/pair.h>
#include <duosock/poller.h>
#include <duosock/select.h>

enum {
    PAIRS = 4,
    SOCKETS = 2 * PAIRS, /* the other end is number i ^ 1 */
    PATIENCE = 200       /* waits of 50 ms */
};

typedef struct watched {
    duos_socket sock;
    bool live;
    bool spent; /* not as it was at first: for another pair */
    bool full;  /* its peer may have left something unread */
    bool shut;  /* for sending */
    duos_token token;
    unsigned interest;
    unsigned ready; /* by select */
} watched;

static watched sockets[SOCKETS];
static duos_poller *poller;
static fuzz_input in;
static bool woken;
static duos_token stale;

/* ---- sockets ---------------------------------------------------------- */

static void open_pair(uint32_t which)
{
    duos_socket ends[2];

    which &= ~1u;
    fuzz_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    sockets[which].sock = ends[0];
    sockets[which + 1].sock = ends[1];
    sockets[which].spent = sockets[which + 1].spent = false;
    sockets[which].full = sockets[which + 1].full = false;
    sockets[which].shut = sockets[which + 1].shut = false;
}

static void del(watched *s)
{
    if (s->live) {
        fuzz_ok(duos_poller_del(poller, s->token));
        stale = s->token;
        s->live = false;
    }
    if (stale.value != 0) {
        fuzz_err(DUOS_EBADHANDLE, duos_poller_del(poller, stale));
        fuzz_err(DUOS_EBADHANDLE, duos_poller_mod(poller, stale, DUOS_READ));
    }
}

static void reopen(uint32_t which)
{
    watched *s = &sockets[which & ~1u];

    del(s);
    del(s + 1);
    fuzz_ok(duos_close(&s[0].sock));
    fuzz_ok(duos_close(&s[1].sock));
    open_pair(which);
}

/* They serve all inputs, unless one has used them up. */
static void begin(void)
{
    static bool opened;
    uint32_t i;

    stale.value = 0;
    for (i = 0; i < SOCKETS; i += 2) {
        if (!opened) {
            open_pair(i);
        } else if (sockets[i].spent || sockets[i + 1].spent) {
            reopen(i);
        }
    }
    opened = true;
    woken = false;
    fuzz_ok(duos_poller_create(NULL, &poller));
}

/* ---- what select says, and what the poller must ------------------------ */

static void ask_select(void)
{
    duos_fdset reads;
    duos_fdset writes;
    size_t ready = 0;
    int i;

    duos_fdset_init(&reads, NULL);
    duos_fdset_init(&writes, NULL);
    for (i = 0; i < SOCKETS; i++) {
        fuzz_ok(duos_fdset_set(&reads, sockets[i].sock));
        fuzz_ok(duos_fdset_set(&writes, sockets[i].sock));
    }
    fuzz_ok(duos_select(&reads, &writes, NULL, 0, &ready));
    for (i = 0; i < SOCKETS; i++) {
        watched *s = &sockets[i];

        s->ready = (duos_fdset_isset(&reads, s->sock) ? DUOS_READ : 0u) |
                   (duos_fdset_isset(&writes, s->sock) ? DUOS_WRITE : 0u);
    }
    duos_fdset_fini(&reads);
    duos_fdset_fini(&writes);
}

/*
 * What the poller must tell of. Linux has a unix socket hang up when both ends
 * have shut down sending, but leaves it unwritable if it was full; select(2)
 * is told of no hang-up.
 */
static unsigned wanted(int which)
{
    const watched *s = &sockets[which];
    unsigned ready = s->ready;

    if (s->full && s->shut && sockets[which ^ 1].shut) {
        ready &= ~(unsigned)DUOS_WRITE;
    }
    return s->live ? ready & s->interest : 0;
}

static unsigned missing(const unsigned *told)
{
    unsigned rest = 0;
    int i;

    for (i = 0; i < SOCKETS; i++) {
        rest |= wanted(i) & ~told[i];
    }
    return rest;
}

static void take_event(const duos_poll_event *event, unsigned *told)
{
    const unsigned hints = DUOS_ERROR | DUOS_HANGUP;
    watched *s = event->user;

    fuzz_check(s >= sockets && s < sockets + SOCKETS && s->live);
    fuzz_check(event->token.value == s->token.value);
    fuzz_check(event->events != 0 && s->interest != 0);
    fuzz_check((event->events & ~(s->interest | hints)) == 0);
    /* On Windows, loopback needs a moment: what select did not see yet. */
    fuzz_check(os_is_windows() || (event->events & ~(s->ready | hints)) == 0);
    told[s - sockets] |= event->events;
}

static void compare(uint32_t cap)
{
    duos_poll_event events[SOCKETS];
    unsigned told[SOCKETS] = {0};
    int64_t timeout_ms = 0;
    int tries = 0;

    ask_select();
    do {
        size_t count = 99;
        size_t i;

        fuzz_ok(duos_poller_wait(poller, events, cap, timeout_ms, &count));
        fuzz_check(count <= cap);
        for (i = 0; i < count; i++) {
            take_event(&events[i], told);
        }
        /* At once on POSIX, if no wake-up came and there is room for all. */
        fuzz_check(os_is_windows() || woken || cap < SOCKETS ||
                   missing(told) == 0);
        woken = false;
        timeout_ms = 50;
    } while (missing(told) != 0 && ++tries < PATIENCE);
    fuzz_check(missing(told) == 0);
}

/* ---- operations ------------------------------------------------------- */

static void add(watched *s)
{
    unsigned interest = fuzz_below(&in, 4);

    if (s->live) {
        duos_token token;

        fuzz_err(DUOS_EEXIST,
                 duos_poller_add(poller, s->sock, interest, s, &token));
        return;
    }
    fuzz_ok(duos_poller_add(poller, s->sock, interest, s, &s->token));
    s->live = true;
    s->interest = interest;
}

static void mod(watched *s)
{
    unsigned interest = fuzz_below(&in, 4);

    if (s->live) {
        fuzz_ok(duos_poller_mod(poller, s->token, interest));
        s->interest = interest;
    }
}

/* Errors are other tests' affair: the peer may be shut down. */
static void send_some(watched *s, size_t times)
{
    static const char bytes[1 << 16];
    size_t n = 0;
    duos_err err = DUOS_OK;

    s->full = s->full || times > 1;
    for (; times > 0 && err == DUOS_OK; times--) {
        err = duos_send(s->sock, bytes, times > 1 ? sizeof bytes : 10, &n);
    }
    sockets[(s - sockets) ^ 1].spent = true; /* unless it reads all of it */
}

static void receive(watched *s)
{
    static char bytes[1 << 16];
    size_t n = 0;
    duos_err err = DUOS_OK;
    int times;

    for (times = 0; times < 64 && err == DUOS_OK; times++) {
        err = duos_recv(s->sock, bytes, sizeof bytes, &n);
    }
}

static void step(void)
{
    uint8_t what = fuzz_byte(&in);
    watched *s = &sockets[what / 16 % SOCKETS];

    fuzz_operations++;
    switch (what % 16) {
    case 0:
    case 1:
    case 2:
        add(s);
        break;
    case 3:
    case 4:
        mod(s);
        break;
    case 5:
        del(s);
        break;
    case 6:
    case 7:
        send_some(s, 1);
        break;
    case 8:
    case 9:
        receive(s);
        break;
    case 10:
        send_some(s, what >= 128 ? 64 : 1);
        break;
    case 11:
        s->spent = s->shut = true;
        (void)duos_shutdown(s->sock, DUOS_SHUT_SEND);
        break;
    case 12:
        reopen(what / 16 % SOCKETS);
        break;
    case 13:
        fuzz_ok(duos_poller_wakeup(poller));
        woken = true;
        break;
    default:
        compare(1u + what / 16 % SOCKETS);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int i;

    if (size > 512) {
        return 0;
    }
    in.at = data;
    in.left = size;
    begin();
    while (in.left > 0) {
        step();
    }
    compare(SOCKETS);
    for (i = 0; i < SOCKETS; i++) {
        del(&sockets[i]);
    }
    duos_poller_destroy(poller);
    return 0;
}
