/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what fuzz targets share: an input as a row of choices, and checks
 * that end the process, which is what a fuzzer looks for.
 *
 * A target is one file with LLVMFuzzerTestOneInput. It is linked with
 * libFuzzer, and with seeded.c as an ordinary test. What it does depends on
 * its input alone.
 */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <duosock/error.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Operations of targets whose inputs are sequences of them: calls of what is
 * tested, not choices that led to none. */
extern uint64_t fuzz_operations;

/* Says what did not hold and where, and ends the process. */
void fuzz_fail(const char *what, const char *file, int line);

#define fuzz_check(condition)                                                  \
    ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

/* expr is a duos_err and must be code. */
void fuzz_compare(duos_err code, duos_err got, const char *what,
                  const char *file, int line);

#define fuzz_err(code, expr)                                                   \
    fuzz_compare((code), (expr), #expr, __FILE__, __LINE__)
#define fuzz_ok(expr) fuzz_err(DUOS_OK, expr)

/* ---- the input as choices --------------------------------------------- */

typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

/* The next byte; 0 behind the end. */
static inline uint8_t fuzz_byte(fuzz_input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static inline uint32_t fuzz_u16(fuzz_input *in)
{
    uint32_t high = fuzz_byte(in);

    return high << 8 | fuzz_byte(in);
}

/* 0 to below - 1. */
static inline uint32_t fuzz_below(fuzz_input *in, uint32_t below)
{
    return (below > 256 ? fuzz_u16(in) : fuzz_byte(in)) % below;
}

#endif
