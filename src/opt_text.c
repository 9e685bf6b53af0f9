/* SPDX-License-Identifier: MIT */
/*
 * opt_text.c - says in words what an option's answer was: which option, which
 * range, and what the system called it.
 */
#include <duosock/option.h>

#include <string.h>

/* A text under construction; once it is full it stays so. */
typedef struct words {
    char *out;
    size_t cap;
    size_t len;
    bool full;
} words;

static void put_bytes(words *w, const char *bytes, size_t len)
{
    if (w->full || len >= w->cap - w->len) {
        w->full = true;
        return;
    }
    memcpy(w->out + w->len, bytes, len);
    w->len += len;
    w->out[w->len] = '\0';
}

static void put(words *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

static void put_number(words *w, int32_t value)
{
    char digits[12];
    size_t i = sizeof digits;
    int64_t rest = value < 0 ? -(int64_t)value : value;

    do {
        digits[--i] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--i] = '-';
    }
    put_bytes(w, digits + i, sizeof digits - i);
}

static void put_range(words *w, const duos_opt_info *info)
{
    put(w, ", ");
    put_number(w, info->min);
    put(w, " to ");
    put_number(w, info->max);
    if (info->kind == DUOS_KIND_TEXT) {
        put(w, " characters");
    } else if (info->kind == DUOS_KIND_MS) {
        put(w, " ms");
    }
}

/* Codes of our own have no name in the system that would tell more. */
static void put_native(words *w, duos_err err)
{
    const char *name = duos_err_native_name(err);

    if (err != DUOS_ENOTSUP && name[0] != '\0') {
        put(w, " (");
        put(w, name);
        put(w, ")");
    } else if (err <= DUOS_ENATIVE_BASE) {
        put(w, " (");
        put_number(w, DUOS_ENATIVE_BASE - err);
        put(w, ")");
    }
}

duos_err duos_opt_explain(duos_opt opt, duos_err err, char *out, size_t cap)
{
    const duos_opt_info *info = duos_opt_describe(opt);
    words w = {out, cap, 0, false};

    if (out == NULL || info == NULL) {
        return DUOS_EINVAL;
    }
    if (cap == 0) {
        return DUOS_ENOSPACE;
    }
    out[0] = '\0';
    put(&w, info->name);
    put(&w, ": ");
    put(&w, duos_err_text(err));
    if (err == DUOS_ERANGE) {
        put_range(&w, info);
    } else {
        put_native(&w, err);
    }
    if (w.full) {
        out[0] = '\0';
        return DUOS_ENOSPACE;
    }
    return DUOS_OK;
}
