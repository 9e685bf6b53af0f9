/* SPDX-License-Identifier: MIT */
/*
 * seeded.c - runs a fuzz target as an ordinary test: the committed inputs,
 * then a number of random ones and mutations, all of which a seed decides.
 *
 *     test_fuzz_x [FILE...]     with files: runs these and nothing else
 *
 * DUOSOCK_FUZZ_SEED and DUOSOCK_FUZZ_COUNT change seed and number, and
 * DUOSOCK_FUZZ_LEAST says how many operations these must come to. Input n of
 * a seed is the same on every system. One that fails is printed as hex and
 * written to fuzz-failed.bin, to be given as FILE.
 *
 * From CMake: FUZZ_NAME, "F3 lines"; FUZZ_COUNT; FUZZ_LIST, the file that
 * lists the committed inputs, a path a line.
 */
#include "fuzz.h"

#include "crash.h"
#include "support/seeded.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    INPUT_MAX = 4096,
    ENTRIES_MAX = 1024,
    PATH_MAX_HERE = 4096
};

typedef struct entry {
    uint8_t *data;
    size_t size;
} entry;

static entry corpus[ENTRIES_MAX];
static size_t corpus_size;

/* What runs now, for whoever hears of a crash. */
static const uint8_t *running;
static size_t running_size;
static const char *running_what;
static uint64_t running_number;
static uint64_t seed = 1;

/* ---- failures --------------------------------------------------------- */

static void report(void)
{
    FILE *file;
    size_t i;

    if (running == NULL) {
        return;
    }
    (void)fprintf(stderr, "%s: FAILED on %s %lu, seed %lu, %lu bytes:\n",
                  FUZZ_NAME, running_what, (unsigned long)running_number,
                  (unsigned long)seed, (unsigned long)running_size);
    for (i = 0; i < running_size; i++) {
        (void)fprintf(stderr, "%02x", running[i]);
    }
    (void)fprintf(stderr, "\n");
    file = fopen("fuzz-failed.bin", "wb");
    if (file != NULL) {
        (void)fwrite(running, 1, running_size, file);
        (void)fclose(file);
        (void)fprintf(stderr, "also in fuzz-failed.bin: give it as argument\n");
    }
    running = NULL;
}

static void stop(const char *what, const char *with)
{
    (void)fprintf(stderr, "%s: %s: %s\n", FUZZ_NAME, what, with);
    exit(2);
}

/* ---- running ---------------------------------------------------------- */

/* A copy of its own size, so a sanitizer sees each byte beyond it. */
static void run(const uint8_t *data, size_t size, const char *what,
                uint64_t number)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL) {
        stop("no memory for an input", what);
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    running_size = size;
    running_what = what;
    running_number = number;
    running = copy;
    (void)LLVMFuzzerTestOneInput(copy, size);
    running = NULL;
    free(copy);
}

static entry read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    entry e = {NULL, 0};

    if (file == NULL) {
        stop("cannot be read", path);
    }
    e.data = malloc(1 << 20);
    if (e.data == NULL) {
        stop("no memory for", path);
    }
    e.size = fread(e.data, 1, 1 << 20, file);
    (void)fclose(file);
    return e;
}

static void run_list(void)
{
    static char path[PATH_MAX_HERE];
    FILE *list = fopen(FUZZ_LIST, "r");

    if (list == NULL) {
        stop("cannot be read", FUZZ_LIST);
    }
    while (fgets(path, sizeof path, list) != NULL &&
           corpus_size < ENTRIES_MAX) {
        path[strcspn(path, "\r\n")] = '\0';
        corpus[corpus_size] = read_file(path);
        run(corpus[corpus_size].data, corpus[corpus_size].size, path, 0);
        corpus_size++;
    }
    (void)fclose(list);
}

/* ---- making inputs ---------------------------------------------------- */

static uint8_t interesting(seeded *random)
{
    static const uint8_t bytes[] = {0,   1,    9,   '\n', '\r', ' ',
                                    '%', ':',  '.', '@',  '[',  ']',
                                    '0', 0x1B, 127, 128,  254,  255};

    return seeded_below(random, 2) == 0
               ? bytes[seeded_below(random, sizeof bytes)]
               : (uint8_t)seeded_next(random);
}

/* Makes room for n bytes at a place, or takes them away. */
static size_t insert(uint8_t *data, size_t size, size_t at, size_t n)
{
    n = n < INPUT_MAX - size ? n : INPUT_MAX - size;
    memmove(data + at + n, data + at, size - at);
    return size + n;
}

