/* SPDX-License-Identifier: MIT */
/*
 * addr.c - address values: build, compare, print. addr_parse.c reads them.
 */
#include <duosock/addr.h>

#include <string.h>

duos_addr duos_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                         uint16_t port)
{
    duos_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_IPV4;
    addr.port = port;
    addr.ip.v4[0] = a;
    addr.ip.v4[1] = b;
    addr.ip.v4[2] = c;
    addr.ip.v4[3] = d;
    return addr;
}

duos_addr duos_addr_ipv6(const uint8_t *bytes, uint16_t port)
{
    duos_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_IPV6;
    addr.port = port;
    if (bytes != NULL) {
        memcpy(addr.ip.v6, bytes, 16);
    }
    return addr;
}

duos_addr duos_addr_loopback(duos_family family, uint16_t port)
{
    duos_addr addr;

    if (family == DUOS_IPV4) {
        return duos_addr_ipv4(127, 0, 0, 1, port);
    }
    if (family == DUOS_IPV6) {
        addr = duos_addr_ipv6(NULL, port);
        addr.ip.v6[15] = 1;
        return addr;
    }
    memset(&addr, 0, sizeof addr);
    return addr;
}

bool duos_addr_equal(const duos_addr *a, const duos_addr *b)
{
    if (a == NULL || b == NULL || a->family != b->family) {
        return false;
    }
    switch (a->family) {
    case DUOS_IPV4:
        return a->port == b->port && memcmp(a->ip.v4, b->ip.v4, 4) == 0;
    case DUOS_IPV6:
        return a->port == b->port && a->scope == b->scope &&
               memcmp(a->ip.v6, b->ip.v6, 16) == 0;
    case DUOS_UNIX:
        return a->path_len == b->path_len &&
               memcmp(a->ip.path, b->ip.path, a->path_len) == 0;
    default:
        return true;
    }
}

/* ---- printing --------------------------------------------------------- */

/* Text under construction; len runs on past cap, so the end tells. */
typedef struct text {
    char *out;
    size_t cap;
    size_t len;
} text;

static void put_char(text *t, char c)
{
    if (t->len < t->cap) {
        t->out[t->len] = c;
    }
    t->len++;
}

static void put_string(text *t, const char *s)
{
    while (*s != '\0') {
        put_char(t, *s++);
    }
}

static void put_number(text *t, uint32_t value, uint32_t base)
{
    char digits[10];
    int n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (n > 0) {
        put_char(t, digits[--n]);
    }
}

static void put_ipv4(text *t, const uint8_t *bytes)
{
    int i;

    for (i = 0; i < 4; i++) {
        if (i > 0) {
            put_char(t, '.');
        }
        put_number(t, bytes[i], 10);
    }
}

static uint32_t group_at(const uint8_t *bytes, int i)
{
    return (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first longest run of at least two zero groups (RFC 5952 4.2). */
static void longest_zeros(const uint8_t *bytes, int groups, int *start,
                          int *length)
{
    int i;
    int run = 0;

    *start = -1;
    *length = 1;
    for (i = 0; i < groups; i++) {
        run = group_at(bytes, i) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            *start = i - run + 1;
        }
    }
}

static void put_ipv6(text *t, const uint8_t *bytes)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
    bool dots = memcmp(bytes, mapped, sizeof mapped) == 0;
    int groups = dots ? 6 : 8;
    int start;
    int length;
    int i = 0;

    longest_zeros(bytes, groups, &start, &length);
    while (i < groups) {
        if (i == start) {
            put_string(t, "::");
            i += length;
            continue;
        }
        put_number(t, group_at(bytes, i), 16);
        i++;
        if (i < groups && i != start) {
            put_char(t, ':');
        }
    }
    if (dots) {
        put_char(t, ':');
        put_ipv4(t, bytes + 12);
    }
}

static void put_path(text *t, const duos_addr *addr)
{
    size_t i = 0;

    put_string(t, "unix:");
    if (addr->path_len > 0 && addr->ip.path[0] == '\0') {
        put_char(t, '@');
        i = 1;
    }
    for (; i < addr->path_len; i++) {
        put_char(t, addr->ip.path[i]);
    }
}

static void put_port(text *t, uint16_t port)
{
    put_char(t, ':');
    put_number(t, port, 10);
}

static void put_addr(text *t, const duos_addr *addr)
{
    switch (addr->family) {
    case DUOS_IPV4:
        put_ipv4(t, addr->ip.v4);
        put_port(t, addr->port);
        break;
    case DUOS_IPV6:
        put_char(t, '[');
        put_ipv6(t, addr->ip.v6);
        if (addr->scope != 0) {
            put_char(t, '%');
            put_number(t, addr->scope, 10);
        }
        put_char(t, ']');
        put_port(t, addr->port);
        break;
    case DUOS_UNIX:
        put_path(t, addr);
        break;
    default:
        put_string(t, "none");
        break;
    }
}

/* Moves finished text out, or writes nothing at all. */
static duos_err finish(const text *t, char *out, size_t cap)
{
    if (t->len >= cap) {
        return DUOS_ENOSPACE;
    }
    memcpy(out, t->out, t->len);
    out[t->len] = '\0';
    return DUOS_OK;
}

duos_err duos_addr_format(const duos_addr *addr, char *out, size_t cap)
{
    char room[DUOS_ADDR_TEXT_MAX];
    text t = {room, sizeof room, 0};

    if (addr == NULL || out == NULL || addr->path_len > DUOS_UNIX_PATH_MAX) {
        return DUOS_EINVAL;
    }
    put_addr(&t, addr);
    return finish(&t, out, cap);
}

duos_err duos_tuple_format(const duos_tuple *tuple, char *out, size_t cap)
{
    char room[DUOS_TUPLE_TEXT_MAX];
    text t = {room, sizeof room, 0};

    if (tuple == NULL || out == NULL ||
        tuple->local.path_len > DUOS_UNIX_PATH_MAX ||
        tuple->remote.path_len > DUOS_UNIX_PATH_MAX) {
        return DUOS_EINVAL;
    }
    put_addr(&t, &tuple->remote);
    put_string(&t, " -> ");
    put_addr(&t, &tuple->local);
    return finish(&t, out, cap);
}
