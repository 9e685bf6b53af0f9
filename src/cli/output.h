/* SPDX-License-Identifier: MIT */
/*
 * output.h - what came from a peer, on the standard output: untouched when
 * that is a file or a pipe, escaped when it is a terminal or when it becomes
 * objects of JSON.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum output_form {
    OUTPUT_AUTO, /* escaped on a terminal, otherwise raw */
    OUTPUT_RAW,  /* untouched */
    OUTPUT_JSON, /* as report_data */
    OUTPUT_HEX   /* 16 bytes a line; what comes later begins a line */
} output_form;

typedef struct output {
    output_form form;
    bool escaped;
    unsigned char held[4]; /* a character whose rest has not come yet */
    size_t held_len;
    uint64_t offset; /* of OUTPUT_HEX: of the next byte */
} output;

void output_init(output *out, output_form form);

/* Blocks until all is written; returns false when it cannot be. */
bool output_write(output *out, const void *data, size_t len);

/* Writes what was held back. */
bool output_end(output *out);

#endif
