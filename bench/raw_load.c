/* SPDX-License-Identifier: MIT */
/*
 * raw_load.c - the load generator: starts an echo server, sends it an exact
 * number of messages, compares every byte that comes back, ends it.
 *
 *   raw_load [-c connections] [-n messages] [-d depth] [-s size] [-t seconds]
 *            [-m echo|churn] [--] server [arguments]
 *
 * echo: each connection has depth messages under way, sent in one burst; the
 * next burst goes when the last one is back. churn: a connection sends one
 * message, closes when it is back, and another is opened; -n counts them.
 *
 * The server prints its port on the first line and ends when its standard
 * input ends, so none is left behind, whatever becomes of us. It may stand
 * behind a tool that counts: valgrind, strace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define BUFFER_SIZE ((size_t)256 * 1024)
#define EVENTS      512

struct conn {
    int fd;
    size_t sent;     /* of the burst under way */
    size_t received; /* of its echo */
};

static struct {
    size_t connections;
    size_t messages;
    size_t depth;
    size_t size;
    unsigned seconds;
    int churn;
    char **server;
} want = {1, 1000, 1, 64, 60, 0, NULL};

static struct conn *conns;
static char *pattern; /* one burst */
static size_t burst;  /* its bytes */
static size_t begun;  /* bursts */
static size_t done;
static int poller;

/* The server. */
static pid_t child;
static int child_input;
static uint16_t port;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void give_up(const char *why)
{
    fprintf(stderr, "raw_load: %s after %zu of %zu\n", why, done * want.depth,
            want.messages);
    exit(1);
}

/* ---- the server ------------------------------------------------------- */

static void run_child(int input, int output)
{
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0) {
        fail("dup2");
    }
    execvp(want.server[0], want.server);
    fail(want.server[0]);
}

static void start_server(void)
{
    int in[2];
    int out[2];
    char line[32] = "";
    FILE *output;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    child = fork();
    if (child == 0) {
        run_child(in[0], out[1]);
    }
    if (child < 0) {
        fail("fork");
    }
    close(in[0]);
    close(out[1]);
    child_input = in[1];
    output = fdopen(out[0], "r");
    if (output == NULL || fgets(line, sizeof line, output) == NULL) {
        give_up("the server did not start");
    }
    port = (uint16_t)strtoul(line, NULL, 10);
}

static int end_server(void)
{
    int status;

    close(child_input);
    if (waitpid(child, &status, 0) != child) {
        fail("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* ---- one connection --------------------------------------------------- */

/* On loopback a connect that blocks is over at once. */
static int open_conn(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port);
    if (fd < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        fail("connect");
    }
    return fd;
}

static void start_conn(struct conn *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};

    event.data.ptr = c;
    c->fd = open_conn();
    if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        fail("epoll_ctl");
    }
}

static void send_burst(struct conn *c)
{
    ssize_t n;

    if (c->sent == burst) {
        return;
    }
    n = send(c->fd, pattern + c->sent, burst - c->sent,
             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) {
        fail("send");
    }
    c->sent += n > 0 ? (size_t)n : 0;
}

static int all_begun(void)
{
    return begun * want.depth >= want.messages;
}

static void begin_burst(struct conn *c)
{
    c->received = 0;
    c->sent = burst;
    if (!all_begun()) {
        begun++;
        c->sent = 0;
        send_burst(c);
    }
}

static void burst_done(struct conn *c)
{
    done++;
    if (want.churn) {
        close(c->fd);
        if (all_begun()) {
            return;
        }
        start_conn(c);
    }
    begin_burst(c);
}

static void compare(struct conn *c, const char *bytes, size_t len)
{
    if (len > burst - c->received ||
        memcmp(bytes, pattern + c->received, len) != 0) {
        give_up("wrong echo");
    }
    c->received += len;
}

static void receive(struct conn *c)
{
    static char buffer[BUFFER_SIZE];
    ssize_t n;

    do {
        n = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n == 0) {
            give_up("the server closed a connection");
        }
        if (n < 0 && errno != EAGAIN) {
            fail("recv");
        }
        if (n > 0) {
            compare(c, buffer, (size_t)n);
        }
    } while (n == (ssize_t)sizeof buffer);
    if (c->received == burst) {
        burst_done(c);
    }
}

/* ---- all of them ------------------------------------------------------ */

static void prepare(void)
{
    struct rlimit limit;
    size_t i;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    burst = want.size * want.depth;
    pattern = malloc(burst);
    conns = calloc(want.connections, sizeof *conns);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (pattern == NULL || conns == NULL || poller < 0) {
        fail("prepare");
    }
    for (i = 0; i < burst; i++) {
        pattern[i] = (char)('a' + i % 23);
    }
}

static void run(void)
{
    static struct epoll_event events[EVENTS];
    size_t i;

    for (i = 0; i < want.connections; i++) {
        start_conn(&conns[i]);
    }
    for (i = 0; i < want.connections; i++) {
        begin_burst(&conns[i]);
    }
    while (done * want.depth < want.messages) {
        int n = epoll_wait(poller, events, EVENTS, (int)want.seconds * 1000);
        int k;

        if (n <= 0) {
            give_up("stalled");
        }
        for (k = 0; k < n; k++) {
            struct conn *c = events[k].data.ptr;

            send_burst(c);
            receive(c);
        }
    }
}

/* ---- command line ----------------------------------------------------- */

static void usage(void)
{
    fprintf(stderr, "usage: raw_load [-c connections] [-n messages] "
                    "[-d depth] [-s size]\n"
                    "                [-t seconds] [-m echo|churn] [--] "
                    "server [arguments]\n");
    exit(2);
}

static size_t number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*end != '\0' || value == 0 || value > 1000000000) {
        usage();
    }
    return (size_t)value;
}

static void read_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "+c:n:d:s:t:m:")) != -1) {
        switch (option) {
        case 'c':
            want.connections = number(optarg);
            break;
        case 'n':
            want.messages = number(optarg);
            break;
        case 'd':
            want.depth = number(optarg);
            break;
        case 's':
            want.size = number(optarg);
            break;
        case 't':
            want.seconds = (unsigned)number(optarg);
            break;
        case 'm':
            want.churn = strcmp(optarg, "churn") == 0;
            break;
        default:
            usage();
        }
    }
    want.server = argv + optind;
    if (want.server[0] == NULL) {
        usage();
    }
}

int main(int argc, char **argv)
{
    int server_code;

    read_options(argc, argv);
    (void)alarm(want.seconds);
    prepare();
    start_server();
    run();
    server_code = end_server();
    printf("messages %zu\n", done * want.depth);
    return server_code;
}
