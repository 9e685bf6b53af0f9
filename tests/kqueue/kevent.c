/* SPDX-License-Identifier: MIT */
/*
 * kevent.c - a stand-in for the kqueue of macOS and the BSDs, on Linux.
 *
 * It does what kevent(2) documents, for the filters and flags in
 * sys/event.h, so that the tests can run poller_kqueue.c where there is no
 * kqueue. It is no BSD kernel: that the documents were read aright, only a
 * run on one shows.
 *
 * A queue is an epoll descriptor, which knows what was closed and which other
 * pollers can wait for; behind it stands what epoll does not have: filters by
 * direction, each with a udata of its own. Known to differ: a failed socket
 * tells in fflags that there is an error, not which, since asking would take
 * it away; and a descriptor that was closed while a duplicate is open keeps
 * the queue awake, though it reports nothing.
 */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <unistd.h>

/* Events that one wait takes from epoll at most. */
#define BATCH 512

enum {
    READER,
    WRITER,
    DIRECTIONS
};

/* What is watched of one descriptor. */
typedef struct knote {
    bool on[DIRECTIONS];
    void *udata[DIRECTIONS];
    int first;       /* who comes first when there is room for one only */
    uint32_t serial; /* a new one for each life of the descriptor */
} knote;

typedef struct queue {
    knote *notes; /* by descriptor */
    size_t room;
    bool user; /* EVFILT_USER was added */
    bool triggered;
    uintptr_t user_ident;
    void *user_udata;
} queue;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static queue **queues; /* by descriptor; a closed one is reused */
static size_t queue_room;
static uint32_t last_serial;

/* Always readable: a queue that watches it is awake. One for all queues. */
static int bell = -1;

/* ---- queues ----------------------------------------------------------- */

/* More elements, zeroed; false without memory. */
static bool grow(void **array, size_t *room, size_t index, size_t element)
{
    size_t wanted = index + index / 2 + 16;
    char *grown;

    if (index < *room) {
        return true;
    }
    grown = realloc(*array, wanted * element);
    if (grown == NULL) {
        errno = ENOMEM;
        return false;
    }
    memset(grown + *room * element, 0, (wanted - *room) * element);
    *array = grown;
    *room = wanted;
    return true;
}

static bool make_queue(int kq)
{
    void *array = queues;
    queue *q;
    bool grown = grow(&array, &queue_room, (size_t)kq, sizeof(queue *));

    queues = array;
    if (!grown) {
        return false;
    }
    q = queues[kq] != NULL ? queues[kq] : malloc(sizeof *q);
    if (q == NULL) {
        errno = ENOMEM;
        return false;
    }
    if (queues[kq] != NULL) {
        free(q->notes);
    }
    memset(q, 0, sizeof *q);
    queues[kq] = q;
    return true;
}

static int open_queue(void)
{
    int kq;

    if (bell < 0) {
        bell = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
        if (bell < 0) {
            return -1;
        }
    }
    kq = epoll_create1(0);
    if (kq >= 0 && !make_queue(kq)) {
        (void)close(kq);
        kq = -1;
    }
    return kq;
}

int kqueue(void)
{
    int kq;

    pthread_mutex_lock(&lock);
    kq = open_queue();
    pthread_mutex_unlock(&lock);
    return kq;
}

/* ---- changes ---------------------------------------------------------- */

static uint32_t wanted(const knote *note)
{
    return (note->on[READER] ? (uint32_t)(EPOLLIN | EPOLLRDHUP) : 0) |
           (note->on[WRITER] ? (uint32_t)EPOLLOUT : 0);
}

static int control(int kq, int verb, int fd, const knote *note)
{
    struct epoll_event event;

    event.events = wanted(note);
    event.data.u64 = (uint64_t)note->serial << 32 | (uint32_t)fd;
    return epoll_ctl(kq, verb, fd, &event) == 0 ? 0 : errno;
}

