/* SPDX-License-Identifier: MIT */
/*
 * addr_text.h - the text forms of addresses, in parts: what addr_ip.c reads
 * and prints, addr_parse.c, endpoint.c and cidr.c put together.
 *
 * A parser is given a span and must use all of it. So each of them decides
 * for itself where a part ends, and none can leave trailing bytes unseen.
 */
#ifndef DUOS_ADDR_TEXT_H
#define DUOS_ADDR_TEXT_H

#include <duosock/addr.h>

/* ---- reading ---------------------------------------------------------- */

/* Text that is being read. */
typedef struct duos__span {
    const char *at;
    size_t len;
} duos__span;

/* What isdigit tells, without a locale. */
static inline bool duos__is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

duos__span duos__span_of(const char *text);

/* Drops a character or a word from the front, if it stands there. */
bool duos__span_take(duos__span *s, char wanted);
bool duos__span_take_word(duos__span *s, const char *word);

/*
 * Splits at the first mark: head is what stands before it, s what follows.
 * Without a mark all of it is head, s is empty and the answer false.
 */
bool duos__span_split(duos__span *s, char mark, duos__span *head);

/*
 * Drops a number of 1 to max_digits digits from the front, at most 19 of base
 * 10, where leading zeros are refused, or 16 of base 16.
 */
bool duos__span_take_number(duos__span *s, uint32_t base, size_t max_digits,
                            uint64_t *value);

/* The index of a zone; duos__zone_index knows those that are numbers. */
typedef duos_err (*duos__zone)(duos__span zone, uint32_t *index);
duos_err duos__zone_index(duos__span zone, uint32_t *index);

/*
 * An IPv4 or IPv6 address without port and brackets, perhaps with a zone.
 * addr was zeroed; family, bytes and scope are filled in.
 */
duos_err duos__ip_read(duos__span s, duos__zone zone, duos_addr *addr);

/* "address:port", as duos_addr_parse says. addr was zeroed. */
duos_err duos__addr_read(duos__span s, duos__zone zone, duos_addr *addr);

/* Digits, and nothing else: DUOS_OK, DUOS_ESYNTAX, DUOS_ERANGE. */
duos_err duos__port_read(duos__span s, uint16_t *port);

/* "name:port" taken apart; host is the part of it that should be a name. */
typedef struct duos__named {
    const char *host;
    size_t len;
    duos_type type;
    duos_family family;
    uint16_t port;
} duos__named;

/*
 * DUOS_OK; DUOS_ESYNTAX without a port; DUOS_ERANGE for one over 65535. The
 * host is not looked at: see name.h.
 */
duos_err duos__named_parse(const char *text, duos__named *out);

/* ---- printing --------------------------------------------------------- */

/* Text under construction; len runs on past cap, so the end tells. */
typedef struct duos__text {
    char *out;
    size_t cap;
    size_t len;
} duos__text;

void duos__put_char(duos__text *t, char c);
void duos__put_string(duos__text *t, const char *s);
void duos__put_number(duos__text *t, uint32_t value, uint32_t base);

/* An IPv4 or IPv6 address with its zone; nothing for another family. */
void duos__put_ip(duos__text *t, const duos_addr *addr);

/* Moves finished text out, or writes nothing at all: DUOS_ENOSPACE. */
duos_err duos__text_finish(const duos__text *t, char *out, size_t cap);

#endif
