/* SPDX-License-Identifier: MIT */
/*
 * test_garbage.c - what scanners, browsers and lost programs send to a chat
 * that waits for a nick (LO7): it lives, its members are not disturbed, and
 * its log stays readable (CH5).
 */
#include "program/program.h"

#include "support/net.h"
#include "support/seeded.h"

#include <stdlib.h>

typedef struct probe {
    const char *what;
    const char *bytes;
    size_t len;
} probe;

#define PROBE(what, bytes)                                                     \
    {                                                                          \
        what, bytes, sizeof bytes - 1                                          \
    }

/* As their protocols begin. */
static const probe probes[] = {
    PROBE("nothing", ""),
    PROBE("line feeds", "\r\n\r\n\n\n\n"),
    PROBE("NUL", "\0\0\0\0\0\0\0\0"),
    PROBE("HTTP", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: "
                  "\033]0;x\007\r\nAccept: */*\r\n\r\n"),
    PROBE("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
    PROBE("RTSP", "OPTIONS / RTSP/1.0\r\n\r\n"),
    PROBE("SIP", "OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\n"
                 "Content-Length: 0\r\n\r\n"),
    PROBE("SMTP", "EHLO \342\200\256example\r\nHELP\r\nQUIT\r\n"),
    PROBE("TLS", "\026\003\001\000\063\001\000\000\057\003\003\125\034\247\344"
                 "random1random2random3random4\000\000\010\000\057\000\012"
                 "\000\023\000\071\001\000"),
    PROBE("SSL 2", "\200\060\001\003\001\000\027\000\000\000\020\000\000\004"),
    PROBE("SSH", "SSH-2.0-OpenSSH_9.2\r\n\000\000\002\234\010\024"),
    PROBE("DNS", "\000\036\000\006\001\000\000\001\000\000\000\000\000\000"
                 "\007version\004bind\000\000\020\000\003"),
    PROBE("SMB", "\000\000\000\244\377SMBr\000\000\000\000\010\001\100"),
    PROBE("RDP", "\003\000\000\052\045\340\000\000\000\000\000Cookie: "
                 "mstshash=nmap\r\n\001\000\010\000\003\000\000\000"),
    PROBE("LDAP", "\060\014\002\001\001\140\007\002\001\003\004\000\200\000"),
    PROBE("telnet", "\377\373\037\377\373\040\377\373\030\377\375\001"
                    "\377\372\030\000xterm\377\360\r\n"),
    PROBE("X11", "l\000\013\000\000\000\000\000\000\000\000\000"),
    PROBE("Redis", "*1\r\n$4\r\nPING\r\n"),
    PROBE("formats", "%s%s%s%s%n%n%x%x\r\n%s%n\r\n%p\r\n"),
    PROBE("a terminal", "\033[2J\033]0;title\007\033c\033[6n\r\n"),
    PROBE("C1", "\302\205\302\233\061m\302\235x\r\n"),
    PROBE("a forged line", "x\r#1 close 0 B in, 0 B out\r\n"),
    PROBE("paths", "../../../../etc/passwd\r\n..\\..\\boot.ini\r\n"),
    PROBE("not UTF-8", "\300\200\340\200\200\370\210\200\200\200\377\376\r\n")};

#define PROBES  (sizeof probes / sizeof probes[0])
#define RANDOMS 40

static server room;
static duos_socket ann;

/* ---- who sits in the room all the while -------------------------------- */

static void say(const char *text)
{
    assert_ok(duos_send_all(ann, text, strlen(text), PATIENCE_MS, NULL));
}

static bool is_harmless(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < 0x20 || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

/* Reads lines, each of them harmless, until one begins like this. */
static void hear(const char *wanted)
{
    static char line[8192];
    size_t len = 0;

    for (;;) {
        assert_ok(duos_recv_exact(ann, line + len, 1, PATIENCE_MS, NULL));
        if (line[len] != '\n') {
            assert_true(++len < sizeof line);
            continue;
        }
        line[len] = '\0';
        assert_true(is_harmless(line, len));
        if (strncmp(line, wanted, strlen(wanted)) == 0) {
            return;
        }
        len = 0;
    }
}

static void begin_room(void)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;

    ann = none;
    room.process = NULL;
    SERVER_START(&room, "--mode", "chat");
    ann = peer_dial(room.address);
    say("ann\n");
    hear("* welcome ann");
}

/* ---- those who do not ---------------------------------------------------- */

/* Sends, ends or not, and takes what comes until the end or a reset. */
static void visit(const void *bytes, size_t len, unsigned how)
{
    static char answer[65536];
    duos_socket s = peer_dial(room.address);
    size_t n = 0;
    duos_err err = duos_send_all(s, bytes, len, PATIENCE_MS, NULL);

    assert_true(err == DUOS_OK || err == DUOS_ECONNRESET || err == DUOS_EPIPE);
    if (how == 0) {
        net_reset(&s);
        return;
    }
    if (how == 1 && err == DUOS_OK) {
        err = duos_shutdown(s, DUOS_SHUT_SEND);
        while (err == DUOS_OK) {
            err = duos_recv_some(s, answer, sizeof answer, PATIENCE_MS, &n);
        }
        assert_true(err != DUOS_ETIMEDOUT);
    }
    net_close(&s);
}

static void visit_at_random(void)
{
    static unsigned char bytes[64 * 1024];
    seeded random = {1889};
    unsigned i;

    for (i = 0; i < RANDOMS; i++) {
        size_t len = 1 + seeded_below(&random, sizeof bytes);
        size_t at;

        for (at = 0; at < len; at++) {
            bytes[at] = (unsigned char)seeded_next(&random);
        }
        visit(bytes, len, i % 3);
    }
}

/* ---- the log ------------------------------------------------------------- */

typedef struct tally {
    size_t opens;
    size_t closes;
} tally;

static bool tells_of(const char *line, size_t len, const char *event)
{
    const char *found = strstr(line, event);

    return line[0] == '#' && found != NULL && found < line + len;
}

/* Each line is printable and short. */
static tally check_log(const char *text)
{
    tally t = {0, 0};

    while (*text != '\0') {
        size_t len = strcspn(text, "\r\n");
        size_t end = strspn(text + len, "\r\n");

        assert_between(len, 1, 1023);
        assert_true(is_harmless(text, len));
        t.opens += tells_of(text, len, " open ");
        t.closes += tells_of(text, len, " close ");
        text += len + end;
    }
    return t;
}

/* Waits until the log tells of the end of all but ann. */
static void await_ends(size_t at_least)
{
    uint64_t begin = net_now();
    tally t = {0, 0};

    while (t.closes < at_least || t.opens != t.closes + 1) {
        char *log = file_read(SERVER_LOG, NULL);
        size_t len = strlen(log);

        /* What is being written may lack its end. */
        if (len > 0 && log[len - 1] == '\n') {
            t = check_log(log);
        }
        free(log);
        assert_waited_less_than(begin, PATIENCE_MS);
    }
}

static void test_LO7_CH5_probes_of_scanners_disturb_nobody(void **state)
{
    char text[64];
    size_t i;
    unsigned how;

    (void)state;
    begin_room();
    for (i = 0; i < PROBES; i++) {
        for (how = 0; how < 3; how++) {
            visit(probes[i].bytes, probes[i].len, how);
        }
        sprintf(text, "after %s\n", probes[i].what);
        say(text);
        say("/who\n"); /* answered, so the room goes on */
        hear("* here: ");
    }
    visit_at_random();
    /* Who resets at once may never have been there. */
    await_ends(2 * PROBES + RANDOMS / 3);
}

static int end_room(void **state)
{
    duos_close(&ann);
    if (room.process != NULL) {
        server_stop(&room);
    }
    return process_kill_all(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(
        test_LO7_CH5_probes_of_scanners_disturb_nobody, end_room)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
