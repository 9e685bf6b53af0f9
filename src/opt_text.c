/* SPDX-License-Identifier: MIT */
/*
 * opt_text.c - says in words what an option's answer was: which option, which
 * range, and what the system called it.
 */
#include <duosock/option.h>

#include <string.h>

/* A text under construction; once it is full it stays so. */
typedef struct word_list {
    char *out;
    size_t cap;
    size_t len;
    bool full;
} word_list;

static void put_bytes(word_list *w, const char *bytes, size_t len)
{
    if (w->full || len >= w->cap - w->len) {
        w->full = true;
        return;
    }
    memcpy(w->out + w->len, bytes, len);
    w->len += len;
    w->out[w->len] = '\0';
}

static void put_text(word_list *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

static void put_value(word_list *w, int32_t value)
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

static void put_range(word_list *w, const duos_opt_info *info)
{
    put_text(w, ", ");
    put_value(w, info->min);
    put_text(w, " to ");
    put_value(w, info->max);
    if (info->kind == DUOS_KIND_TEXT) {
        put_text(w, " characters");
    } else if (info->kind == DUOS_KIND_MS) {
        put_text(w, " ms");
    }
}

/* Codes of our own have no name in the system that would tell more. */
static void put_native(word_list *w, duos_err err)
{
    const char *name = duos_err_native_name(err);

    if (err != DUOS_ENOTSUP && name[0] != '\0') {
        put_text(w, " (");
        put_text(w, name);
        put_text(w, ")");
    } else if (err <= DUOS_ENATIVE_BASE) {
        put_text(w, " (");
        put_value(w, DUOS_ENATIVE_BASE - err);
        put_text(w, ")");
    }
}

duos_err duos_opt_explain(duos_opt opt, duos_err err, char *out, size_t cap)
{
    const duos_opt_info *info = duos_opt_describe(opt);
    word_list w = {out, cap, 0, false};

    if (out == NULL || info == NULL) {
        return DUOS_EINVAL;
    }
    if (cap == 0) {
        return DUOS_ENOSPACE;
    }
    out[0] = '\0';
    put_text(&w, info->name);
    put_text(&w, ": ");
    put_text(&w, duos_err_text(err));
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
