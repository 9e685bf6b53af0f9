/* SPDX-License-Identifier: MIT */
/*
 * uring_echo.c - the echo server on io_uring as a completion engine: one
 * accept and one recv per connection that go on by themselves, into buffers
 * that the kernel takes from a ring; a send from that buffer; and one system
 * call for all that was begun in a turn.
 *
 * Prints its port, serves until its standard input ends. Ends with 77 where
 * the kernel has not what it needs (Linux 6.1).
 */
#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <liburing.h>
#include <sys/mman.h>

#define SKIPPED     77
#define SUBMISSIONS 4096
#define COMPLETIONS 65536
#define BUFFERS     4096
#define GROUP       0

/* What has completed; with the descriptor it makes the user data. */
enum verb {
    ACCEPTED,
    RECEIVED,
    SENT,
    INPUT_ENDED
};

/* A connection: buffers that are to be sent, a list, one under way. */
typedef struct conn {
    uint16_t first;
    uint16_t last;
    uint32_t sent;   /* of the first */
    uint8_t waiting; /* there is a first one */
    uint8_t receiving;
    uint8_t ended;
} conn;

static struct io_uring ring;
static struct io_uring_buf_ring *spare; /* buffers that the kernel may take */
static char *buffers;
static uint16_t after[BUFFERS]; /* the next in its connection's list */
static uint32_t length[BUFFERS];
static conn *conns;  /* by descriptor */
static int *starved; /* descriptors that stopped for want of buffers */
static size_t starved_count;
static int input_ended;

static void need(int result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "uring_echo: %s: %s\n", what, strerror(-result));
        exit(result == -ENOSYS || result == -EPERM || result == -EINVAL
                 ? SKIPPED
                 : 1);
    }
}

/* ---- what is begun ----------------------------------------------------- */

static struct io_uring_sqe *next_sqe(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

    if (sqe == NULL) {
        need(io_uring_submit(&ring), "submit");
        sqe = (struct io_uring_sqe *)serve_need(io_uring_get_sqe(&ring));
    }
    return sqe;
}

static void begin(struct io_uring_sqe *sqe, enum verb verb, int fd)
{
    io_uring_sqe_set_data64(sqe, (uint64_t)verb << 32 | (uint32_t)fd);
}

static void begin_accepts(int listener)
{
    struct io_uring_sqe *sqe = next_sqe();

    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    begin(sqe, ACCEPTED, listener);
}

static void begin_receives(int fd)
{
    struct io_uring_sqe *sqe = next_sqe();

    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    begin(sqe, RECEIVED, fd);
}

static char *buffer_of(uint16_t id)
{
    return buffers + id * SERVE_BUFFER;
}

static void begin_send(int fd)
{
    struct io_uring_sqe *sqe = next_sqe();
    const conn *c = &conns[fd];

    io_uring_prep_send(sqe, fd, buffer_of(c->first) + c->sent,
                       length[c->first] - c->sent, MSG_NOSIGNAL | MSG_WAITALL);
    begin(sqe, SENT, fd);
}

/* ---- buffers ----------------------------------------------------------- */

