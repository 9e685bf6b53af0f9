/* SPDX-License-Identifier: MIT */
/*
 * script.h - a statement of a script: read by script_line.c, kept until its
 * time has come by script.c.
 */
#ifndef DUOS_SIM_SCRIPT_H
#define DUOS_SIM_SCRIPT_H

#include "addr_text.h"
#include "sim_internal.h"

#define SIM_NUMBERS 3

struct sim_step {
    sim_event event; /* first */
    sim_step *next;
    size_t size; /* with the text behind it, as long as the line */
    bool promised;
    bool later;
    int64_t after_ms;
    duos_err (*run)(duos_sim *sim, sim_step *step);
    int64_t numbers[SIM_NUMBERS];
    uint32_t count;
    duos_sim_failure failure;
    size_t len; /* of that text */
};

/* The next word of a line; empty at its end. */
duos__span duos__sim_take_word(duos__span *line);

/*
 * Reads a line that says something into a step that was zeroed: DUOS_OK,
 * DUOS_ESYNTAX, DUOS_ERANGE.
 */
duos_err duos__sim_read_line(const duos_sim *sim, duos__span line,
                             sim_step *step);

#endif
