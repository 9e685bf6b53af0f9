/* SPDX-License-Identifier: MIT */
/*
 * script_line.c - what a line of a script may say, and what it does.
 *
 * A table says what stands behind each word of a statement, one letter each:
 *   h a host   u a number   p a number up to 1,000   f a fault   q a request
 *   m milliseconds, may be missing   t the rest of the line
 *   F as `fail` has it
 */
#include <string.h>

#include "script.h"

typedef struct statement {
    const char *word;
    const char *wants;
    duos_err (*run)(duos_sim *sim, sim_step *step);
} statement;

static char *text_of(sim_step *step)
{
    return (char *)(step + 1);
}

/* ---- what statements do ------------------------------------------------ */

static uint32_t number(const sim_step *step, uint32_t index)
{
    return (uint32_t)step->numbers[index];
}

static duos_err run_latency(duos_sim *sim, sim_step *step)
{
    sim->config.latency_min_us = number(step, 0);
    sim->config.latency_max_us = number(step, 1);
    return DUOS_OK;
}

static duos_err run_bandwidth(duos_sim *sim, sim_step *step)
{
    sim->config.bandwidth = number(step, 0);
    return DUOS_OK;
}

static duos_err run_chance(duos_sim *sim, sim_step *step)
{
    sim->config.faults[number(step, 0)] = number(step, 1);
    return DUOS_OK;
}

static duos_err run_fail(duos_sim *sim, sim_step *step)
{
    return duos_sim_fail(sim, &step->failure);
}

static duos_err run_partition(duos_sim *sim, sim_step *step)
{
    int64_t ms = step->count > 2 ? step->numbers[2] : -1;

    return duos_sim_partition(sim, number(step, 0), number(step, 1), ms);
}

static duos_err run_heal(duos_sim *sim, sim_step *step)
{
    duos_sim_heal(sim, number(step, 0), number(step, 1));
    return DUOS_OK;
}

static duos_err run_reset(duos_sim *sim, sim_step *step)
{
    return duos_sim_reset(sim, number(step, 0));
}

static duos_err run_descriptors(duos_sim *sim, sim_step *step)
{
    return duos_sim_set_descriptors(sim, number(step, 0), number(step, 1));
}

static duos_err run_pause(duos_sim *sim, sim_step *step)
{
    duos_sim_pause(sim, step->numbers[0]);
    return DUOS_OK;
}

static duos_err run_quit(duos_sim *sim, sim_step *step)
{
    return duos_sim_quit(sim, number(step, 0),
                         (duos_quit_kind)step->numbers[1]);
}

static duos_err run_input(duos_sim *sim, sim_step *step)
{
    return duos_sim_input(sim, number(step, 0), text_of(step), step->len);
}

static const statement statements[] = {
    {"latency", "uu", run_latency},
    {"bandwidth", "u", run_bandwidth},
    {"chance", "fp", run_chance},
    {"fail", "F", run_fail},
    {"partition", "hhm", run_partition},
    {"heal", "hh", run_heal},
    {"reset", "h", run_reset},
    {"descriptors", "hu", run_descriptors},
    {"pause", "u", run_pause},
    {"quit", "hq", run_quit},
    {"input", "ht", run_input},
};

/* ---- words ------------------------------------------------------------- */

duos__span duos__sim_take_word(duos__span *line)
{
    duos__span word;

    while (duos__span_take(line, ' ') || duos__span_take(line, '\t')) {
    }
    word = *line;
    word.len = 0;
    while (line->len > 0 && *line->at != ' ' && *line->at != '\t') {
        line->at++;
        line->len--;
        word.len++;
    }
    return word;
}

static bool is_word(duos__span word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.at, text, word.len) == 0;
}

static duos_err read_number(duos__span word, int64_t most, int64_t *out)
{
    uint64_t value;

    if (!duos__span_take_number(&word, 10, 10, &value) || word.len > 0) {
        return DUOS_ESYNTAX;
    }
    if (value > (uint64_t)most) {
        return DUOS_ERANGE;
    }
    *out = (int64_t)value;
    return DUOS_OK;
}

static duos_err read_fault(duos__span word, int64_t *out)
{
    int fault;

    for (fault = 0; fault < DUOS_SIM_FAULT_COUNT; fault++) {
        if (is_word(word, duos_sim_fault_name((duos_sim_fault)fault))) {
            *out = fault;
            return DUOS_OK;
        }
    }
    return DUOS_ESYNTAX;
}

static duos_err read_quit(duos__span word, int64_t *out)
{
    if (is_word(word, "interrupt")) {
        *out = DUOS_QUIT_INTERRUPT;
    } else if (is_word(word, "terminate")) {
        *out = DUOS_QUIT_TERMINATE;
    } else if (is_word(word, "close")) {
        *out = DUOS_QUIT_CLOSE;
    } else {
        return DUOS_ESYNTAX;
    }
    return DUOS_OK;
}

static duos_err read_host(const duos_sim *sim, duos__span word, int64_t *out)
{
    duos_err err = read_number(word, sim->hosts, out);

    return err == DUOS_OK && *out == 0 ? DUOS_ERANGE : err;
}

/* ---- fail [on HOST] CALL FIRST [ERROR] [times N] ----------------------- */