static size_t mutate(seeded *random, uint8_t *data, size_t size)
{
    size_t at = seeded_below(random, (uint32_t)size + 1);
    size_t n = 1 + seeded_below(random, 1u << seeded_below(random, 4));
    const entry *other;
    size_t was = size;
    size_t i;

    switch (seeded_below(random, 8)) {
    case 0: /* other bits */
        for (i = at; i < size && i < at + n; i++) {
            data[i] ^= (uint8_t)(1u << seeded_below(random, 8));
        }
        return size;
    case 1:
        for (i = at; i < size && i < at + n; i++) {
            data[i] = interesting(random);
        }
        return size;
    case 2: /* new bytes */
        size = insert(data, size, at, n);
        for (i = at; i < at + (size - was); i++) {
            data[i] = interesting(random);
        }
        return size;
    case 3: /* one a little larger or smaller */
    case 4:
        if (at < size) {
            data[at] = (uint8_t)(data[at] + (n % 2 == 0 ? n : 256 - n));
        }
        return size;
    case 5: /* fewer */
        n = n < size - at ? n : size - at;
        memmove(data + at, data + at + n, size - at - n);
        return size - n;
    case 6: /* the beginning once more */
        n = seeded_below(random, (uint32_t)size + 1);
        size = insert(data, size, at, n);
        memmove(data + at, data, size - was);
        return size;
    default: /* the end of another one */
        other = &corpus[seeded_below(random, (uint32_t)corpus_size)];
        n = seeded_below(random, (uint32_t)other->size + 1);
        n = n < INPUT_MAX - at ? n : INPUT_MAX - at;
        memcpy(data + at, other->data + (other->size - n), n);
        return at + n;
    }
}

/* Input number n of the seed: random bytes, or a mutation. */
static size_t make(uint64_t number, uint8_t *data)
{
    seeded random = {(seed + 1) * UINT64_C(0x9E3779B97F4A7C15) ^
                     (number + 1) * UINT64_C(0xD1B54A32D192ED03)};
    const entry *like;
    size_t size;
    uint32_t changes;
    size_t i;

    random.state |= 1;
    (void)seeded_next(&random);
    if (corpus_size == 0 || seeded_below(&random, 8) == 0) {
        size = seeded_below(&random, 1u << seeded_below(&random, 12));
        for (i = 0; i < size; i++) {
            data[i] = (uint8_t)seeded_next(&random);
        }
        return size;
    }
    like = &corpus[seeded_below(&random, (uint32_t)corpus_size)];
    size = like->size < INPUT_MAX ? like->size : INPUT_MAX;
    memcpy(data, like->data, size);
    for (changes = 1 + seeded_below(&random, 6); changes > 0; changes--) {
        size = mutate(&random, data, size);
    }
    return size;
}

/* ---- the program ------------------------------------------------------ */

/* A variable of the environment that is a number, or what is said here. */
static uint64_t read_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t number = 0;
    const char *at;

    if (text == NULL) {
        return otherwise;
    }
    for (at = text; *at >= '0' && *at <= '9' && at - text < 18; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
    }
    if (at == text || *at != '\0') {
        (void)fprintf(stderr, "%s: not a number: '%s'\n", name, text);
        exit(2);
    }
    return number;
}

int main(int argc, char **argv)
{
    static uint8_t input[INPUT_MAX];
    uint64_t count = read_number("DUOSOCK_FUZZ_COUNT", FUZZ_COUNT);
    uint64_t least = read_number("DUOSOCK_FUZZ_LEAST", 0);
    uint64_t number;
    int i;

    seed = read_number("DUOSOCK_FUZZ_SEED", seed);
    crash_watch(report);
    for (i = 1; i < argc; i++) {
        entry e = read_file(argv[i]);

        run(e.data, e.size, argv[i], 0);
        free(e.data);
        (void)printf("%s: %s: good\n", FUZZ_NAME, argv[i]);
    }
    if (argc > 1) {
        return 0;
    }
    run_list();
    for (number = 0; number < count; number++) {
        run(input, make(number, input), "input", number);
    }
    (void)printf("%s: %lu committed inputs, %lu of seed %lu: good\n", FUZZ_NAME,
                 (unsigned long)corpus_size, (unsigned long)count,
                 (unsigned long)seed);
    if (fuzz_operations > 0) {
        (void)printf("%s: %lu operations\n", FUZZ_NAME,
                     (unsigned long)fuzz_operations);
    }
    while (corpus_size > 0) {
        free(corpus[--corpus_size].data);
    }
    if (fuzz_operations < least) {
        (void)fprintf(stderr, "%s: FAILED: %lu operations were wanted\n",
                      FUZZ_NAME, (unsigned long)least);
        return 1;
    }
    return 0;
}
