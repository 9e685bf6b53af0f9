/* SPDX-License-Identifier: MIT */
/*
 * option_rows.h - the shape of the table that says what each option is called
 * here, on an IPv4 and on an IPv6 socket, and in what form its value travels.
 */
#ifndef DUOS_POSIX_OPTION_ROWS_H
#define DUOS_POSIX_OPTION_ROWS_H

#include "posix.h"

typedef enum duos__form {
    DUOS__FORM_NONE = 0, /* no such option */
    DUOS__FORM_BOOL,     /* an int: unit is the number that means on */
    DUOS__FORM_INT,
    DUOS__FORM_SWITCH,  /* a number for us, on or off for the system */
    DUOS__FORM_LIMIT,   /* an int that is negative where there is no limit */
    DUOS__FORM_BYTE,    /* one byte, which OpenBSD insists on */
    DUOS__FORM_BOOL8,   /* the same, on or off */
    DUOS__FORM_INDEX,   /* an interface, in network byte order */
    DUOS__FORM_MREQN,   /* an interface, in an ip_mreqn */
    DUOS__FORM_TIMEVAL, /* a time limit */
    DUOS__FORM_MS,      /* an int: unit is how many ms it counts in */
    DUOS__FORM_LINGER,
    DUOS__FORM_TEXT,
    DUOS__FORM_DEVICE, /* a name for us, an index for the system */
    DUOS__FORM_TYPE,
    DUOS__FORM_FAMILY,  /* told by the address */
    DUOS__FORM_PROTOCOL /* told by the type where the system has no option */
} duos__form;

typedef struct duos__native {
    duos__form form;
    int level;
    int name; /* may be DUOS__NO_OPTION */
    int unit; /* 1 unless the form says otherwise */
} duos__native;

typedef struct duos__row {
    duos__native v4; /* and for options that are the same on all sockets */
    duos__native v6;
} duos__row;

/* Indexed by duos_opt. */
extern const duos__row duos__rows[DUOS_OPT_COUNT];

/* A value as the system takes it. */
typedef union duos__native_value {
    int number;
    unsigned char byte;
    struct timeval time;
    struct linger linger;
    struct ip_mreqn interface;
    char text[DUOS_OPT_TEXT_MAX];
} duos__native_value;

/* The length of the value; 0 for a name that means nothing here. */
socklen_t duos__opt_encode(const duos__native *n, const sys_optval *value,
                           duos__native_value *native);

/* len: what the system wrote into a value that was zeroed. */
duos_err duos__opt_decode(const duos__native *n,
                          const duos__native_value *native, socklen_t len,
                          sys_optval *value);

#endif
