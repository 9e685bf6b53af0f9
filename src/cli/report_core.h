/* SPDX-License-Identifier: MIT */
/*
 * report_core.h - what the files of events share: one object of JSON, from
 * its beginning to the line that is written.
 */
#ifndef CLI_REPORT_CORE_H
#define CLI_REPORT_CORE_H

#include "escape.h"
#include "json.h"
#include "report.h"

enum {
    REPORT_LINE_MAX = 2048,
    /* An address or a 4-tuple, with every byte escaped. */
    REPORT_SAFE_MAX = ESCAPE_GROWTH * DUOS_TUPLE_TEXT_MAX
};

/* One object under way. */
typedef struct report_object {
    json j;
    char line[REPORT_LINE_MAX];
} report_object;

/* Whether an event becomes an object. */
bool report_wants(say_level level);

void report_begin(report_object *o, const char *event);
void report_add_error(report_object *o, duos_err err);

/* Writes it; returns as those of report.h do. */
bool report_end(report_object *o);

#endif
