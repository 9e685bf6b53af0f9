/* SPDX-License-Identifier: MIT */
/*
 * chat.c - F5: the bytes are what members of a chat say, in pieces of any
 * size, each piece by whoever speaks next. The model says what each must hear.
 */
#include "fuzz.h"

#include "chaos/chaos.h"

#include <stdio.h>

static const chaos_character cast[] = {CHAOS_TALKER, CHAOS_RAW_TALKER,
                                       CHAOS_SLOW, CHAOS_RAW_TALKER};

/* Nothing goes wrong but what they say. */
static void adjust(chaos_world *w, void *user)
{
    const chaos_setup *setup = (const chaos_setup *)user;
    duos_conn_limits limits = {65536, 32768, 8192, 0, 0, 0, 1000, true, 0, 0, 0};

    memset(&w->plan, 0, sizeof w->plan);
    w->plan.mode = CHAOS_CHAT;
    w->plan.hosts = 2;
    w->plan.guests = 4;
    w->plan.arrival_ms = 3;
    w->plan.end_ms = 5000;
    w->plan.recv_buffer = 512;
    w->plan.max_line = 40;
    w->plan.by_line = true;
    w->plan.server = w->plan.client = limits;
    w->plan.cast = cast;
    w->plan.cast_size = sizeof cast / sizeof cast[0];
    w->speech.at = setup->bytes;
    w->speech.left = setup->len;
    w->dice.left = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static chaos_totals totals;
    chaos_setup setup;
    const char *failure;

    memset(&setup, 0, sizeof setup);
    setup.seed = 1 + (size > 0 ? data[0] : 0);
    setup.bytes = data;
    setup.len = size;
    setup.totals = &totals;
    setup.adjust = adjust;
    setup.user = &setup;
    failure = chaos_run(&setup);
    if (failure != NULL) {
        (void)fprintf(stderr, "%s\n", failure);
        fuzz_fail("the model", __FILE__, __LINE__);
    }
    fuzz_operations = totals.delivered;
    return 0;
}
