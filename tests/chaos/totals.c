/* SPDX-License-Identifier: MIT */
/*
 * totals.c - what came together over all runs: printed, and searched for what
 * never happened but should have.
 */
#include <stdio.h>

#include "chaos.h"

static const char *state_name(chaos_state state)
{
#define STATE_TEXT(NAME, text) text,
    static const char *const names[] = {CHAOS_STATES(STATE_TEXT)};
#undef STATE_TEXT

    return names[state];
}

static const char *event_name(chaos_event event)
{
#define EVENT_TEXT(NAME, text) text,
    static const char *const names[] = {CHAOS_EVENTS(EVENT_TEXT)};
#undef EVENT_TEXT

    return names[event];
}

static void print_pairs(const chaos_totals *t, chaos_side side)
{
    uint32_t s;
    uint32_t e;

    printf("\n%-27s", side == CHAOS_SERVER ? "server" : "client");
    for (e = 0; e < CHAOS_EVENT_COUNT; e++) {
        printf(" %7s", event_name((chaos_event)e));
    }
    for (s = 0; s < CHAOS_STATE_COUNT; s++) {
        printf("\n%-27s", state_name((chaos_state)s));
        for (e = 0; e < CHAOS_EVENT_COUNT; e++) {
            printf(" %7lu", (unsigned long)t->pairs[side][s][e]);
        }
    }
    printf("\n");
}

void chaos_totals_print(const chaos_totals *t)
{
    uint64_t runs = t->runs > 0 ? t->runs : 1;
    uint32_t i;

    printf("%lu runs: %lu.%lu guests, %lu events and %lu bytes a run\n",
           (unsigned long)t->runs, (unsigned long)(t->guests / runs),
           (unsigned long)(t->guests * 10 / runs % 10),
           (unsigned long)(t->delivered / runs),
           (unsigned long)(t->bytes / runs));
    printf("echo %lu, sink %lu, chat %lu; %lu drains; %lu answers; %lu timers "
           "and %lu turns "
           "a run; at most %lu bytes\n",
           (unsigned long)t->modes[CHAOS_ECHO],
           (unsigned long)t->modes[CHAOS_SINK],
           (unsigned long)t->modes[CHAOS_CHAT], (unsigned long)t->drains,
           (unsigned long)t->answers, (unsigned long)(t->timers / runs),
           (unsigned long)(t->turns / runs), (unsigned long)t->memory);
    for (i = 0; i < CHAOS_CHARACTER_COUNT; i++) {
        printf("%s%s %lu", i > 0 ? ", " : "guests: ",
               chaos_habits_of((chaos_character)i)->name,
               (unsigned long)t->characters[i]);
    }
    printf("\nfaults: no allocation %lu", (unsigned long)t->denied);
    for (i = 0; i < DUOS_SIM_FAULT_COUNT; i++) {
        printf(", %s %lu", duos_sim_fault_name((duos_sim_fault)i),
               (unsigned long)t->fired[i]);
    }
    printf("\n");
    print_pairs(t, CHAOS_SERVER);
    print_pairs(t, CHAOS_CLIENT);
    printf("traces: 0x%08lx%08lx\n", (unsigned long)(t->hash >> 32),
           (unsigned long)(t->hash & 0xffffffffu));
    (void)fflush(stdout);
}

/* ---- what is missing --------------------------------------------------- */

/*
 * The pairs that runs must reach, a row for each state and a column for each
 * event, in their order above. The others are impossible, or so rare that a
 * thousand worlds may go without.
 */
static const char *const required[2][CHAOS_STATE_COUNT] = {
    {"-------------", "xx-x-xx--x--x", "-x-x-xx--xx-x", "------x--x---",
     "------x--xx--", "--x----------", "-x-----------", "-x-x--x------",
     "----xxx---xx-", "-----x-----x-", "----x-x-xx--x"},
    {"-----xxxx---x", "xx-x-xx--x--x", "-x-x-xx--xx--", "---x-xx--xx-x",
     "-----xx---x--", "--x----------", "-x-x-xx------", "-x-x-xx--xx--",
     "----xxx---x--", "-----x-------", "-------------"}};

static const char *missing_fault(const chaos_totals *t, uint64_t least)
{
    uint32_t i;

    for (i = 0; i < DUOS_SIM_FAULT_COUNT; i++) {
        if (t->fired[i] < least) {
            return duos_sim_fault_name((duos_sim_fault)i);
        }
    }
    return t->denied < least ? "refused allocations" : NULL;
}

static const char *missing_pair(const chaos_totals *t, chaos_side side)
{
    static char text[80];
    uint32_t s;
    uint32_t e;

    for (s = 0; s < CHAOS_STATE_COUNT; s++) {
        for (e = 0; e < CHAOS_EVENT_COUNT; e++) {
            if (required[side][s][e] == 'x' && t->pairs[side][s][e] == 0) {
                (void)snprintf(text, sizeof text, "%s: %s",
                               state_name((chaos_state)s),
                               event_name((chaos_event)e));
                return text;
            }
        }
    }
    return NULL;
}

/* What a run must have on average, over any number of runs. */
enum {
    GUESTS_LEAST = 20,
    EVENTS_LEAST = 500
};

static const char *missing_size(const chaos_totals *t)
{
    if (t->guests < GUESTS_LEAST * t->runs) {
        return "guests: fewer than 20 a run";
    }
    return t->delivered < EVENTS_LEAST * t->runs ? "events: under 500 a run"
                                                 : NULL;
}

const char *chaos_totals_missing(const chaos_totals *t, uint64_t least)
{
    const char *missing = missing_size(t);

    if (missing == NULL) {
        missing = missing_fault(t, least);
    }
    if (missing == NULL) {
        missing = missing_pair(t, CHAOS_SERVER);
    }
    return missing != NULL ? missing : missing_pair(t, CHAOS_CLIENT);
}
