/* SPDX-License-Identifier: MIT */
/*
 * untraced.c - for files of the program in tests that never say --trace: what
 * they would call then, without a word said.
 */
#include "cli/trace.h"

bool trace_on;

duos_err trace_conn_send(duos_conn *conn, const void *data, size_t len)
{
    return (duos_conn_send)(conn, data, len);
}

#define ERR1(name, A, a)                                                       \
    duos_err trace_##name(A x)                                                 \
    {                                                                          \
        return (duos_##name)(x);                                               \
    }
#define ERR2(name, A, a, B, b)                                                 \
    duos_err trace_##name(A x, B y)                                            \
    {                                                                          \
        return (duos_##name)(x, y);                                            \
    }
#define ERR3(name, A, a, B, b, C, c)                                           \
    duos_err trace_##name(A x, B y, C z)                                       \
    {                                                                          \
        return (duos_##name)(x, y, z);                                         \
    }
#define ERR4(name, A, a, B, b, C, c, D, d)                                     \
    duos_err trace_##name(A x, B y, C z, D w)                                  \
    {                                                                          \
        return (duos_##name)(x, y, z, w);                                      \
    }
#define VOID1(name, A, a)                                                      \
    void trace_##name(A x)                                                     \
    {                                                                          \
        (duos_##name)(x);                                                      \
    }
#define VOID2(name, A, a, B, b)                                                \
    void trace_##name(A x, B y)                                                \
    {                                                                          \
        (duos_##name)(x, y);                                                   \
    }

#include "cli/trace_list.h"
