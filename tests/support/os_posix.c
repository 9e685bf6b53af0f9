/* SPDX-License-Identifier: MIT */
/*
 * os_posix.c - what tests ask of POSIX itself. The few lines that differ
 * among these systems ask at run time or go by a macro of the headers.
 */
#define _GNU_SOURCE      1
#define _DARWIN_C_SOURCE 1

#include "support/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* ---- which system ----------------------------------------------------- */

bool os_is_windows(void)
{
    return false;
}

bool os_is_linux(void)
{
    struct utsname name;

    return uname(&name) == 0 && strcmp(name.sysname, "Linux") == 0;
}

bool os_is_wine(void)
{
    return false;
}

/* ---- descriptors ------------------------------------------------------ */

/* Descriptors that are open besides the sockets of a test. */
#define OTHERS 64

bool os_allow_descriptors(size_t count)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)(count + OTHERS);

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    if (limit.rlim_cur >= wanted) {
        return true;
    }
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) {
        return false;
    }
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static struct rlimit limit_before;

/* The lowest number that is free becomes the limit: no hoard is needed. */
bool os_begin_shortage(void)
{
    struct rlimit limit;
    int lowest = dup(STDOUT_FILENO);

    if (lowest < 0 || getrlimit(RLIMIT_NOFILE, &limit_before) != 0) {
        return false;
    }
    close(lowest);
    limit = limit_before;
    limit.rlim_cur = (rlim_t)lowest;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

bool os_shortage_is_exact(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload == NULL || strstr(preload, "vgpreload") == NULL;
}

void os_end_shortage(void)
{
    (void)setrlimit(RLIMIT_NOFILE, &limit_before);
}

size_t os_unix_path_max(void)
{
    return sizeof((struct sockaddr_un *)0)->sun_path - 1;
}

bool os_duplicate_above(duos_socket s, int number, duos_socket *out)
{
    out->os = fcntl((int)s.os, F_DUPFD, number);
    return out->os >= number;
}

bool os_open_file(duos_socket *out)
{
    char path[] = "/tmp/duosock-test-XXXXXX";

    out->os = mkstemp(path);
    return out->os >= 0 && unlink(path) == 0;
}

void os_close_file(duos_socket file)
{
    close((int)file.os);
}

static bool local_pair(int type, duos_socket ends[2])
{
    int fds[2];
    int i;

    if (socketpair(AF_UNIX, type, 0, fds) != 0) {
        return false;
    }
    for (i = 0; i < 2; i++) {
        ends[i].os = fds[i];
        if (fcntl(fds[i], F_SETFL, O_NONBLOCK) != 0) {
            return false;
        }
    }
    return true;
}

bool os_datagram_pair(duos_socket ends[2])
{
    return local_pair(SOCK_DGRAM, ends);
}

bool os_packet_pair(duos_socket ends[2])
{
    return local_pair(SOCK_SEQPACKET, ends);
}

bool os_is_inherited(duos_socket s)
{
    return (fcntl((int)s.os, F_GETFD) & FD_CLOEXEC) == 0;
}

bool os_get_nonblocking(duos_socket s, bool *on)
{
    *on = (fcntl((int)s.os, F_GETFL) & O_NONBLOCK) != 0;
    return true;
}

bool os_send_urgent(duos_socket s, char byte)
{
    return send((int)s.os, &byte, 1, MSG_OOB) == 1;
}

bool os_count_handles(size_t *count)
{
    long limit = sysconf(_SC_OPEN_MAX);
    int fd;

    *count = 0;
    for (fd = 0; fd < limit && fd < 65536; fd++) {
        *count += fcntl(fd, F_GETFD) != -1;
    }
    return true;
}

/* ---- Winsock ---------------------------------------------------------- */

bool os_start_winsock(void)
{
    return false;
}

bool os_stop_winsock(void)
{
    return false;
}

bool os_winsock_is_started(void)
{
    return false;
}

/* ---- rights ----------------------------------------------------------- */

/* Any user but root: the number need not belong to one. */
#define SOMEBODY 65534

bool os_begin_no_rights(void)
{
    return geteuid() != 0 || seteuid(SOMEBODY) == 0;
}

void os_end_no_rights(void)
{
    if (getuid() == 0 && seteuid(0) != 0) {
        abort();
    }
}

/* ---- signals ---------------------------------------------------------- */

static volatile sig_atomic_t storm_count;
static struct sigaction action_before;

static void count_signal(int number)
{
    (void)number;
    storm_count++;
}

static bool set_timer(long microseconds)
{
    struct itimerval timer;

    memset(&timer, 0, sizeof timer);
    timer.it_interval.tv_usec = (suseconds_t)microseconds;
    timer.it_value.tv_usec = (suseconds_t)microseconds;
    return setitimer(ITIMER_REAL, &timer, NULL) == 0;
}

/* Without SA_RESTART, so that every call that can be cut short is. */
bool os_begin_storm(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = count_signal;
    storm_count = 0;
    return sigaction(SIGALRM, &action, &action_before) == 0 && set_timer(1000);
}

void os_end_storm(void)
{
    (void)set_timer(0);
    (void)sigaction(SIGALRM, &action_before, NULL);
}

unsigned os_storm_count(void)
{
    return (unsigned)storm_count;
}

bool os_sigpipe_is_default(void)
{
    struct sigaction action;

    return sigaction(SIGPIPE, NULL, &action) == 0 &&
           action.sa_handler == SIG_DFL;
}

/* ---- requests to quit -------------------------------------------------- */

bool os_ask_to_quit(duos_quit_kind kind)
{
    int number = kind == DUOS_QUIT_INTERRUPT ? SIGINT : SIGTERM;

    if (kind == DUOS_QUIT_CLOSE) {
        return false;
    }
    errno = EXDEV; /* nobody sets this one */
    return kill(getpid(), number) == 0 && errno == EXDEV;
}

static volatile sig_atomic_t own_quits;
static struct sigaction interrupt_before;
static struct sigaction terminate_before;

static void count_own_quit(int number)
{
    (void)number;
    own_quits++;
}

bool os_begin_own_quit(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = count_own_quit;
    own_quits = 0;
    return sigaction(SIGINT, &action, &interrupt_before) == 0 &&
           sigaction(SIGTERM, &action, &terminate_before) == 0;
}

void os_end_own_quit(void)
{
    (void)sigaction(SIGINT, &interrupt_before, NULL);
    (void)sigaction(SIGTERM, &terminate_before, NULL);
}

unsigned os_own_quits(void)
{
    return (unsigned)own_quits;
}

/* ---- standard input --------------------------------------------------- */

const char *const os_null_device = "/dev/null";

static int input_before = -1;
static int typing = -1;

static bool replace_input(int fd)
{
    bool done = false;

    if (fd >= 0) {
        input_before = fcntl(STDIN_FILENO, F_DUPFD, STDERR_FILENO + 1);
        done = dup2(fd, STDIN_FILENO) == STDIN_FILENO;
        close(fd);
    }
    return done;
}

bool os_begin_input_pipe(void)
{
    int ends[2];

    if (pipe(ends) != 0) {
        return false;
    }
    typing = ends[1];
    return replace_input(ends[0]);
}

bool os_begin_input_file(const char *path)
{
    return replace_input(open(path, O_RDONLY));
}

bool os_begin_no_input(void)
{
    input_before = fcntl(STDIN_FILENO, F_DUPFD, STDERR_FILENO + 1);
    return close(STDIN_FILENO) == 0;
}

void os_end_input(void)
{
    os_type_end();
    if (input_before >= 0) {
        (void)dup2(input_before, STDIN_FILENO);
        close(input_before);
        input_before = -1;
    } else {
        close(STDIN_FILENO);
    }
}

bool os_type(const void *data, size_t len)
{
    return write(typing, data, len) == (ssize_t)len;
}

void os_type_end(void)
{
    if (typing >= 0) {
        close(typing);
        typing = -1;
    }
}

/* ---- threads ---------------------------------------------------------- */

struct os_thread {
    pthread_t id;
    void (*run)(void *user);
    void *user;
};

static void *run_thread(void *user)
{
    os_thread *thread = user;

    thread->run(thread->user);
    return NULL;
}

os_thread *os_thread_start(void (*run)(void *user), void *user)
{
    os_thread *thread = malloc(sizeof *thread);
    sigset_t all, before;
    int result;

    if (thread == NULL) {
        return NULL;
    }
    thread->run = run;
    thread->user = user;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    result = pthread_create(&thread->id, NULL, run_thread, thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != 0) {
        free(thread);
        return NULL;
    }
    return thread;
}

void os_thread_join(os_thread *thread)
{
    (void)pthread_join(thread->id, NULL);
    free(thread);
}

/* ---- words of the system ---------------------------------------------- */

const int os_level_socket = SOL_SOCKET;
const int os_opt_reuse_address = SO_REUSEADDR;
const int os_opt_type = SO_TYPE;
const int os_opt_unknown = 0x7abc;
const int os_number_refused = ECONNREFUSED;
const char *const os_name_refused = "ECONNREFUSED";

bool os_read_address(duos_family family, const char *text, uint8_t *bytes)
{
    return inet_pton(family == DUOS_IPV4 ? AF_INET : AF_INET6, text, bytes) ==
           1;
}

bool os_write_address(duos_family family, const uint8_t *bytes, char *text,
                      size_t cap)
{
    uint8_t copy[16] = {0}; /* MinGW's wants to write to it */

    memcpy(copy, bytes, family == DUOS_IPV4 ? 4 : 16);
    return inet_ntop(family == DUOS_IPV4 ? AF_INET : AF_INET6, copy, text,
                     (socklen_t)cap) != NULL;
}

uint64_t os_cpu_ns(void)
{
    struct timespec time = {0, 0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void os_set_variable(const char *name, const char *value)
{
    if (value != NULL) {
        (void)setenv(name, value, 1);
    } else {
        (void)unsetenv(name);
    }
}
