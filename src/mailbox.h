/* SPDX-License-Identifier: MIT */
/*
 * mailbox.h - a list that any thread appends to and one takes from. Nodes are
 * their users' memory, so pushing one cannot fail.
 */
#ifndef DUOS_MAILBOX_H
#define DUOS_MAILBOX_H

#include "sys.h"

typedef struct duos__node {
    struct duos__node *next;
} duos__node;

typedef struct duos__mailbox {
    duos__node *head;
    duos__node *tail;
    bool told; /* the taker was woken, or is about to be */
    sys_lock lock;
} duos__mailbox;

/* Fails as sys_lock_init does. */
duos_err duos__mailbox_init(duos__mailbox *box);
void duos__mailbox_fini(duos__mailbox *box);

/* Appends; *must_wake tells whether the taker must be woken. */
void duos__mailbox_push(duos__mailbox *box, duos__node *node, bool *must_wake);

/* That was not possible: who pushes next must try again. */
void duos__mailbox_untold(duos__mailbox *box);

/* Takes all nodes in the order of their pushes; NULL if there is none. */
duos__node *duos__mailbox_take(duos__mailbox *box);

#endif
