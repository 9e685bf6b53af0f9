/* SPDX-License-Identifier: MIT */
/*
 * test_fault_posix.c - faults of POSIX calls below the seam, which this
 * program has itself; descriptors that are no sockets; what a child process
 * gets. The calls ask the system, unless a test said what they are to answer.
 */
#define _GNU_SOURCE 1

#include "support/scene.h"

#include <duosock/pair.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"

static const char *this_program;
static int open_at_start;

/* ---- calls that can be told to fail ------------------------------------ */

/* Of each: the errno of the next call, and how many there were. */
static struct {
    int control_error; /* epoll_ctl */
    int wait_error;    /* epoll_wait and poll */
    int close_error;
    int random_error;
    unsigned controls;
    unsigned waits;
    unsigned closes;
} calls;

static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    memcpy(function, &found, sizeof found);
}

/* True when the call is to fail, once, with errno as it was asked for. */
static bool fails(int *error, unsigned *count)
{
    int code = *error;

    ++*count;
    *error = 0;
    if (code != 0) {
        errno = code;
    }
    return code != 0;
}

/* Declared here: what the headers call the types differs. */
int epoll_ctl(int set, int verb, int fd, void *event);
int epoll_ctl(int set, int verb, int fd, void *event)
{
    int (*real)(int, int, int, void *);

    if (fails(&calls.control_error, &calls.controls)) {
        return -1;
    }
    find(&real, "epoll_ctl");
    return real(set, verb, fd, event);
}

int epoll_wait(int set, void *events, int cap, int timeout);
int epoll_wait(int set, void *events, int cap, int timeout)
{
    int (*real)(int, void *, int, int);

    if (fails(&calls.wait_error, &calls.waits)) {
        return -1;
    }
    find(&real, "epoll_wait");
    return real(set, events, cap, timeout);
}

int poll(void *list, unsigned long n, int timeout);
int poll(void *list, unsigned long n, int timeout)
{
    int (*real)(void *, unsigned long, int);

    if (fails(&calls.wait_error, &calls.waits)) {
        return -1;
    }
    find(&real, "poll");
    return real(list, n, timeout);
}

/* As the kernel does: the number is free again, whatever is said (trap 10). */
int close(int fd)
{
    int (*real)(int);
    bool failing = fails(&calls.close_error, &calls.closes);
    int code = errno;
    int result;

    find(&real, "close");
    result = real(fd);
    if (!failing) {
        return result;
    }
    errno = code;
    return -1;
}

static unsigned randoms;

int getentropy(void *data, size_t len)
{
    int (*real)(void *, size_t);

    if (fails(&calls.random_error, &randoms)) {
        return -1;
    }
    find(&real, "getentropy");
    return real(data, len);
}

static int set_up(void **state)
{
    memset(&calls, 0, sizeof calls);
    return scene_setup(state);
}

static int tear_down(void **state)
{
    memset(&calls, 0, sizeof calls);
    return scene_teardown(state);
}

static duos_poller_backend backend_of(const scene *s)
{
    return duos_poller_backend_of(duos_loop_poller(s->loop));
}

/* ---- SY12: the poller's own calls -------------------------------------- */

static void test_SY12_add_that_fails_is_told_and_forgotten(void **state)
{
    static const int native[] = {ENOSPC, ENOMEM, EEXIST, ENOENT, EBADF};
    static const duos_err ours[] = {DUOS_ENOSPC, DUOS_ENOMEM, DUOS_EEXIST,
                                    DUOS_ENOENT, DUOS_EBADF};
    scene *s = (scene *)*state;
    duos_poller *poller = duos_loop_poller(s->loop);
    pair p = net_pair(DUOS_IPV4);
    duos_token token = {77};
    size_t i;

    if (backend_of(s) != DUOS_POLLER_EPOLL) {
        net_close_pair(&p);
        skip_because("no call of this poller's own adds a socket");
    }
    for (i = 0; i < 5; i++) {
        calls.control_error = native[i];
        assert_err(ours[i],
                   duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
        assert_true(token.value == 77);
    }
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    for (i = 0; i < 5; i++) {
        calls.control_error = native[i];
        assert_err(ours[i], duos_poller_mod(poller, token, DUOS_WRITE));
    }
    calls.control_error = ENOENT;
    assert_ok(duos_poller_del(poller, token)); /* gone all the same */
    assert_err(DUOS_EBADHANDLE, duos_poller_del(poller, token));
    net_close_pair(&p);
}

/* A client that cannot be watched is dropped, one that no longer can as well.
 */
static void test_SY12_conn_that_cannot_be_watched_is_closed(void **state)
{
    static const char zeros[1 << 20];
    scene *s = (scene *)*state;
    duos_socket visitor, refused;

    if (backend_of(s) != DUOS_POLLER_EPOLL) {
        skip_because("no call of this poller's own adds a socket");
    }
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    calls.control_error = ENOSPC;
    refused = net_connect(&s->at);
    assert_true(scene_receive_end(s, refused, NULL) != DUOS_OK);
    assert_int_equal(calls.control_error, 0);
    assert_int_equal(s->served.opens, 1);
    assert_int_equal(s->served.errors, 0);
    scene_echo(s, visitor);
    while (duos_conn_queued(s->served.conn) == 0) {
        calls.control_error = ENOMEM; /* it begins to wait for room */
        assert_ok(duos_conn_send(s->served.conn, zeros, sizeof zeros / 2));
    }
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ENOMEM);
    net_close(&refused);
    net_close(&visitor);
}

