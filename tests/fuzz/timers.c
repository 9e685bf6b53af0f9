/* SPDX-License-Identifier: MIT */
/*
 * timers.c - F9: the heap of timers against a list that is searched: what is
 * due fires in the order of due times and starts, and callbacks start and
 * stop others meanwhile.
 */
#include "fuzz.h"
#include "support/failing_alloc.h"

#include "timer.h"

enum {
    NODES = 48
};

/* What the list knows of a node. */
typedef struct listed {
    bool started;
    uint64_t due;
    uint64_t turn; /* of its start */
} listed;

static duos__timers timers;
static duos__timer nodes[NODES];
static listed list[NODES];
static fuzz_input in;
static uint64_t turns;
static failing_alloc memory;

/* While firing: what was due then, and no later start. */
static uint64_t fire_now;
static uint64_t fire_end;

/* The list's next node to fire that started before end; -1 for none. */
static int first_of(uint64_t end)
{
    int best = -1;
    int i;

    for (i = 0; i < NODES; i++) {
        if (list[i].started && list[i].turn < end &&
            (best < 0 || list[i].due < list[best].due ||
             (list[i].due == list[best].due &&
              list[i].turn < list[best].turn))) {
            best = i;
        }
    }
    return best;
}

static void start(void)
{
    uint32_t which = fuzz_below(&in, NODES);
    uint64_t due = fuzz_byte(&in);
    duos_err err;

    due = due == 255 ? UINT64_MAX : due;
    err = duos__timers_start(&timers, &nodes[which], due);
    if (err == DUOS_OK) {
        list[which].started = true;
        list[which].due = due;
        list[which].turn = turns++;
    } else {
        fuzz_check(err == DUOS_ENOMEM && failing_alloc_struck(&memory));
    }
}

static void stop(void)
{
    uint32_t which = fuzz_below(&in, NODES);

    duos__timers_stop(&timers, &nodes[which]);
    list[which].started = false;
}

/*
 * A node that a callback has started may stand before one that is due, and
 * then holds that up until the next call: both orders keep the promise that
 * a start waits for the next call.
 */
static void on_fire(duos__timer *node)
{
    int which = (int)(node - nodes);
    uint8_t what = fuzz_byte(&in);

    fuzz_check(which == first_of(fire_end));
    fuzz_check(list[which].due <= fire_now && node->position == 0);
    list[which].started = false;
    if (what % 4 == 1) {
        start();
    } else if (what % 4 == 2) {
        stop();
    }
}

static void fire(void)
{
    uint64_t now = fuzz_byte(&in);
    int held_up;
    int left;

    fire_now = now == 255 ? UINT64_MAX : now;
    fire_end = turns;
    duos__timers_fire(&timers, fire_now);
    left = first_of(fire_end);
    held_up = first_of(UINT64_MAX);
    fuzz_check(left < 0 || list[left].due > fire_now ||
               list[held_up].turn >= fire_end);
}

static void check(void)
{
    int next = first_of(UINT64_MAX);
    uint32_t count = 0;
    int i;

    for (i = 0; i < NODES; i++) {
        count += list[i].started;
        fuzz_check(list[i].started == (nodes[i].position != 0));
    }
    fuzz_check(timers.count == count);
    fuzz_check(duos__timers_next(&timers) ==
               (next < 0 ? UINT64_MAX : list[next].due));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int i;

    in.at = data;
    in.left = size;
    turns = 0;
    memset(list, 0, sizeof list);
    memset(nodes, 0, sizeof nodes);
    failing_alloc_init(&memory);
    duos__timers_init(&timers, &memory.alloc);
    timers.sequence = 0u - fuzz_byte(&in); /* its end is near */
    for (i = 0; i < NODES; i++) {
        nodes[i].fire = on_fire;
    }
    while (in.left > 0) {
        uint8_t what = fuzz_byte(&in);

        if (what % 8 < 4) {
            start();
        } else if (what % 8 < 6) {
            stop();
        } else if (what % 8 < 7) {
            fire();
        } else {
            failing_alloc_arm(&memory, what / 8 % 4, false);
        }
        check();
        fuzz_operations++;
    }
    duos__timers_fini(&timers);
    fuzz_check(memory.bytes == 0 && !memory.wrong_size && !memory.overrun);
    return 0;
}
