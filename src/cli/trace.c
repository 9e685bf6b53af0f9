/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the calls of trace_list.h: made, then told. How each kind of
 * argument is shown.
 */
#include "trace.h"

#include "trace_line.h"

#include <inttypes.h>

bool trace_on;

/* ---- arguments ----------------------------------------------------------- */

#define show_none(l, x) ((void)(x))
#define show_text(l, x) trace_add_text((l), (x))
#define show_addr(l, x) trace_add_addr((l), (x))
#define show_conn(l, x) trace_add_conn((l), (x))

static void show_socket(trace_line *l, duos_socket s)
{
    trace_add(l, "%" PRIdPTR, s.os);
}

static void show_made(trace_line *l, const duos_socket *s)
{
    if (l->err == DUOS_OK) {
        show_socket(l, *s);
    }
}

static void show_found(trace_line *l, const duos_addr *addr)
{
    trace_add_addr(l, l->err == DUOS_OK ? addr : NULL);
}

static void show_bound(trace_line *l, const duos_listener *listener)
{
    size_t i;

    for (i = 0; l->err == DUOS_OK && i < listener->count; i++) {
        trace_add_addr(l, &listener->bound[i]);
    }
}

static void show_count(trace_line *l, const size_t *count)
{
    if (l->err == DUOS_OK) {
        trace_add(l, "%zu", *count);
    }
}

static void show_family(trace_line *l, duos_family family)
{
    switch (family) {
    case DUOS_IPV4:
        trace_add(l, "ipv4");
        return;
    case DUOS_IPV6:
        trace_add(l, "ipv6");
        return;
    case DUOS_UNIX:
        trace_add(l, "unix");
        return;
    case DUOS_UNSPEC:
        trace_add(l, "unspec");
        return;
    }
}

static void show_type(trace_line *l, duos_type type)
{
    trace_add(l, "%s", type == DUOS_STREAM ? "stream" : "dgram");
}

static void show_events(trace_line *l, unsigned events)
{
    trace_add(l, "%s%s", (events & DUOS_READ) != 0 ? "r" : "",
              (events & DUOS_WRITE) != 0 ? "w" : "");
}

static void show_ms(trace_line *l, int64_t ms)
{
    trace_add(l, "%" PRId64 " ms", ms);
}

static void show_number(trace_line *l, int64_t number)
{
    trace_add(l, "%" PRId64, number);
}

static void show_flag(trace_line *l, bool on)
{
    trace_add(l, "%s", on ? "on" : "off");
}

static void show_option(trace_line *l, duos_opt option)
{
    trace_add(l, "%s", duos_opt_describe(option)->name);
}

static void show_reason(trace_line *l, duos_err reason)
{
    trace_add(l, "%s", duos_err_name(reason));
}

static void show_shared(trace_line *l, const duos_shared *shared)
{
    trace_add_bytes(l, duos_shared_data(shared), duos_shared_len(shared));
}

static void show_backend(trace_line *l, const duos_poller_config *config)
{
    trace_add(l, "%s", duos_poller_backend_name(config->backend));
}

static void show_loop_backend(trace_line *l, const duos_loop_config *config)
{
    trace_add(l, "%s", duos_poller_backend_name(config->backend));
}

/* ---- calls --------------------------------------------------------------- */

/* The brackets keep the macros of trace.h away: this is the toolkit's own. */
#define CALL(name) (duos_##name)

#define ERR1(name, A, a)                                                       \
    duos_err trace_##name(A x)                                                 \
    {                                                                          \
        trace_line l;                                                          \
        trace_begin(&l, #name, CALL(name)(x));                                 \
        show_##a(&l, x);                                                       \
        return trace_end(&l);                                                  \
    }
#define ERR2(name, A, a, B, b)                                                 \
    duos_err trace_##name(A x, B y)                                            \
    {                                                                          \
        trace_line l;                                                          \
        trace_begin(&l, #name, CALL(name)(x, y));                              \
        show_##a(&l, x);                                                       \
        show_##b(&l, y);                                                       \
        return trace_end(&l);                                                  \
    }
#define ERR3(name, A, a, B, b, C, c)                                           \
    duos_err trace_##name(A x, B y, C z)                                       \
    {                                                                          \
        trace_line l;                                                          \
        trace_begin(&l, #name, CALL(name)(x, y, z));                           \
        show_##a(&l, x);                                                       \
        show_##b(&l, y);                                                       \
        show_##c(&l, z);                                                       \
        return trace_end(&l);                                                  \
    }
#define ERR4(name, A, a, B, b, C, c, D, d)                                     \
    duos_err trace_##name(A x, B y, C z, D w)                                  \
    {                                                                          \
        trace_line l;                                                          \
        trace_begin(&l, #name, CALL(name)(x, y, z, w));                        \
        show_##a(&l, x);                                                       \
        show_##b(&l, y);                                                       \
        show_##c(&l, z);                                                       \
        show_##d(&l, w);                                                       \
        return trace_end(&l);                                                  \
    }
#define VOID1(name, A, a)                                                      \
    void trace_##name(A x)                                                     \
    {                                                                          \
        trace_line l;                                                          \
        CALL(name)(x);                                                         \
        trace_begin(&l, #name, DUOS_OK);                                       \
        show_##a(&l, x);                                                       \
        trace_end_void(&l);                                                    \
    }
#define VOID2(name, A, a, B, b)                                                \
    void trace_##name(A x, B y)                                                \
    {                                                                          \
        trace_line l;                                                          \
        CALL(name)(x, y);                                                      \
        trace_begin(&l, #name, DUOS_OK);                                       \
        show_##a(&l, x);                                                       \
        show_##b(&l, y);                                                       \
        trace_end_void(&l);                                                    \
    }

#include "trace_list.h"
