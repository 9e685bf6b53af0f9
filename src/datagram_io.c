/* SPDX-License-Identifier: MIT */
/*
 * datagram_io.c - a turn of a server of datagrams: receive a batch, hand it
 * over, send the answers with one call; what errors mean.
 *
 * UDP may lose anything, so what finds no room is dropped: whoever kept it
 * would need memory without end, or would hold up the next question.
 */
#include "datagram_core.h"

#include <string.h>

#include "deadline.h"

/* ---- answers ---------------------------------------------------------- */

static bool is_own(const duos__datagram_socket *s, const duos_addr *peer)
{
    if (peer->family == DUOS_UNIX) {
        return peer->path_len > 0 && duos_addr_equal(peer, &s->at);
    }
    return s->at.family != DUOS_UNIX && peer->port == s->at.port;
}

/* Another server of this kind answers from the port where we answer. */
static bool is_from_self(const duos_datagram *d, const duos_addr *peer)
{
    const duos__datagram_socket *s = d->sockets;

    while (s != NULL && !is_own(s, peer)) {
        s = s->next;
    }
    return s != NULL;
}

static bool may_answer(duos_datagram *d, size_t len)
{
    const duos_message *m = d->question;
    duos__question q;

    q.peer = &m->peer;
    q.local = (m->has & DUOS_HAS_LOCAL) != 0 ? &m->local : NULL;
    q.len = m->len;
    q.answer_len = len;
    q.answers = d->answers_to_it;
    q.from_self = is_from_self(d, &m->peer);
    switch (duos__limiter_judge(&d->limiter, &d->config, &q, d->loop->now_ns)) {
    case DUOS__ANSWER:
        return true;
    case DUOS__LONGER:
        d->stats.refused_longer++;
        break;
    case DUOS__SERVICE:
        d->stats.refused_service++;
        break;
    case DUOS__SOURCE:
        d->stats.refused_source++;
        break;
    case DUOS__RATE:
        d->stats.refused_rate++;
        break;
    case DUOS__TOTAL:
        d->stats.refused_total++;
        break;
    }
    return false;
}

/* Back to where it came from, from where it went to, unless that was many. */
static void address_answer(const duos_datagram *d, duos_message *answer)
{
    const duos_message *question = d->question;

    answer->has = d->serving->connected ? 0 : DUOS_HAS_PEER;
    answer->peer = question->peer;
    if ((question->has & DUOS_HAS_LOCAL) != 0 &&
        duos__is_one_host(&question->local)) {
        answer->has |= DUOS_HAS_LOCAL;
        answer->local = question->local;
    }
}