static void test_SY12_wait_that_fails_is_told_and_a_signal_is_not(void **state)
{
    scene *s = (scene *)*state;
    duos_poller *poller = duos_loop_poller(s->loop);
    duos_poll_event event;
    uint64_t begin;
    size_t n = 77;

    if (backend_of(s) == DUOS_POLLER_SELECT) {
        skip_because("what select can say, poll and epoll show");
    }
    calls.wait_error = EINTR;
    begin = net_now();
    assert_ok(duos_poller_wait(poller, &event, 1, 20, &n));
    assert_waited_at_least(begin, 20);
    assert_int_equal(n, 0);
    assert_true(calls.waits >= 2);
    calls.wait_error = EINTR;
    assert_ok(duos_loop_step(s->loop, 0));
    calls.wait_error = EBADF;
    n = 77;
    assert_err(DUOS_EBADF, duos_poller_wait(poller, &event, 1, 20, &n));
    assert_int_equal(n, 77);
    calls.wait_error = EBADF;
    assert_err(DUOS_EBADF, duos_loop_step(s->loop, 0));
    calls.wait_error = ENOMEM;
    assert_err(DUOS_ENOMEM, duos_loop_run(s->loop));
    s->served.act = told_echo;
    scene_open_both(s); /* and then it works again */
    duos_conn_close(s->called.conn);
    scene_until(s, s->served.closes, 1);
}

/* ---- SY14: close ------------------------------------------------------- */

static void test_SY14_close_is_not_tried_again(void **state)
{
    duos_socket s;

    (void)state;
    s = net_open(DUOS_IPV4, DUOS_STREAM);
    calls.closes = 0;
    calls.close_error = EINTR;
    assert_ok(duos_close(&s)); /* it is closed */
    assert_int_equal(calls.closes, 1);
    s = net_open(DUOS_IPV4, DUOS_STREAM);
    calls.closes = 0;
    calls.close_error = EIO;
    assert_err(DUOS_EIO, duos_close(&s));
    assert_int_equal(calls.closes, 1);
    assert_false(duos_socket_valid(s));
}

/* ---- SY15: random bytes ------------------------------------------------ */

static void test_SY15_no_random_bytes_are_told(void **state)
{
    static const int native[] = {EIO, EAGAIN, EFAULT};
    static const duos_err ours[] = {DUOS_EIO, DUOS_EWOULDBLOCK, DUOS_EFAULT};
    unsigned char bytes[300];
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        calls.random_error = native[i];
        assert_int_equal(sys_random(bytes, sizeof bytes), ours[i]);
    }
    calls.random_error = ENOSYS;
    assert_true(sys_random(bytes, sizeof bytes) < DUOS_OK);
    assert_int_equal(sys_random(bytes, sizeof bytes), DUOS_OK);
}

/* ---- API5: what is no socket ------------------------------------------- */

