/* SPDX-License-Identifier: MIT */
/*
 * letter.h - messages as tests want them: of one part, with room in it; and
 * two sockets that send them to each other.
 */
#ifndef TEST_LETTER_H
#define TEST_LETTER_H

#include "support/net.h"

/* A message of one part. */
typedef struct letter {
    duos_message m;
    duos_buf part;
    char text[64];
} letter;

static inline void letter_to_write(letter *l, const char *text)
{
    memset(l, 0, sizeof *l);
    l->part.data = l->text;
    l->part.len = strlen(text);
    memcpy(l->text, text, l->part.len);
    l->m.parts = &l->part;
    l->m.count = 1;
}

static inline void letter_to_read(letter *l)
{
    memset(l, 0, sizeof *l);
    l->part.data = l->text;
    l->part.len = sizeof l->text;
    l->m.parts = &l->part;
    l->m.count = 1;
}

static inline duos_err take(duos_socket s, letter *l)
{
    net_await(s, DUOS_READ);
    return duos_recvmsg(s, &l->m);
}

/* Two sockets that are bound to loopback. */
typedef struct post {
    duos_socket a;
    duos_socket b;
    duos_addr at_a;
    duos_addr at_b;
} post;

static inline post post_open(duos_family family)
{
    post p;

    p.a = net_bind(family, DUOS_DGRAM, &p.at_a);
    p.b = net_bind(family, DUOS_DGRAM, &p.at_b);
    return p;
}

static inline void post_close(post *p)
{
    net_close(&p->a);
    net_close(&p->b);
}

#endif
