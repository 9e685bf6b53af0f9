/* SPDX-License-Identifier: MIT */
/*
 * name.c - RFC 1123 and RFC 952, with the underscore that people use.
 *
 * The system's resolver would take far more than a name: octal addresses,
 * parts of addresses, zones. So it gets nothing that was not checked here,
 * and nothing is cut to fit.
 */
#include "name.h"

#include <string.h>

#include "addr_text.h"

#define LABEL_MAX 63

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool is_name_char(char ch)
{
    return (lower(ch) >= 'a' && lower(ch) <= 'z') || duos__is_digit(ch) ||
           ch == '-' || ch == '_';
}

static duos_err check_label(const char *label, size_t len)
{
    size_t i;

    if (len == 0 || label[0] == '-' || label[len - 1] == '-') {
        return DUOS_ESYNTAX;
    }
    for (i = 0; i < len; i++) {
        if (!is_name_char(label[i])) {
            return DUOS_ESYNTAX;
        }
    }
    return len > LABEL_MAX ? DUOS_ENAMETOOLONG : DUOS_OK;
}

/* What inet_aton would read as the last part of an address. */
static bool is_number(const char *label, size_t len)
{
    size_t i = 0;

    if (len >= 2 && label[0] == '0' && lower(label[1]) == 'x') {
        for (i = 2; i < len; i++) {
            if (!duos__is_digit(label[i]) &&
                (lower(label[i]) < 'a' || lower(label[i]) > 'f')) {
                return false;
            }
        }
        return true;
    }
    while (i < len && duos__is_digit(label[i])) {
        i++;
    }
    return i == len;
}

/* A final dot says that the name is complete. */
static size_t without_dot(const char *name, size_t len)
{
    return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

duos_err duos__name_check(const char *name, size_t len)
{
    const char *end = name + without_dot(name, len);
    const char *label = name;
    bool too_long = end - name > DUOS__NAME_MAX;

    for (;;) {
        const char *dot =
            (const char *)memchr(label, '.', (size_t)(end - label));
        size_t label_len = (size_t)((dot != NULL ? dot : end) - label);
        duos_err err = check_label(label, label_len);

        if (err == DUOS_ENAMETOOLONG) {
            too_long = true;
        } else if (err != DUOS_OK) {
            return err;
        }
        if (dot == NULL) {
            if (is_number(label, label_len)) {
                return DUOS_ESYNTAX;
            }
            return too_long ? DUOS_ENAMETOOLONG : DUOS_OK;
        }
        label = dot + 1;
    }
}

duos_err duos__service_check(const char *name, size_t len)
{
    size_t letters = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (!is_name_char(name[i]) && name[i] != '.' && name[i] != '+') {
            return DUOS_ESYNTAX;
        }
        letters += lower(name[i]) >= 'a' && lower(name[i]) <= 'z';
    }
    if (letters == 0) {
        return DUOS_ESYNTAX;
    }
    return len > DUOS__SERVICE_MAX ? DUOS_ENAMETOOLONG : DUOS_OK;
}

bool duos__name_is_local(const char *name, size_t len)
{
    static const char local[] = "localhost";
    size_t local_len = sizeof local - 1;
    size_t i;

    len = without_dot(name, len);
    if (len < local_len ||
        (len > local_len && name[len - local_len - 1] != '.')) {
        return false;
    }
    for (i = 0; i < local_len; i++) {
        if (lower(name[len - local_len + i]) != local[i]) {
            return false;
        }
    }
    return true;
}
