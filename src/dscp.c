/* SPDX-License-Identifier: MIT */
/*
 * dscp.c - the names of the differentiated services code points.
 */
#include <duosock/option.h>

#include <string.h>

/* The registered name comes first; parsing knows a second one for 0. */
static const struct {
    const char *name;
    int32_t value;
} dscp_names[] = {
    /* RFC 2474: default and class selectors */
    {"DF", 0},
    {"BE", 0},
    {"CS0", 0},
    {"CS1", 8},
    {"CS2", 16},
    {"CS3", 24},
    {"CS4", 32},
    {"CS5", 40},
    {"CS6", 48},
    {"CS7", 56},
    /* RFC 2597: assured forwarding, class and drop precedence */
    {"AF11", 10},
    {"AF12", 12},
    {"AF13", 14},
    {"AF21", 18},
    {"AF22", 20},
    {"AF23", 22},
    {"AF31", 26},
    {"AF32", 28},
    {"AF33", 30},
    {"AF41", 34},
    {"AF42", 36},
    {"AF43", 38},
    {"EF", 46}, /* RFC 3246: expedited forwarding */
    {"VA", 44}, /* RFC 5865: voice with admission control */
    {"LE", 1},  /* RFC 8622: lower effort */
};

#define NAMES    (sizeof dscp_names / sizeof dscp_names[0])
#define DSCP_MAX 63

/* Names are ASCII, whatever the locale. */
static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_name(const char *name, const char *text)
{
    while (*name != '\0' && *name == upper(*text)) {
        name++;
        text++;
    }
    return *name == '\0' && *text == '\0';
}

static duos_err parse_number(const char *text, int32_t *dscp)
{
    int32_t value = 0;
    const char *p;

    for (p = text; *p >= '0' && *p <= '9'; p++) {
        if (value <= DSCP_MAX) {
            value = value * 10 + (*p - '0');
        }
    }
    if (p == text || *p != '\0' || (text[0] == '0' && text[1] != '\0')) {
        return DUOS_ESYNTAX;
    }
    if (value > DSCP_MAX) {
        return DUOS_ERANGE;
    }
    *dscp = value;
    return DUOS_OK;
}

duos_err duos_dscp_parse(const char *text, int32_t *dscp)
{
    size_t i;

    if (text == NULL || dscp == NULL) {
        return DUOS_EINVAL;
    }
    for (i = 0; i < NAMES; i++) {
        if (same_name(dscp_names[i].name, text)) {
            *dscp = dscp_names[i].value;
            return DUOS_OK;
        }
    }
    return parse_number(text, dscp);
}

const char *duos_dscp_name(int32_t dscp)
{
    size_t i;

    for (i = 0; i < NAMES; i++) {
        if (dscp_names[i].value == dscp) {
            return dscp_names[i].name;
        }
    }
    return "";
}
