/* SPDX-License-Identifier: MIT */
/*
 * script.c - a script is read as a whole, and then done line by line, at once
 * or when the time of a line has come.
 */
#include "mem.h"
#include "script.h"

static size_t step_size(duos__span line)
{
    return sizeof(sim_step) + line.len + 1;
}

static void free_steps(duos_sim *sim, sim_step *step)
{
    while (step != NULL) {
        sim_step *next = step->next;

        duos__free(&sim->alloc, step, step->size);
        step = next;
    }
}

/* Adds the step of a line behind *tail; a line that says nothing has none. */
static duos_err add_line(duos_sim *sim, duos__span line, sim_step ***tail)
{
    duos__span rest = line;
    sim_step *step;
    duos_err err;

    if (duos__sim_take_word(&rest).len == 0) {
        return DUOS_OK;
    }
    step = (sim_step *)duos__new(&sim->alloc, step_size(line));
    if (step == NULL) {
        return DUOS_ENOMEM;
    }
    step->size = step_size(line);
    **tail = step;
    *tail = &step->next;
    err = duos__sim_read_line(sim, line, step);
    if (err == DUOS_OK) {
        err = duos__sim_event_promise(sim, 1);
        step->promised = err == DUOS_OK;
    }
    return err;
}

static void happen(duos_sim *sim, sim_event *event)
{
    sim_step *step = (sim_step *)(void *)event; /* its first member */

    (void)step->run(sim, step);
}

/* Those without a time happen in the order of their lines. */
static void start(duos_sim *sim, sim_step *step)
{
    for (; step != NULL; step = step->next) {
        if (step->later) {
            step->event.run = happen;
            step->event.due_ns = duos__sim_limit(sim, step->after_ms);
            duos__sim_event_add(sim, &step->event);
        } else {
            (void)step->run(sim, step);
        }
    }
}

static void unpromise(duos_sim *sim, const sim_step *step)
{
    for (; step != NULL; step = step->next) {
        if (step->promised) {
            duos__sim_event_unpromise(sim, 1);
        }
    }
}

static duos_err read_script(duos_sim *sim, duos__span text, sim_step **steps,
                            uint32_t *line)
{
    sim_step **tail = steps;
    duos_err err = DUOS_OK;

    *line = 0;
    while (text.len > 0 && err == DUOS_OK) {
        duos__span whole;
        duos__span said;

        (void)duos__span_split(&text, '\n', &whole);
        (void)duos__span_split(&whole, '#', &said);
        (*line)++;
        if (said.len > 0 && said.at[said.len - 1] == '\r') {
            said.len--;
        }
        err = add_line(sim, said, &tail);
    }
    return err;
}

duos_err duos_sim_script(duos_sim *sim, const char *text, size_t len,
                         uint32_t *line)
{
    duos__span script;
    sim_step *steps = NULL;
    sim_step *last;
    uint32_t at;
    duos_err err;

    if (sim == NULL || (text == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    script.at = text;
    script.len = len;
    err = read_script(sim, script, &steps, &at);
    if (err != DUOS_OK) {
        unpromise(sim, steps);
        free_steps(sim, steps);
        if (line != NULL && err != DUOS_ENOMEM) { /* a wrong line */
            *line = at;
        }
        return err;
    }
    start(sim, steps);
    for (last = steps; last != NULL && last->next != NULL; last = last->next) {
    }
    if (last != NULL) {
        last->next = sim->steps;
        sim->steps = steps;
    }
    return DUOS_OK;
}

void duos__sim_steps_fini(duos_sim *sim)
{
    free_steps(sim, sim->steps);
    sim->steps = NULL;
}
