/* SPDX-License-Identifier: MIT */
/*
 * probe_json.c - what was found, for programs: one object a line with ts,
 * event, name and answer; socket where an option was tried; value, error and
 * native_error where there are any.
 */
#include "probe.h"

#include "json.h"
#include "os.h"
#include "say.h"
#include "stamp.h"

enum {
    LINE_BYTES = 512
};

static const char *answer_word(probe_answer answer)
{
    switch (answer) {
    case PROBE_UNTRIED:
        return "untried";
    case PROBE_YES:
        return "yes";
    case PROBE_SET:
        return "set";
    case PROBE_READ:
        return "read";
    case PROBE_LACKING:
        return "unsupported";
    case PROBE_REFUSED:
        return "refused";
    }
    return "";
}

/* socket: NULL for what is no option. */
static bool print_finding(const char *event, const probe_finding *f,
                          const char *socket)
{
    char text[LINE_BYTES];
    char stamp[STAMP_MAX];
    size_t len;
    json j;

    stamp_write(stamp, os_time_ms());
    json_begin(&j, text, sizeof text);
    json_text(&j, "ts", stamp);
    json_text(&j, "event", event);
    json_text(&j, "name", f->name);
    if (socket != NULL) {
        json_text(&j, "socket", socket);
    }
    json_text(&j, "answer", answer_word(f->answer));
    if (f->is_number) {
        json_int(&j, "value", f->number);
    } else if (f->value[0] != '\0') {
        json_text(&j, "value", f->value);
    }
    if (f->answer == PROBE_SET) {
        json_bool(&j, "exact", f->exact);
    }
    if (f->err != DUOS_OK) {
        json_text(&j, "error", duos_err_name(f->err));
        json_int(&j, "native_error", duos_err_native(f->err));
    }
    (void)json_end(&j, &len); /* every member fits */
    return say_bytes(text, len);
}

static bool print_list(const char *event, const probe_finding *list,
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!print_finding(event, &list[i], NULL)) {
            return false;
        }
    }
    return true;
}

static bool print_options(const probe *p)
{
    int opt, which;

    for (opt = DUOS_OPT_NONE + 1; opt < DUOS_OPT_COUNT; opt++) {
        for (which = 0; which < PROBE_COLUMNS; which++) {
            if (!print_finding("option", &p->options[opt][which],
                               probe_socket_name((probe_socket)which))) {
                return false;
            }
        }
    }
    return true;
}

bool probe_print_json(const probe *p)
{
    return print_list("poller", p->pollers, p->poller_count) &&
           print_list("limit", p->limits, 2) &&
           print_list("socket", p->sockets, PROBE_SOCKETS) &&
           print_list("name", p->names, 1) && print_options(p);
}
