/* SPDX-License-Identifier: MIT */
/*
 * fault_core.h - what the files of the driver share: fault.c, which plays one
 * run, fault_sweep.c, which goes through the positions, and fault_memory.c.
 */
#ifndef TEST_FAULT_CORE_H
#define TEST_FAULT_CORE_H

#include "fault.h"

/* What fails. */
typedef enum fault_kind {
    FAULT_CALL,
    FAULT_ALLOCATION
} fault_kind;

/* For how long. */
typedef enum fault_extent {
    FAULT_ONCE,
    FAULT_FOR_A_ROUND, /* from then on, until the second round */
    FAULT_TO_THE_END   /* from then on, while all is torn down as well */
} fault_extent;

/*
 * One failure: the k-th, from 1 on; 0 for none. call: only calls of that kind
 * count and fail; DUOS_SIM_ANY_CALL: all. interrupted: a signal came first,
 * and that must be no failure at all.
 */
typedef struct fault_case {
    fault_kind kind;
    fault_extent extent;
    uint64_t k;
    uint32_t call;
    bool interrupted;
} fault_case;

/* Plays one run; what came of it is in run. */
void fault_play(fault_run *run, const fault_scenario *scenario,
                const fault_case *c, bool loud);

/* Whether the failure has happened. */
bool fault_struck(fault_run *run);

/* What duos_alloc_default gives from now on; NULL: the C library's. */
void fault_default_memory(failing_alloc *memory);

#endif
