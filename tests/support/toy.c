/* SPDX-License-Identifier: MIT */
/*
 * toy.c - the sessions of the toy transport.
 */
#include "support/toy.h"

#include <string.h>

enum {
    PAYLOAD_MAX = 1000
};

typedef struct session {
    toy *t;
    duos_transport_sink *sink;
    duos_transport_side side;
    duos_timer timer;
    bool stands;
    bool ready; /* the delay is over */
    bool greeted;
    bool ended; /* the peer has said goodbye */
    bool inside;
    uint8_t in_key;
    uint8_t out_key;
    unsigned records;
    size_t have;
    uint8_t in[PAYLOAD_MAX + TOY_RECORD_EXTRA];
} session;

void toy_init(toy *t, const duos_alloc *alloc)
{
    memset(t, 0, sizeof *t);
    t->alloc = alloc;
}

/* ---- records ---------------------------------------------------------- */

static void scramble(uint8_t *data, size_t len, uint8_t key)
{
    size_t i;

    for (i = 0; i < len && key != 0; i++) {
        data[i] = (uint8_t)(data[i] ^ (key + i * 7));
    }
}

static uint8_t sum_of(uint8_t type, const uint8_t *data, size_t len)
{
    uint8_t sum = type;
    size_t i;

    for (i = 0; i < len; i++) {
        sum = (uint8_t)(sum * 3 + data[i]);
    }
    return sum;
}

size_t toy_record(unsigned char *out, char type, const void *data, size_t len)
{
    out[0] = 'T';
    out[1] = (unsigned char)type;
    out[2] = (unsigned char)(len >> 8);
    out[3] = (unsigned char)len;
    if (len > 0) {
        memcpy(out + 4, data, len);
    }
    out[4 + len] = sum_of(out[1], out + 4, len);
    return len + TOY_RECORD_EXTRA;
}

/* In two pieces, the cut being anywhere. */
static duos_err emit(session *s, char type, const void *data, size_t len)
{
    uint8_t record[PAYLOAD_MAX + TOY_RECORD_EXTRA];
    size_t size = toy_record(record, type, data, len);
    size_t cut = 1 + (s->records * 13u + len) % (size - 1);
    duos_err err;

    scramble(record + 4, len + 1, s->out_key);
    s->records++;
    err = s->sink->emit_cipher(s->sink, record, cut);
    if (err == DUOS_OK) {
        err = s->sink->emit_cipher(s->sink, record + cut, size - cut);
    }
    s->t->refused = s->t->refused || err != DUOS_OK;
    return err;
}

static duos_err emit_noise(session *s)
{
    static const uint8_t noise[TOY_NOISE];

    return emit(s, 'N', noise, sizeof noise);
}

/* A new key every so often; it goes out under the old one. */
static duos_err change_key(session *s)
{
    uint8_t key = (uint8_t)(s->out_key * 5 + 3);
    duos_err err = emit(s, 'K', &key, 1);

    s->out_key = key;
    return err;
}

/* ---- what comes ------------------------------------------------------- */

/* The key of the handshake is 0. */
static duos_err greet(session *s)
{
    uint8_t key = s->side == DUOS_TRANSPORT_SERVER ? 0x5a : 0xc3;
    duos_err err = emit(s, 'H', &key, 1);

    s->greeted = true;
    s->out_key = s->side == DUOS_TRANSPORT_SERVER ? key : 0;
    return err;
}

static void delay_over(duos_timer *timer, void *user)
{
    session *s = (session *)user;

    (void)timer;
    s->ready = true;
    s->sink->wake(s->sink);
}

static duos_err got_hello(session *s, uint8_t key)
{
    duos_err err;

    s->in_key = key;
    if (s->side == DUOS_TRANSPORT_SERVER) {
        if (s->t->delay_ms > 0) {
            return duos_timer_start(&s->timer, s->t->delay_ms);
        }
        return greet(s);
    }
    err = emit(s, 'F', NULL, 0);
    s->out_key = 0xc3;
    s->stands = true;
    return err;
}

static duos_err got_plain(session *s, const uint8_t *data, size_t len)
{
    duos_err err = s->sink->emit_plain(s->sink, data, len);

    s->t->refused = s->t->refused || err != DUOS_OK;
    return err;
}

static duos_err got_record(session *s, char type, const uint8_t *data,
                           size_t len)
{
    if (type == 'H' && s->in_key == 0 && len == 1 && !s->stands) {
        return got_hello(s, data[0]);
    }
    if (type == 'F' && s->greeted && s->side == DUOS_TRANSPORT_SERVER) {
        s->stands = true;
        return DUOS_OK;
    }
    if (type == 'A') {
        s->t->alerts++;
        return DUOS_ECONNABORTED;
    }
    if (!s->stands) {
        return DUOS_EPROTO;
    }
    switch (type) {
    case 'D':
        return got_plain(s, data, len);
    case 'K':
        s->in_key = data[0];
        s->t->rekeyed++;
        return DUOS_OK;
    case 'N':
        return DUOS_OK;
    case 'Q':
        return emit_noise(s);
    case 'B':
        s->ended = true;
        s->t->goodbyes++;
        return DUOS_OK;
    default:
        return DUOS_EPROTO;
    }
}

