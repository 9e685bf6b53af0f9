/* SPDX-License-Identifier: MIT */
/*
 * addr_text.c - characters and numbers, taken from the front of a text or put
 * at the end of one. Nothing here knows what an address is.
 */
#include "addr_text.h"

#include <string.h>

/* ---- reading ---------------------------------------------------------- */

duos__span duos__span_of(const char *text)
{
    duos__span s;

    s.at = text;
    s.len = strlen(text);
    return s;
}

static void skip_front(duos__span *s, size_t n)
{
    s->at += n;
    s->len -= n;
}

bool duos__span_take(duos__span *s, char wanted)
{
    if (s->len == 0 || *s->at != wanted) {
        return false;
    }
    skip_front(s, 1);
    return true;
}

bool duos__span_take_word(duos__span *s, const char *word)
{
    size_t len = strlen(word);

    if (s->len < len || memcmp(s->at, word, len) != 0) {
        return false;
    }
    skip_front(s, len);
    return true;
}

bool duos__span_split(duos__span *s, char mark, duos__span *head)
{
    const char *found =
        s->len > 0 ? (const char *)memchr(s->at, mark, s->len) : NULL;

    *head = *s;
    if (found == NULL) {
        skip_front(s, s->len);
        return false;
    }
    head->len = (size_t)(found - s->at);
    skip_front(s, head->len + 1);
    return true;
}

static int digit_of(char ch, uint32_t base)
{
    int value = -1;

    if (ch >= '0' && ch <= '9') {
        value = ch - '0';
    } else if (ch >= 'a' && ch <= 'f') {
        value = ch - 'a' + 10;
    } else if (ch >= 'A' && ch <= 'F') {
        value = ch - 'A' + 10;
    }
    return value < (int)base ? value : -1;
}

bool duos__span_take_number(duos__span *s, uint32_t base, size_t max_digits,
                            uint64_t *value)
{
    uint64_t read = 0;
    size_t n = 0;

    while (n < s->len && digit_of(s->at[n], base) >= 0) {
        if (n == max_digits) {
            return false;
        }
        read = read * base + (uint64_t)digit_of(s->at[n], base);
        n++;
    }
    if (n == 0 || (base == 10 && n > 1 && *s->at == '0')) {
        return false;
    }
    skip_front(s, n);
    *value = read;
    return true;
}

/* ---- printing --------------------------------------------------------- */

void duos__put_char(duos__text *t, char c)
{
    if (t->len < t->cap) {
        t->out[t->len] = c;
    }
    t->len++;
}

void duos__put_string(duos__text *t, const char *s)
{
    while (*s != '\0') {
        duos__put_char(t, *s++);
    }
}

void duos__put_number(duos__text *t, uint32_t value, uint32_t base)
{
    char digits[10];
    int n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (n > 0) {
        duos__put_char(t, digits[--n]);
    }
}

duos_err duos__text_finish(const duos__text *t, char *out, size_t cap)
{
    if (t->len >= cap) {
        return DUOS_ENOSPACE;
    }
    memcpy(out, t->out, t->len);
    out[t->len] = '\0';
    return DUOS_OK;
}
