/* SPDX-License-Identifier: MIT */
/*
 * raw.c - guests with a bare non-blocking socket and a watch: what the server
 * sees does not depend on our own client.
 */
#include <stdlib.h>

#include "chaos.h"

static void set_interest(chaos_guest *g)
{
    const chaos_habits *habits = chaos_habits_of(g->character);
    unsigned interest = habits->rest_ms == 0 ? DUOS_READ : 0u;

    if (g->opened == 0 || g->piece_sent < g->piece_len) {
        interest |= DUOS_WRITE;
    }
    if (!g->over && duos_watch_set(&g->watch, interest) != DUOS_OK) {
        chaos_raw_end(g, DUOS_ENOMEM);
    }
}

void chaos_raw_end(chaos_guest *g, duos_err reason)
{
    duos_watch_stop(&g->watch);
    (void)duos_close(&g->socket);
    g->reason = reason;
    g->closed++;
    chaos_judge_end(g->world, &g->clock, NULL, CHAOS_CLIENT, reason, g->ours);
    chaos_over(g);
}

static void finish(chaos_guest *g)
{
    duos_linger drop = {true, 0};
    duos_err err;

    switch (chaos_habits_of(g->character)->ending) {
    case CHAOS_END_STAY:
    case CHAOS_END_RELEASE:
        break;
    case CHAOS_END_HALF:
        err = duos_shutdown(g->socket, DUOS_SHUT_SEND);
        if (err != DUOS_OK && err != DUOS_ENOTCONN) {
            chaos_likely(g->world, false, "shutdown of a bare socket", err);
        }
        break;
    case CHAOS_END_ABORT:
        err = duos_set_linger(g->socket, &drop);
        chaos_likely(g->world, err == DUOS_OK, "linger", err);
        g->ours = true;
        chaos_raw_end(g, DUOS_ECANCELED);
        break;
    case CHAOS_END_CLOSE:
        g->ours = true;
        chaos_raw_end(g, DUOS_ECANCELED);
        break;
    }
}

/* The rest of a piece; what goes is said. */
static void push(chaos_guest *g)
{
    duos_err err = DUOS_OK;
    size_t n;

    while (err == DUOS_OK && g->piece_sent < g->piece_len) {
        err = duos_send(g->socket, g->piece + g->piece_sent,
                        g->piece_len - g->piece_sent, &n);
        if (err == DUOS_OK) {
            chaos_said(g, g->piece + g->piece_sent, g->greeting ? 0 : n);
            g->piece_sent += (uint32_t)n;
        }
    }
    if (err == DUOS_EWOULDBLOCK || err == DUOS_ENOBUFS || err == DUOS_OK) {
        set_interest(g);
    } else {
        chaos_raw_end(g, err);
    }
}

void chaos_raw_act(chaos_guest *g)
{
    const chaos_habits *habits = chaos_habits_of(g->character);

    if (g->piece_sent == g->piece_len) {
        if (g->pieces_left == 0) {
            finish(g);
            return;
        }
        g->pieces_left--;
        g->greeting = false;
        g->piece_len = chaos_words(g, habits->size, g->piece);
        g->piece_sent = 0;
        push(g);
    }
    if (!g->over) {
        uint32_t gap_ms =
            g->piece_sent < g->piece_len ? 50 : habits->gap_ms + 1;

        (void)chaos_timer_start(&g->timer, chaos_below(g->world, gap_ms));
    }
}

static void pull(chaos_guest *g)
{
    unsigned char data[3000];
    size_t n;
    duos_err err = duos_recv(g->socket, data, sizeof data, &n);

    if (err == DUOS_OK) {
        g->clock.moved_ns = chaos_now(g->world);
        chaos_judge_heard(g, data, n);
    } else if (err != DUOS_EWOULDBLOCK) {
        chaos_raw_end(g, err);
    }
}

static void connected(chaos_guest *g)
{
    duos_err err = duos_connect_result(g->socket);

    if (err == DUOS_EINPROGRESS) {
        return;
    }
    if (err != DUOS_OK) {
        chaos_raw_end(g, err);
        return;
    }
    g->opened++;
    g->clock.open_ns = chaos_now(g->world);
    if (g->world->plan.proxied) {
        g->greeting = true;
        g->piece_len = chaos_header(g, g->piece);
        push(g);
    } else {
        set_interest(g);
    }
    if (!g->over) {
        (void)chaos_timer_start(&g->timer, 0);
    }
}

static void on_ready(duos_watch *watch, unsigned events, void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    (void)watch;
    chaos_delivered(g->world);
    chaos_check_guest(g, !g->over, "an event after the end");
    if (g->opened == 0) {
        connected(g);
        return;
    }
    if ((events & DUOS_WRITE) != 0 && g->piece_sent < g->piece_len) {
        push(g);
    }
    if ((events & (DUOS_READ | DUOS_ERROR | DUOS_HANGUP)) != 0 && !g->over) {
        pull(g);
    }
}

static duos_err connect_and_watch(chaos_guest *g)
{
    chaos_world *w = g->world;
    duos_addr server = duos_sim_addr(1, DUOS_IPV4, CHAOS_PORT);
    duos_addr local;
    duos_err err = duos_connect(g->socket, &server);

    if (err != DUOS_EINPROGRESS) {
        return err;
    }
    err = duos_local_addr(g->socket, &local);
    if (err == DUOS_OK) {
        g->port = local.port;
        err = duos_watch_init(&g->watch, w->loops[g->loop], on_ready, g);
    }
    return err == DUOS_OK ? duos_watch_start(&g->watch, g->socket, DUOS_WRITE)
                          : err;
}

void chaos_raw_begin(chaos_guest *g)
{
    duos_err err;

    g->piece = (unsigned char *)malloc(CHAOS_PIECE_MAX);
    if (g->piece == NULL) {
        abort();
    }
    err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK, &g->socket);
    if (err != DUOS_OK) {
        g->begun = false;
        chaos_over(g);
        return;
    }
    err = connect_and_watch(g);
    if (err != DUOS_OK) {
        chaos_raw_end(g, err);
    }
}