static void give_back(uint16_t id)
{
    io_uring_buf_ring_add(spare, buffer_of(id), SERVE_BUFFER, id,
                          io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(spare, 1);
    if (starved_count > 0) {
        begin_receives(starved[--starved_count]);
    }
}

static void append(int fd, uint16_t id, uint32_t len)
{
    conn *c = &conns[fd];

    length[id] = len;
    if (c->waiting) {
        after[c->last] = id;
        c->last = id;
        return;
    }
    c->waiting = 1;
    c->first = c->last = id;
    c->sent = 0;
    begin_send(fd);
}

static void remove_first(conn *c)
{
    uint16_t id = c->first;

    c->waiting = c->first != c->last;
    c->first = after[id];
    c->sent = 0;
    give_back(id);
}

/* ---- what has completed ------------------------------------------------ */

static void close_if_over(int fd)
{
    conn *c = &conns[fd];

    if (c->ended && !c->receiving && !c->waiting) {
        memset(c, 0, sizeof *c);
        (void)close(fd);
    }
}

static void on_accepted(int listener, int result, unsigned flags)
{
    need(result, "accept");
    conns[result].receiving = 1;
    begin_receives(result);
    if ((flags & IORING_CQE_F_MORE) == 0) {
        begin_accepts(listener);
    }
}

static void on_received(int fd, int result, unsigned flags)
{
    conn *c = &conns[fd];

    if (result > 0 && !c->ended) {
        append(fd, (uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT),
               (uint32_t)result);
    } else if (result > 0) {
        give_back((uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT));
    }
    if ((flags & IORING_CQE_F_MORE) != 0) {
        return;
    }
    if (result > 0) {
        begin_receives(fd);
    } else if (result == -ENOBUFS) {
        starved[starved_count++] = fd;
    } else {
        c->receiving = 0;
        c->ended = 1;
        close_if_over(fd);
    }
}

/* The peer is gone: the recv under way ends when the socket is shut down. */
static void break_off(int fd)
{
    conn *c = &conns[fd];

    while (c->waiting) {
        remove_first(c);
    }
    c->ended = 1;
    (void)shutdown(fd, SHUT_RDWR);
}

static void on_sent(int fd, int result)
{
    conn *c = &conns[fd];

    if (result < 0) {
        break_off(fd);
    } else {
        c->sent += (uint32_t)result;
        if (c->sent == length[c->first]) {
            remove_first(c);
        }
        if (c->waiting) {
            begin_send(fd);
        }
    }
    close_if_over(fd);
}

static void handle(const struct io_uring_cqe *cqe)
{
    int fd = (int)(uint32_t)cqe->user_data;

    switch ((enum verb)(cqe->user_data >> 32)) {
    case ACCEPTED:
        on_accepted(fd, cqe->res, cqe->flags);
        break;
    case RECEIVED:
        on_received(fd, cqe->res, cqe->flags);
        break;
    case SENT:
        on_sent(fd, cqe->res);
        break;
    default:
        input_ended = 1;
    }
}

static void serve(void)
{
    static struct io_uring_cqe *completed[COMPLETIONS];

    while (!input_ended) {
        unsigned count;
        unsigned i;

        need(io_uring_submit_and_wait(&ring, 1), "wait");
        count = io_uring_peek_batch_cqe(&ring, completed, COMPLETIONS);
        for (i = 0; i < count; i++) {
            handle(completed[i]);
        }
        io_uring_cq_advance(&ring, count);
    }
}

/* ---- beginning --------------------------------------------------------- */

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return serve_need(memory == MAP_FAILED ? NULL : memory);
}

static void begin_ring(void)
{
    struct io_uring_params params;

    memset(&params, 0, sizeof params);
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
                   IORING_SETUP_DEFER_TASKRUN;
    params.cq_entries = COMPLETIONS;
    need(io_uring_queue_init_params(SUBMISSIONS, &ring, &params), "io_uring");
}

static void lend_buffers(void)
{
    struct io_uring_buf_reg reg;
    unsigned id;

    spare =
        (struct io_uring_buf_ring *)map(BUFFERS * sizeof(struct io_uring_buf));
    buffers = (char *)map(BUFFERS * SERVE_BUFFER);
    memset(&reg, 0, sizeof reg);
    reg.ring_addr = (uintptr_t)spare;
    reg.ring_entries = BUFFERS;
    reg.bgid = GROUP;
    need(io_uring_register_buf_ring(&ring, &reg, 0), "buffers");
    io_uring_buf_ring_init(spare);
    for (id = 0; id < BUFFERS; id++) {
        *buffer_of((uint16_t)id) = 0; /* not on the connections' account */
        give_back((uint16_t)id);
    }
}

static void watch_input(void)
{
    struct io_uring_sqe *sqe = next_sqe();

    io_uring_prep_poll_add(sqe, STDIN_FILENO, POLLIN);
    begin(sqe, INPUT_ENDED, STDIN_FILENO);
}

int main(void)
{
    begin_ring();
    lend_buffers();
    conns = (conn *)serve_table(sizeof *conns);
    starved = (int *)serve_table(sizeof *starved);
    watch_input();
    begin_accepts(serve_socket(SOCK_STREAM));
    serve();
    return 0;
}