static uint8_t key_of(const session *s, uint8_t type)
{
    return type == 'H' || type == 'F' ? 0 : s->in_key;
}

/* DUOS_EINPROGRESS: the record is not complete. */
static duos_err got_byte(session *s, uint8_t byte)
{
    size_t len;

    s->in[s->have++] = byte;
    if (s->in[0] != 'T') {
        return DUOS_EPROTO;
    }
    if (s->have < 4) {
        return DUOS_EINPROGRESS;
    }
    len = (size_t)s->in[2] << 8 | s->in[3];
    if (len > PAYLOAD_MAX) {
        return DUOS_EPROTO;
    }
    if (s->have < len + TOY_RECORD_EXTRA) {
        return DUOS_EINPROGRESS;
    }
    s->have = 0;
    scramble(s->in + 4, len + 1, key_of(s, s->in[1]));
    if (s->in[4 + len] != sum_of(s->in[1], s->in + 4, len)) {
        return DUOS_EPROTO;
    }
    return got_record(s, (char)s->in[1], s->in + 4, len);
}

static duos_err answer(const session *s)
{
    if (s->ended) {
        return DUOS_EEOF;
    }
    return s->stands ? DUOS_OK : DUOS_EINPROGRESS;
}

static duos_err read_all(session *s, const uint8_t *data, size_t len)
{
    size_t i;

    if (s->ready && !s->greeted) {
        duos_err err = greet(s);

        if (err != DUOS_OK) {
            return err;
        }
    }
    for (i = 0; i < len && !s->ended; i++) {
        duos_err err = got_byte(s, data[i]);

        if (err == DUOS_EPROTO) {
            (void)emit(s, 'A', NULL, 0);
        }
        if (err != DUOS_OK && err != DUOS_EINPROGRESS) {
            return err;
        }
    }
    return answer(s);
}

/* ---- the table -------------------------------------------------------- */

static void enter(session *s)
{
    s->t->nested = s->t->nested || s->inside;
    s->inside = true;
}

static duos_err leave(session *s, duos_err err)
{
    s->inside = false;
    return err;
}

static duos_err toy_create(void *user, duos_transport_side side,
                           duos_transport_sink *sink, void **out)
{
    toy *t = (toy *)user;
    session *s;

    if (t->create_with != DUOS_OK) {
        return t->create_with;
    }
    s = (session *)t->alloc->resize(t->alloc->user, NULL, 0, sizeof *s);
    if (s == NULL) {
        return DUOS_ENOMEM;
    }
    memset(s, 0, sizeof *s);
    s->t = t;
    s->sink = sink;
    s->side = side;
    if (t->loop != NULL) {
        (void)duos_timer_init(&s->timer, t->loop, delay_over, s);
    }
    t->created++;
    *out = s;
    return DUOS_OK;
}

static void toy_destroy(void *user)
{
    session *s = (session *)user;
    toy *t = s->t;

    if (t->loop != NULL) {
        duos_timer_stop(&s->timer);
    }
    t->destroyed++;
    (void)t->alloc->resize(t->alloc->user, s, sizeof *s, 0);
}

static duos_err toy_start(void *user)
{
    session *s = (session *)user;
    duos_err err = DUOS_EINPROGRESS;

    enter(s);
    if (s->side == DUOS_TRANSPORT_CLIENT) {
        err = greet(s);
        err = err == DUOS_OK ? DUOS_EINPROGRESS : err;
    }
    return leave(s, s->t->start_with != DUOS_OK ? s->t->start_with : err);
}

static duos_err toy_feed(void *user, const void *data, size_t len)
{
    session *s = (session *)user;

    enter(s);
    return leave(s, read_all(s, (const uint8_t *)data, len));
}

static duos_err toy_seal(void *user, const void *data, size_t len)
{
    session *s = (session *)user;
    const uint8_t *at = (const uint8_t *)data;
    duos_err err = DUOS_OK;
    unsigned pads;

    enter(s);
    for (pads = 0; pads < s->t->pads && err == DUOS_OK; pads++) {
        err = emit_noise(s);
    }
    while (len > 0 && err == DUOS_OK) {
        size_t part = len < TOY_DATA_MAX ? len : TOY_DATA_MAX;

        if (s->records % TOY_RECORDS_PER_KEY == 0) {
            err = change_key(s);
        }
        if (err == DUOS_OK) {
            err = emit(s, 'D', at, part);
        }
        at += part;
        len -= part;
    }
    return leave(s, s->t->seal_with != DUOS_OK ? s->t->seal_with : err);
}

static duos_err toy_close(void *user)
{
    session *s = (session *)user;
    duos_err err = DUOS_OK;

    enter(s);
    if (!s->t->mute) {
        err = emit(s, 'B', NULL, 0);
    }
    return leave(s, s->t->close_with != DUOS_OK ? s->t->close_with : err);
}

const duos_transport_ops toy_ops = {sizeof(duos_transport_ops),
                                    toy_create,
                                    toy_destroy,
                                    toy_start,
                                    toy_feed,
                                    toy_seal,
                                    toy_close};
