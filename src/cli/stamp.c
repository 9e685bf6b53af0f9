/* SPDX-License-Identifier: MIT */
/*
 * stamp.c - the Gregorian calendar, in eras of 400 years that begin in March,
 * so that the leap day is the last one of its year.
 */
#include "stamp.h"

#include <stdio.h>

/* 9999-12-31T23:59:59.999Z */
#define LAST_MS INT64_C(253402300799999)

enum {
    DAY_MS = 86400000,
    ERA_DAYS = 146097,
    DAYS_BEFORE_1970 = 719468 /* since the first of March of the year 0 */
};

void stamp_write(char *text, int64_t ms)
{
    int64_t time = ms < 0 ? 0 : ms > LAST_MS ? LAST_MS : ms;
    unsigned days = (unsigned)(time / DAY_MS) + DAYS_BEFORE_1970;
    unsigned rest = (unsigned)(time % DAY_MS);
    unsigned era = days / ERA_DAYS;
    unsigned of_era = days % ERA_DAYS;
    unsigned years =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * years + years / 4 - years / 100);
    unsigned march = (5 * of_year + 2) / 153; /* months since March */
    unsigned day = of_year - (153 * march + 2) / 5 + 1;
    unsigned month = march < 10 ? march + 3 : march - 9;
    unsigned year = era * 400 + years + (month <= 2 ? 1 : 0);

    snprintf(text, STAMP_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
             year % 10000, month % 100, day % 100, rest / 3600000 % 24,
             rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
}
