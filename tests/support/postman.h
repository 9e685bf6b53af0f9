/* SPDX-License-Identifier: MIT */
/*
 * postman.h - a server of datagrams in a scene, what it was told, and one who
 * asks it.
 */
#ifndef TEST_POSTMAN_H
#define TEST_POSTMAN_H

#include "support/scene.h"

#include <stdlib.h>

typedef struct postman postman;

struct postman {
    scene *scene;
    duos_socket asker;           /* on loopback, IPv4 */
    duos_addr asks;              /* from here */
    duos_datagram_config config; /* may be changed before postman_open */
    duos_datagram *server;
    duos_addr at;
    unsigned datas;
    size_t len;     /* of the last one */
    unsigned flags; /* of the last one */
    duos_addr peer; /* of the last one */
    char text[64];  /* the beginning of the last one */
    unsigned errors;
    duos_err error; /* of the last one */
    duos_err reply; /* what the last answer gave */
    bool echoes;
    void (*act)(postman *p); /* after that; NULL for nothing */
};

static inline void postman_data(duos_datagram *server, const duos_addr *peer,
                                const void *data, size_t len, unsigned flags,
                                void *user)
{
    postman *p = (postman *)user;

    assert_ptr_equal(server, p->server);
    assert_non_null(data);
    p->datas++;
    p->len = len;
    p->flags = flags;
    p->peer = *peer;
    memcpy(p->text, data, len < sizeof p->text ? len : sizeof p->text);
    if (p->echoes) {
        p->reply = duos_datagram_reply(server, data, len);
    }
    if (p->act != NULL) {
        p->act(p);
    }
}

static inline void postman_error(duos_datagram *server, duos_err err,
                                 void *user)
{
    postman *p = (postman *)user;

    assert_ptr_equal(server, p->server);
    p->errors++;
    p->error = err;
    if (p->act != NULL) {
        p->act(p);
    }
}

/* Prepares one that echoes, with its asker. */
static inline void postman_init(postman *p, void **state)
{
    memset(p, 0, sizeof *p);
    p->scene = (scene *)*state;
    p->asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &p->asks);
    p->echoes = true;
    duos_datagram_config_init(&p->config);
    p->config.on_data = postman_data;
    p->config.on_error = postman_error;
    p->config.user = p;
}

/* The server, at an address unless that is NULL. */
static inline void postman_open(postman *p, const char *address)
{
    assert_ok(duos_datagram_create(p->scene->loop, &p->config, &p->server));
    if (address != NULL) {
        assert_ok(duos_datagram_listen(p->server, address, NULL, &p->at));
    }
}

static inline duos_datagram_stats postman_stats(const postman *p)
{
    duos_datagram_stats stats;

    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    assert_ok(duos_datagram_get_stats(p->server, &stats));
    return stats;
}

/* Both, where a test says no more. */
static inline void postman_begin(postman *p, void **state)
{
    postman_init(p, state);
    postman_open(p, "udp:127.0.0.1:0");
}

/* Ends the server; it may be opened again. */
static inline void postman_close(postman *p)
{
    duos_datagram_destroy(p->server);
    p->server = NULL;
}

static inline void postman_end(postman *p)
{
    postman_close(p);
    net_close(&p->asker);
}

/* Somebody else asks from here on. */
static inline void postman_replace(postman *p, duos_socket asker)
{
    net_close(&p->asker);
    p->asker = asker;
}

/* The asker sends a text. */
static inline void postman_send(postman *p, const char *text)
{
    assert_ok(duos_sendto(p->asker, text, strlen(text), &p->at));
}

/* Somebody does, and the server sees it. */
static inline void postman_ask_from(postman *p, duos_socket from,
                                    const char *text)
{
    unsigned before = p->datas;

    assert_ok(duos_sendto(from, text, strlen(text), &p->at));
    scene_until(p->scene, p->datas, before + 1);
}

/* The asker does. */
static inline void postman_ask(postman *p, const char *text)
{
    postman_ask_from(p, p->asker, text);
}

/* Whether an answer comes to somebody; it has this text then. */
static inline bool postman_answers_to(duos_socket to, const char *text)
{
    char got[64];
    size_t n = 0;
    duos_err err = duos_wait(to, DUOS_READ, 200, NULL);

    if (err == DUOS_ETIMEDOUT) {
        return false;
    }
    assert_ok(err);
    assert_ok(duos_recvfrom(to, got, sizeof got, &n, NULL, NULL));
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, n);
    return true;
}

/* To the asker. */
static inline bool postman_answers(const postman *p, const char *text)
{
    return postman_answers_to(p->asker, text);
}

#endif
