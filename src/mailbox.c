/* SPDX-License-Identifier: MIT */
/*
 * mailbox.c - the lock is held for a handful of instructions, so a push never
 * waits for work that somebody does.
 */
#include "mailbox.h"

duos_err duos__mailbox_init(duos__mailbox *box)
{
    box->head = NULL;
    box->tail = NULL;
    box->told = false;
    return sys_lock_init(&box->lock);
}

void duos__mailbox_fini(duos__mailbox *box)
{
    sys_lock_fini(&box->lock);
}

void duos__mailbox_push(duos__mailbox *box, duos__node *node, bool *must_wake)
{
    node->next = NULL;
    sys_lock_take(&box->lock);
    *must_wake = !box->told;
    box->told = true;
    if (box->head == NULL) {
        box->head = node;
    } else {
        box->tail->next = node;
    }
    box->tail = node;
    sys_lock_release(&box->lock);
}

void duos__mailbox_untold(duos__mailbox *box)
{
    sys_lock_take(&box->lock);
    box->told = false;
    sys_lock_release(&box->lock);
}

duos__node *duos__mailbox_take(duos__mailbox *box)
{
    duos__node *first;

    sys_lock_take(&box->lock);
    first = box->head;
    box->head = NULL;
    box->tail = NULL;
    box->told = false;
    sys_lock_release(&box->lock);
    return first;
}