/* Filters vanish with their descriptor; epoll has noticed, we learn it here. */
static void forget_if_closed(int kq, int fd, knote *note)
{
    if (wanted(note) != 0 && control(kq, EPOLL_CTL_MOD, fd, note) != 0) {
        memset(note, 0, sizeof *note);
    }
}

static int add_filter(int kq, int fd, knote *note, int direction, void *udata)
{
    int verb = wanted(note) != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    bool before = note->on[direction];
    int error;

    if (verb == EPOLL_CTL_ADD) {
        note->serial = ++last_serial;
    }
    note->on[direction] = true;
    error = control(kq, verb, fd, note);
    if (error != 0) {
        note->on[direction] = before;
    } else {
        note->udata[direction] = udata;
    }
    return error;
}

static int delete_filter(int kq, int fd, knote *note, int direction)
{
    if (!note->on[direction]) {
        return ENOENT;
    }
    note->on[direction] = false;
    return control(kq, wanted(note) != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd,
                   note);
}

static int change_socket(int kq, queue *q, const struct kevent *change)
{
    int direction = change->filter == EVFILT_READ ? READER : WRITER;
    int fd = (int)change->ident;
    void *notes = q->notes;
    bool grown;

    if (fcntl(fd, F_GETFD) < 0) {
        return EBADF;
    }
    grown = grow(&notes, &q->room, (size_t)fd, sizeof(knote));
    q->notes = notes;
    if (!grown) {
        return ENOMEM;
    }
    forget_if_closed(kq, fd, &q->notes[fd]);
    if ((change->flags & EV_DELETE) != 0) {
        return delete_filter(kq, fd, &q->notes[fd], direction);
    }
    if ((change->flags & EV_ADD) != 0) {
        return add_filter(kq, fd, &q->notes[fd], direction, change->udata);
    }
    return q->notes[fd].on[direction] ? 0 : ENOENT;
}

/* Rings, or is silent again. */
static int ring(int kq, queue *q, bool on)
{
    struct epoll_event event;

    event.events = EPOLLIN;
    event.data.u64 = (uint32_t)bell;
    if (q->triggered == on) {
        return 0;
    }
    q->triggered = on;
    return epoll_ctl(kq, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, bell, &event) == 0
               ? 0
               : errno;
}

/* One user filter per queue, with EV_CLEAR. */
static int change_user(int kq, queue *q, const struct kevent *change)
{
    if ((change->flags & EV_ADD) != 0) {
        if ((change->flags & EV_CLEAR) == 0 ||
            (q->user && q->user_ident != change->ident)) {
            return ENOTSUP;
        }
        q->user = true;
        q->user_ident = change->ident;
    } else if (!q->user || q->user_ident != change->ident) {
        return ENOENT;
    }
    q->user_udata = change->udata;
    return (change->fflags & NOTE_TRIGGER) != 0 ? ring(kq, q, true) : 0;
}

static int apply(int kq, queue *q, const struct kevent *change)
{
    switch (change->filter) {
    case EVFILT_READ:
    case EVFILT_WRITE:
        return change_socket(kq, q, change);
    case EVFILT_USER:
        return change_user(kq, q, change);
    default:
        return EINVAL;
    }
}

/*
 * A change that failed or wants a receipt becomes an event while there is
 * room; a failure without room ends the call. Returns the number of events.
 */
static int apply_all(int kq, queue *q, const struct kevent *changes,
                     int change_count, struct kevent *events, int event_count)
{
    int count = 0;
    int i;

    for (i = 0; i < change_count; i++) {
        struct kevent change = changes[i];
        int error = apply(kq, q, &change);

        if (error == 0 && (change.flags & EV_RECEIPT) == 0) {
            continue;
        }
        if (count < event_count) {
            change.flags |= EV_ERROR;
            change.data = error;
            events[count++] = change;
        } else if (error != 0) {
            errno = error;
            return -1;
        }
    }
    return count;
}

/* ---- waiting ---------------------------------------------------------- */

