/* SPDX-License-Identifier: MIT */
/*
 * load_udp.c - bursts of datagrams there and back. Each begins with the
 * number of its burst and its own, so that one that comes late, twice or not
 * at all is known.
 */
#include "load.h"

#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#define DEPTH_MAX  64u
#define SILENCE_MS 250 /* then what is not back is lost */

/* What a datagram begins with; the pattern follows. */
typedef struct head {
    uint32_t burst;
    uint32_t number;
} head;

typedef struct sender {
    int fd;
    uint32_t burst;
    uint64_t back; /* a bit for each */
    size_t missing;
    uint64_t began;
} sender;

/* So many datagrams, one call. */
typedef struct batch {
    struct mmsghdr list[DEPTH_MAX];
    struct iovec parts[DEPTH_MAX];
    char *bytes;
} batch;

static batch out;
static batch in;
static sender *senders;
static uint64_t begun; /* datagrams */

static void lay(batch *b, size_t room)
{
    size_t i;

    b->bytes = (char *)load_memory(DEPTH_MAX, room);
    for (i = 0; i < DEPTH_MAX; i++) {
        b->parts[i].iov_base = b->bytes + i * room;
        b->parts[i].iov_len = room;
        b->list[i].msg_hdr.msg_iov = &b->parts[i];
        b->list[i].msg_hdr.msg_iovlen = 1;
    }
}

/* ---- sending ---------------------------------------------------------- */

static void send_burst(const sender *s)
{
    size_t i;
    int n;

    for (i = 0; i < want.depth; i++) {
        const head h = {s->burst, (uint32_t)i};

        memcpy(out.parts[i].iov_base, &h, sizeof h);
    }
    n = sendmmsg(s->fd, out.list, (unsigned)want.depth, 0);
    if (n != (int)want.depth) {
        load_fail("sendmmsg");
    }
}

static void begin_burst(sender *s, uint64_t now)
{
    if (want.count > 0 && begun >= want.count) {
        return;
    }
    begun += want.depth;
    s->burst++;
    s->back = 0;
    s->missing = want.depth;
    s->began = now;
    send_burst(s);
}

static void give_up_bursts(void)
{
    uint64_t now = meter_now();
    size_t i;

    for (i = 0; i < want.connections; i++) {
        if (senders[i].missing > 0) {
            meter_add_lost(want.depth, senders[i].missing);
            senders[i].missing = 0;
            begin_burst(&senders[i], now);
        }
    }
}

/* ---- receiving -------------------------------------------------------- */

static const char *sent_as(uint32_t number)
{
    return (const char *)out.parts[number].iov_base;
}

static void take(sender *s, const char *bytes, size_t len)
{
    head h;
    uint64_t bit;

    if (len != want.size) {
        load_give_up("a datagram of another length");
    }
    memcpy(&h, bytes, sizeof h);
    if (h.burst < s->burst) {
        return; /* it was given up */
    }
    if (h.burst != s->burst || h.number >= want.depth ||
        memcmp(bytes + sizeof h, sent_as(h.number) + sizeof h,
               len - sizeof h) != 0) {
        load_give_up("wrong datagram");
    }
    bit = (uint64_t)1 << h.number;
    if ((s->back & bit) != 0) {
        load_give_up("a datagram came twice");
    }
    s->back |= bit;
    s->missing--;
}

static void ready(void *of)
{
    sender *s = (sender *)of;
    bool waits = s->missing > 0;
    int n;
    int i;

    do {
        n = recvmmsg(s->fd, in.list, DEPTH_MAX, MSG_DONTWAIT, NULL);
        if (n < 0 && errno != EAGAIN) {
            load_fail("recvmmsg");
        }
        for (i = 0; i < n; i++) {
            take(s, (const char *)in.parts[i].iov_base, in.list[i].msg_len);
        }
    } while (n == (int)DEPTH_MAX);
    if (waits && s->missing == 0) {
        begin_burst(s, meter_add(want.depth, s->began));
    }
}

/* ---- beginning -------------------------------------------------------- */

static int open_socket(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(child_port);
    if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        load_fail("socket");
    }
    return fd;
}

void run_udp(const int *fds)
{
    size_t i;

    (void)fds;
    if (want.depth > DEPTH_MAX || want.size < sizeof(head)) {
        load_give_up("a burst has at most 64 datagrams of 8 bytes or more");
    }
    senders = (sender *)load_memory(want.connections, sizeof *senders);
    lay(&out, want.size);
    lay(&in, want.size + 1);
    memcpy(out.bytes, load_pattern(want.size * DEPTH_MAX),
           want.size * DEPTH_MAX);
    meter_begin(want.count);
    for (i = 0; i < want.connections; i++) {
        senders[i].fd = open_socket();
        turns_watch(senders[i].fd, &senders[i]);
        begin_burst(&senders[i], meter_now());
    }
    turns_run(ready, SILENCE_MS, give_up_bursts);
}
