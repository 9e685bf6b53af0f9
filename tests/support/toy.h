/* SPDX-License-Identifier: MIT */
/*
 * toy.h - a transport for tests: it has a handshake of three flights, which
 * may take its time, scrambles with a key that changes on the way, cuts what
 * it sends into records and these into pieces, and says goodbye. It hides
 * nothing from anybody.
 *
 * A record: 'T', its type, two bytes of length, the payload, and a sum.
 *   H hello: one byte, the sender's key   F the handshake is done
 *   D data     K the next key             N noise, to be dropped
 *   Q asks for noise                      A alert      B goodbye
 */
#ifndef TEST_TOY_H
#define TEST_TOY_H

#include <duosock/duosock.h>

enum {
    TOY_DATA_MAX = 700,   /* bytes of a record */
    TOY_NOISE = 500,      /* payload of an answer to Q */
    TOY_RECORD_EXTRA = 5, /* what is around a payload */
    TOY_RECORDS_PER_KEY = 16
};

/* How all sessions of one transport behave, and what became of them. */
typedef struct toy {
    const duos_alloc *alloc;
    duos_loop *loop;      /* for a delay */
    int64_t delay_ms;     /* before a server's hello; 0 for none */
    duos_err create_with; /* what these return, once they have done it */
    duos_err start_with;
    duos_err seal_with;
    duos_err close_with;
    bool mute;     /* says no goodbye */
    unsigned pads; /* records of noise before each send */
    unsigned created;
    unsigned destroyed;
    unsigned rekeyed; /* keys that came from the other side */
    unsigned alerts;
    unsigned goodbyes;
    bool nested;  /* a session was entered twice */
    bool refused; /* a sink has refused something */
} toy;

/* transport, with a toy as transport_user. */
extern const duos_transport_ops toy_ops;

void toy_init(toy *t, const duos_alloc *alloc);

/* For peers who do it by hand: a record that is not scrambled (key 0); out
 * has room for len + TOY_RECORD_EXTRA, which is what it returns. */
size_t toy_record(unsigned char *out, char type, const void *data, size_t len);

#endif
