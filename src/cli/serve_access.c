/* SPDX-License-Identifier: MIT */
/*
 * serve_access.c - who may connect to duosock serve, and who may speak for
 * others: the lists of --allow, --deny and --proxy-protocol.
 */
#include "escape.h"
#include "say.h"
#include "serve.h"

#include <string.h>

enum {
    SAFE_BYTES = 128
};

/* One prefix of len bytes; it may come from anywhere, so nothing is cut. */
static bool read_prefix(const char *text, size_t len, duos_cidr *out)
{
    char copy[DUOS_CIDR_TEXT_MAX];

    if (len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    return duos_cidr_parse(copy, out) == DUOS_OK;
}

static bool complain(const char *option, const char *text)
{
    char safe[SAFE_BYTES];

    escape_line(safe, sizeof safe, text);
    say("--%s: '%s' is no list of prefixes as 10.0.0.0/8,fd00::/8", option,
        safe);
    return false;
}

static bool read_prefixes(const char *option, const char *text,
                          serve_access *list)
{
    const char *at = text;

    while (at != NULL) {
        size_t len = strcspn(at, ",");

        if (list->count == SERVE_ACCESS_MAX) {
            say("--%s: at most %d prefixes", option, SERVE_ACCESS_MAX);
            return false;
        }
        if (!read_prefix(at, len, &list->prefixes[list->count])) {
            return complain(option, text);
        }
        list->count++;
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    return true;
}

bool serve_read_access(const char *option, const arg_texts *texts,
                       serve_access *list)
{
    bool good = true;
    size_t i;

    list->count = 0;
    for (i = 0; good && i < texts->count; i++) {
        good = read_prefixes(option, texts->text[i], list);
    }
    return good;
}
