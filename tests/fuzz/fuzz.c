/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - how a target says that something does not hold.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t fuzz_operations;

void fuzz_fail(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

void fuzz_compare(duos_err code, duos_err got, const char *what,
                  const char *file, int line)
{
    if (got != code) {
        (void)fprintf(stderr, "%s:%d: %s gave %ld, wanted %ld\n", file, line,
                      what, (long)got, (long)code);
        abort();
    }
}
