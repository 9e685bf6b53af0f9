/* SPDX-License-Identifier: MIT */
/*
 * trace_line.h - one line of --trace under way: a call, its arguments, its
 * result. Whatever a peer had its hand in is escaped.
 */
#ifndef CLI_TRACE_LINE_H
#define CLI_TRACE_LINE_H

#include <duosock/duosock.h>

enum {
    TRACE_LINE_MAX = 512
};

typedef struct trace_line {
    char text[TRACE_LINE_MAX];
    size_t len;
    duos_err err; /* what a call has filled in counts only for DUOS_OK */
    bool more;    /* an argument stands there already */
} trace_line;

/* Begins with "duos_<name>(", of a call that has ended with err. */
void trace_begin(trace_line *l, const char *name, duos_err err);

/* Begins with "-> on_data(": the toolkit calls us. */
void trace_begin_event(trace_line *l, const char *name);

/* Adds an argument, as printf does. */
void trace_add(trace_line *l, const char *format, ...);

void trace_add_text(trace_line *l, const char *text);
void trace_add_addr(trace_line *l, const duos_addr *addr);

/* The address of the peer. */
void trace_add_conn(trace_line *l, const duos_conn *conn);

/* 6 B "hello\x0A": as much as fits. */
void trace_add_bytes(trace_line *l, const void *data, size_t len);

/* Says it: ") = OK", or the error; returns that. */
duos_err trace_end(trace_line *l);

/* The same without a result. */
void trace_end_void(trace_line *l);

#endif
