/* SPDX-License-Identifier: MIT */
/*
 * option_rows.h - the shape of the table that says what Winsock calls each
 * option, on an IPv4 and on an IPv6 socket, and in what form its value
 * travels.
 */
#ifndef DUOS_WIN32_OPTION_ROWS_H
#define DUOS_WIN32_OPTION_ROWS_H

#include "win32.h"

typedef enum duos__form {
    DUOS__FORM_NONE = 0, /* no such option */
    DUOS__FORM_BOOL,     /* a DWORD */
    DUOS__FORM_INT,      /* and milliseconds, if that is what it counts in */
    DUOS__FORM_SWITCH,   /* a number for us, on or off for the system */
    DUOS__FORM_SECONDS,  /* milliseconds for us */
    DUOS__FORM_INDEX,    /* an interface, in network byte order */
    DUOS__FORM_ADDRESS,  /* an interface, by one of its IPv4 addresses */
    DUOS__FORM_LINGER,
    DUOS__FORM_TYPE,
    DUOS__FORM_FAMILY,  /* told by the socket's protocol */
    DUOS__FORM_PROTOCOL /* so is this */
} duos__form;

typedef struct duos__native {
    duos__form form;
    int level;
    int name;
} duos__native;

typedef struct duos__row {
    duos__native v4; /* and for options that are the same on all sockets */
    duos__native v6;
} duos__row;

/* Indexed by duos_opt. */
extern const duos__row duos__rows[DUOS_OPT_COUNT];

#endif