static duos_err read_call(duos__span word, uint32_t *out)
{
    int call;

    for (call = 0; call < DUOS_SIM_CALL_COUNT; call++) {
        if (is_word(word, duos_sim_call_name((duos_sim_call)call))) {
            *out = (uint32_t)call;
            return DUOS_OK;
        }
    }
    return DUOS_ESYNTAX;
}

static duos_err read_error(duos__span word, duos_err *out)
{
    static const duos_err errors[] = {
#define ERROR_ENTRY(name, code, text) (code),
        DUOS_ERROR_MAP(ERROR_ENTRY)
#undef ERROR_ENTRY
    };
    size_t i;

    for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (is_word(word, duos_err_name(errors[i]))) {
            *out = errors[i];
            return DUOS_OK;
        }
    }
    return DUOS_ESYNTAX;
}

static duos_err read_times(duos__span *line, sim_step *step, duos__span word)
{
    int64_t times = 0;
    duos_err err = DUOS_OK;

    if (is_word(word, "times")) {
        err = read_number(duos__sim_take_word(line), UINT32_MAX, &times);
        if (err == DUOS_OK && times == 0) {
            err = DUOS_ERANGE;
        }
    } else if (word.len > 0) {
        err = DUOS_ESYNTAX;
    }
    step->failure.times = (uint64_t)times;
    return err;
}

static duos_err read_fail(const duos_sim *sim, duos__span *line, sim_step *step)
{
    duos_sim_failure *failure = &step->failure;
    duos__span word = duos__sim_take_word(line);
    int64_t value = 0;
    duos_err err = DUOS_OK;

    if (is_word(word, "on")) {
        err = read_host(sim, duos__sim_take_word(line), &value);
        failure->host = (uint32_t)value;
        word = duos__sim_take_word(line);
    }
    if (err == DUOS_OK) {
        err = read_call(word, &failure->call);
    }
    if (err == DUOS_OK) {
        err = read_number(duos__sim_take_word(line), UINT32_MAX, &value);
        failure->first = (uint64_t)value;
    }
    if (err != DUOS_OK) {
        return err;
    }
    word = duos__sim_take_word(line);
    if (read_error(word, &failure->err) == DUOS_OK) {
        word = duos__sim_take_word(line);
    }
    return failure->first == 0 ? DUOS_ERANGE : read_times(line, step, word);
}

/* ---- lines ------------------------------------------------------------- */

/* The rest of the line with a line feed; nothing of a line that ends here. */
static void read_text(duos__span *line, sim_step *step)
{
    duos__span first = duos__sim_take_word(line);

    if (first.len > 0) {
        step->len = first.len + line->len + 1;
        memcpy(text_of(step), first.at, step->len - 1);
        text_of(step)[step->len - 1] = '\n';
    }
    line->len = 0;
}

static duos_err read_one(const duos_sim *sim, char kind, duos__span *line,
                         sim_step *step)
{
    int64_t *out = &step->numbers[step->count];
    duos__span rest = *line;
    duos__span word;
    duos_err err = DUOS_ESYNTAX;

    if (kind == 't') {
        read_text(line, step);
        return DUOS_OK;
    }
    if (kind == 'F') {
        return read_fail(sim, line, step);
    }
    word = duos__sim_take_word(line);
    if (kind == 'm' && word.len == 0) {
        *line = rest;
        return DUOS_OK;
    }
    if (kind == 'h') {
        err = read_host(sim, word, out);
    } else if (kind == 'f') {
        err = read_fault(word, out);
    } else if (kind == 'q') {
        err = read_quit(word, out);
    } else {
        err = read_number(word, kind == 'p' ? 1000 : UINT32_MAX, out);
    }
    step->count++;
    return err;
}

/* What only a whole statement can tell. */
static duos_err check(const sim_step *step)
{
    const int64_t *n = step->numbers;

    if (step->run == run_latency &&
        (n[0] > n[1] || n[1] > SIM_LATENCY_MAX_US)) {
        return DUOS_ERANGE;
    }
    if (step->run == run_partition && n[0] == n[1]) {
        return DUOS_ERANGE;
    }
    return DUOS_OK;
}

static duos_err read_statement(const duos_sim *sim, duos__span word,
                               duos__span line, sim_step *step)
{
    const statement *what = NULL;
    const char *wants;
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (is_word(word, statements[i].word)) {
            what = &statements[i];
        }
    }
    if (what == NULL) {
        return DUOS_ESYNTAX;
    }
    step->run = what->run;
    for (wants = what->wants; *wants != '\0' && err == DUOS_OK; wants++) {
        err = read_one(sim, *wants, &line, step);
    }
    if (err == DUOS_OK && duos__sim_take_word(&line).len > 0) {
        err = DUOS_ESYNTAX;
    }
    return err == DUOS_OK ? check(step) : err;
}

duos_err duos__sim_read_line(const duos_sim *sim, duos__span line,
                             sim_step *step)
{
    duos__span word = duos__sim_take_word(&line);
    duos_err err = DUOS_OK;

    if (is_word(word, "at")) {
        step->later = true;
        err = read_number(duos__sim_take_word(&line), UINT32_MAX,
                          &step->after_ms);
        word = duos__sim_take_word(&line);
    }
    return err == DUOS_OK ? read_statement(sim, word, line, step) : err;
}
