/* SPDX-License-Identifier: MIT */
/*
 * measure.h - what a server costs per message: it runs under a tool that
 * counts, twice, with loads that differ in nothing but their length. The
 * difference of the two counts is exact; start and end cancel out.
 */
#ifndef TEST_MEASURE_H
#define TEST_MEASURE_H

#include <stdbool.h>

/* The exit code of a test that cannot be run here; ctest knows it. */
#define MEASURE_SKIPPED 77

/* The load; depth messages are under way on each connection. */
typedef struct measure_load {
    const char *const *server; /* its path and arguments, ends with NULL */
    bool churn;                /* a connection per message */
    int connections;
    int depth;
} measure_load;

/* System calls per message. */
typedef struct measure_calls {
    double all;
    double epoll_ctl;
    double fcntl;
} measure_calls;

/* The reason why it cannot be measured here, or NULL. */
const char *measure_no_instructions(void);
const char *measure_no_calls(void);

/* Instructions in user mode per message; false when something failed. */
bool measure_instructions(const measure_load *load, double *result);

bool measure_system_calls(const measure_load *load, measure_calls *result);

/* All instructions that a program takes from its start to its end. */
bool measure_program(const char *const program[], double *result);

#endif
