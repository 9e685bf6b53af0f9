/* SPDX-License-Identifier: MIT */
/*
 * addr_text.h - "name:port", the one form that the public parsers leave to
 * those who may look a name up.
 */
#ifndef DUOS_ADDR_TEXT_H
#define DUOS_ADDR_TEXT_H

#include <duosock/addr.h>

/* A text taken apart; host is the part of it that should be a name. */
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

#endif