duos_err duos_datagram_reply(duos_datagram *d, const void *data, size_t len)
{
    if (d == NULL || (data == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    if (d->question == NULL || d->destroyed) {
        return DUOS_ESTATE;
    }
    if (len > d->config.max_size) {
        return DUOS_EMSGSIZE;
    }
    if (!may_answer(d, len)) {
        return DUOS_ELIMIT;
    }
    if (d->answers == d->config.batch) { /* there may be many of each */
        duos__datagram_flush(d);
    }
    address_answer(d, &d->out.messages[d->answers]);
    if (len > 0) {
        memcpy(d->out.parts[d->answers].data, data, len);
    }
    d->out.parts[d->answers].len = len;
    d->answers++;
    d->answers_to_it++;
    return DUOS_OK;
}

static void count_answers(duos_datagram *d, size_t first, size_t count)
{
    for (; count > 0; count--, first++) {
        d->stats.answered++;
        d->stats.bytes_sent += d->out.parts[first].len;
    }
}

/*
 * One that cannot be sent must not hold up those behind it. A connected
 * socket tells of an earlier datagram with the refusal of this one, which is
 * good to be sent again (fault UD3).
 */
void duos__datagram_flush(duos_datagram *d)
{
    size_t all = d->answers;
    size_t done = 0;
    size_t n;
    bool again = false;

    d->answers = 0;
    while (done < all) {
        duos_err err = duos_send_batch(d->serving->sock, d->out.messages + done,
                                       all - done, &n);

        if (err == DUOS_OK) {
            count_answers(d, done, n);
            done += n;
            again = false;
        } else if (err == DUOS_EWOULDBLOCK || err == DUOS_ENOBUFS) {
            d->stats.dropped += all - done;
            return;
        } else {
            d->stats.send_errors++;
            again = err == DUOS_ECONNREFUSED && !again;
            done += again ? 0 : 1;
        }
    }
}

/* ---- errors of receiving ---------------------------------------------- */

void duos__datagram_close_socket(duos__datagram_socket *s)
{
    duos_watch_stop(&s->watch);
    if (duos_socket_valid(s->sock)) {
        (void)duos_close(&s->sock);
    }
}

/* A level-triggered socket that gives nothing but errors would spin. */
static void pause_receiving(duos_datagram *d)
{
    duos__datagram_socket *s;

    d->backoff_ms = duos__longer_pause(d->backoff_ms);
    duos__timers_start_reserved(&d->loop->timers, &d->retry,
                                duos__after_ms(sys_now_ns(), d->backoff_ms));
    for (s = d->sockets; s != NULL; s = s->next) {
        duos_watch_stop(&s->watch);
    }
    d->stats.pauses++;
}

duos_err duos__datagram_start(duos__datagram_socket *s)
{
    return duos_watch_start(&s->watch, s->sock, DUOS_READ);
}

void duos__datagram_retry(duos__timer *timer)
{
    duos_datagram *d =
        (duos_datagram *)(void *)((char *)timer -
                                  offsetof(duos_datagram, retry));
    duos__datagram_socket *s;

    for (s = d->sockets; s != NULL; s = s->next) {
        if (duos_socket_valid(s->sock) && s->watch.token.value == 0 &&
            duos__datagram_start(s) != DUOS_OK) {
            pause_receiving(d); /* no memory, as a rule: later, then */
            return;
        }
    }
}

static bool is_broken(duos_err err)
{
    return err == DUOS_EBADF || err == DUOS_ENOTSOCK || err == DUOS_EINVAL ||
           err == DUOS_EFAULT || err == DUOS_EEOF;
}

/* Answers of the network to what was sent earlier: each is told once. */
static bool is_late_report(duos_err err)
{
    switch (err) {
    case DUOS_ECONNREFUSED:
    case DUOS_ECONNRESET:
    case DUOS_EHOSTUNREACH:
    case DUOS_EHOSTDOWN:
    case DUOS_ENETUNREACH:
    case DUOS_ENETRESET:
    case DUOS_ENETDOWN:
    case DUOS_EMSGSIZE:
    case DUOS_ENOPROTOOPT:
    case DUOS_EPROTO:
    case DUOS_EACCES:
    case DUOS_ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

/* Whether to go on. errors: in a row, with this one. */
static bool receive_failed(duos__datagram_socket *s, duos_err err,
                           unsigned errors)
{
    duos_datagram *d = s->datagram;
    bool goes_on = is_late_report(err) && errors == 1;
    bool is_news = goes_on || d->backoff_ms == 0;

    d->stats.recv_errors++;
    if (is_broken(err)) {
        duos__datagram_close_socket(s);
        is_news = true;
    } else if (!goes_on) {
        pause_receiving(d);
    }
    if (is_news && d->config.on_error != NULL) { /* last: it may end us */
        d->config.on_error(d, err, d->config.user);
    }
    return goes_on && !d->destroyed;
}

/* ---- questions -------------------------------------------------------- */

static void hand_over_datagram(duos_datagram *d, duos_message *m)
{
    static const duos_addr nobody = {0};

    d->stats.received++;
    d->stats.bytes_received += m->len;
    d->stats.truncated += m->truncated;
    if ((m->has & DUOS_HAS_PEER) == 0) {
        m->peer = nobody;
    }
    if (d->config.on_data != NULL) {
        d->question = m;
        d->answers_to_it = 0;
        d->config.on_data(d, &m->peer, m->parts->data, m->len,
                          m->truncated ? DUOS_DATAGRAM_TRUNCATED : 0,
                          d->config.user);
        d->question = NULL;
    }
}

static void hand_over_all(duos_datagram *d, size_t count)
{
    size_t i;

    for (i = 0; i < count && !d->destroyed; i++) {
        hand_over_datagram(d, &d->in.messages[i]);
    }
    if (!d->destroyed) {
        duos__datagram_flush(d);
    }
}

/*
 * One batch of those that are left. Whether to go on: one that is not full was
 * the last, or what is behind it is told in the next turn, if there is one.
 */
static bool receive_batch(duos__datagram_socket *s, size_t *left,
                          unsigned *errors)
{
    duos_datagram *d = s->datagram;
    size_t most = *left < d->config.batch ? *left : d->config.batch;
    size_t n = 0;
    duos_err err = duos_recv_batch(s->sock, d->in.messages, most, &n);

    *left -= n > 0 ? n : 1;
    if (err != DUOS_OK && err != DUOS_EWOULDBLOCK) {
        return receive_failed(s, err, ++*errors);
    }
    *errors = 0;
    d->backoff_ms = 0;
    hand_over_all(d, n);
    return (n == most || (d->draining && n > 0)) && !d->destroyed;
}

void duos__datagram_receive(duos__datagram_socket *s)
{
    duos_datagram *d = s->datagram;
    size_t left = d->config.per_turn;
    unsigned errors = 0;

    d->serving = s;
    while (left > 0 && receive_batch(s, &left, &errors)) {
    }
    d->serving = NULL;
}

void duos__datagram_ready(duos_watch *watch, unsigned events, void *user)
{
    (void)watch;
    (void)events;
    duos__datagram_receive((duos__datagram_socket *)user);
}