/* Watched like a socket by those who can, and never a wrong event. */
static void assert_watched(const scene *s, int fd, int other)
{
    duos_poller *poller = duos_loop_poller(s->loop);
    duos_poll_event event;
    duos_token token;
    size_t n = 0;

    assert_ok(duos_poller_add(poller, duos_socket_from_os(fd), DUOS_READ, NULL,
                              &token));
    assert_ok(duos_poller_wait(poller, &event, 1, 0, &n));
    assert_int_equal(n, 0);
    assert_int_equal(write(other, "x\n", 2), 2);
    assert_ok(duos_poller_wait(poller, &event, 1, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    assert_true(event.token.value == token.value);
    assert_int_equal(event.events, DUOS_READ);
    assert_ok(duos_poller_del(poller, token));
}

static void test_API5_pipe_is_watched_and_no_socket(void **state)
{
    int ends[2];
    duos_socket s;
    size_t n;
    char byte;

    assert_int_equal(pipe(ends), 0);
    assert_watched((const scene *)*state, ends[0], ends[1]);
    s = duos_socket_from_os(ends[0]);
    assert_err(DUOS_ENOTSOCK, duos_recv(s, &byte, 1, &n));
    assert_err(DUOS_ENOTSOCK, duos_listen(s, 0));
    assert_err(DUOS_ENOTSOCK, duos_shutdown(s, DUOS_SHUT_BOTH));
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void test_API5_terminal_is_watched(void **state)
{
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    int terminal = -1;

    if (keyboard >= 0 && grantpt(keyboard) == 0 && unlockpt(keyboard) == 0) {
        terminal = open(ptsname(keyboard), O_RDWR | O_NOCTTY);
    }
    if (terminal < 0) {
        skip_because("no pseudo-terminals here");
    }
    assert_watched((const scene *)*state, terminal, keyboard);
    assert_int_equal(close(terminal), 0);
    assert_int_equal(close(keyboard), 0);
}

static void test_API5_directory_is_refused_or_ready(void **state)
{
    const scene *s = (const scene *)*state;
    duos_poller *poller = duos_loop_poller(s->loop);
    int fd = open(".", O_RDONLY | O_CLOEXEC);
    duos_poll_event event;
    duos_token token;
    size_t n = 0;
    duos_err err;

    assert_true(fd >= 0);
    err = duos_poller_add(poller, duos_socket_from_os(fd), DUOS_READ, NULL,
                          &token);
    if (backend_of(s) == DUOS_POLLER_EPOLL) {
        assert_int_equal(err, DUOS_EPERM);
    } else if (err == DUOS_OK) {
        assert_ok(duos_poller_wait(poller, &event, 1, 0, &n));
        assert_true(n == 0 || (event.events & DUOS_READ) != 0);
        assert_ok(duos_poller_del(poller, token));
    }
    assert_int_equal(close(fd), 0);
}

/* ---- API10: child processes -------------------------------------------- */

/* What is open besides the standard streams. */
static int count_open(void)
{
    int count = 0;
    int fd;

    for (fd = 3; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) != -1;
    }
    return count;
}

static int count_in_child(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        char *const argv[] = {(char *)(intptr_t)this_program,
                              (char *)(intptr_t) "count", NULL};

        (void)execv(this_program, argv);
        _exit(255);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_API10_executed_child_gets_nothing_of_a_live_loop(void **state)
{
    scene *s = (scene *)*state;
    duos_socket ends[2];

    s->served.act = told_echo;
    scene_open_both(s);
    assert_ok(duos_socketpair(DUOS_STREAM, 0, ends));
    assert_true(count_open() > open_at_start + 5);
    assert_int_equal(count_in_child(), open_at_start);
    net_close(&ends[0]);
    net_close(&ends[1]);
    duos_conn_close(s->called.conn);
    scene_until(s, s->served.closes, 1);
}

/* The child of a fork has all that its parent has, and closes it: how many. */
static int close_in_child(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        int count = count_open();
        int fd;

        for (fd = 3; fd < 1024; fd++) {
            (void)close(fd);
        }
        _exit(count_open() == 0 ? count : 255);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_API10_forked_child_closes_nothing_of_a_live_loop(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, next;
    int before;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    before = count_open();
    assert_true(before > open_at_start + 3);
    assert_int_equal(close_in_child(), before);
    assert_int_equal(count_open(), before);
    scene_echo(s, visitor); /* it is still watched, */
    next = scene_visit(s);  /* and so is the listener */
    scene_echo(s, next);
    net_close(&visitor);
    net_close(&next);
    scene_until(s, s->served.closes, 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_SY12_add_that_fails_is_told_and_forgotten),
        TEST(test_SY12_conn_that_cannot_be_watched_is_closed),
        TEST(test_SY12_wait_that_fails_is_told_and_a_signal_is_not),
        TEST(test_SY14_close_is_not_tried_again),
        TEST(test_SY15_no_random_bytes_are_told),
        TEST(test_API5_pipe_is_watched_and_no_socket),
        TEST(test_API5_terminal_is_watched),
        TEST(test_API5_directory_is_refused_or_ready),
        TEST(test_API10_executed_child_gets_nothing_of_a_live_loop),
        TEST(test_API10_forked_child_closes_nothing_of_a_live_loop),
#undef TEST
    };

    if (argc > 1 && strcmp(argv[1], "count") == 0) {
        return count_open();
    }
    this_program = argv[0];
    open_at_start = count_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