/* Our own shutdown ends the write filter, too (EV_EOF). */
static bool has_sent_its_end(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) {
        return false;
    }
    switch (info.tcpi_state) {
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        return true;
    default:
        return false;
    }
}

/* Whether the filter has something to report of what epoll found. */
static bool filter_event(int fd, const knote *note, int direction,
                         uint32_t found, struct kevent *event)
{
    uint32_t ready = direction == READER ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
    bool dead = (found & (EPOLLERR | EPOLLHUP)) != 0;
    bool eof =
        direction == READER ? (found & EPOLLRDHUP) != 0 : has_sent_its_end(fd);

    if (!note->on[direction] || ((found & ready) == 0 && !dead)) {
        return false;
    }
    memset(event, 0, sizeof *event);
    event->ident = (uintptr_t)fd;
    event->filter = direction == READER ? EVFILT_READ : EVFILT_WRITE;
    event->flags = dead || eof ? EV_EOF : 0;
    event->fflags = (found & EPOLLERR) != 0 ? EIO : 0;
    event->udata = note->udata[direction];
    return true;
}

/* Both filters, in turns if there is room for one only. */
static int socket_events(queue *q, const struct epoll_event *found,
                         struct kevent *events, int room)
{
    int fd = (int)(uint32_t)found->data.u64;
    knote *note = &q->notes[fd];
    int count = 0;
    int i;

    if (note->serial != (uint32_t)(found->data.u64 >> 32) ||
        fcntl(fd, F_GETFD) < 0) {
        return 0;
    }
    for (i = 0; i < DIRECTIONS && count < room; i++) {
        int direction = (note->first + i) % DIRECTIONS;

        if (filter_event(fd, note, direction, found->events, &events[count])) {
            count++;
        }
    }
    note->first = (note->first + 1) % DIRECTIONS;
    return count;
}

static int user_event(int kq, queue *q, struct kevent *event)
{
    if (!q->triggered) {
        return 0; /* another thread's wait took it */
    }
    (void)ring(kq, q, false);
    memset(event, 0, sizeof *event);
    event->ident = q->user_ident;
    event->filter = EVFILT_USER;
    event->flags = EV_CLEAR;
    event->udata = q->user_udata;
    return 1;
}

/* epoll puts what it told behind the rest; what finds no room comes again. */
static int collect(int kq, queue *q, const struct epoll_event *found,
                   int found_count, struct kevent *events, int room)
{
    int count = 0;
    int i;

    for (i = 0; i < found_count && count < room; i++) {
        if (found[i].data.u64 == (uint32_t)bell) {
            count += user_event(kq, q, &events[count]);
        } else {
            count += socket_events(q, &found[i], &events[count], room - count);
        }
    }
    return count;
}

static int wait_for_events(int kq, queue *q, struct kevent *events, int room,
                           const struct timespec *timeout)
{
    struct epoll_event found[BATCH];
    int limit = -1;
    int count;

    if (timeout != NULL) {
        limit = (int)(timeout->tv_sec * 1000 +
                      (timeout->tv_nsec + 999999) / 1000000);
    }
    /* Two filters each may need the room. */
    count =
        epoll_wait(kq, found, room < BATCH ? (room + 1) / 2 : BATCH / 2, limit);
    if (count <= 0) {
        return count;
    }
    pthread_mutex_lock(&lock);
    count = collect(kq, q, found, count, events, room);
    pthread_mutex_unlock(&lock);
    return count;
}

int kevent(int kq, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout)
{
    queue *q = NULL;
    int count = 0;

    pthread_mutex_lock(&lock);
    if (kq >= 0 && (size_t)kq < queue_room && fcntl(kq, F_GETFD) >= 0) {
        q = queues[kq];
    }
    if (q == NULL) {
        errno = EBADF;
        count = -1;
    } else {
        count = apply_all(kq, q, changes, change_count, events, event_count);
    }
    pthread_mutex_unlock(&lock);
    if (count != 0 || event_count == 0) {
        return count;
    }
    return wait_for_events(kq, q, events, event_count, timeout);
}
