/* SPDX-License-Identifier: MIT */
/*
 * sys_mailbox.c - a list without a lock: a simulation has one thread.
 */
#include <string.h>

#include "sys.h"

duos_err sys_mailbox_init(sys_mailbox *box)
{
    memset(box, 0, sizeof *box);
    return DUOS_OK;
}

void sys_mailbox_fini(sys_mailbox *box)
{
    (void)box;
}

void sys_mailbox_push(sys_mailbox *box, sys_node *node, bool *was_empty)
{
    node->next = NULL;
    *was_empty = box->head == NULL;
    if (box->head == NULL) {
        box->head = node;
    } else {
        box->tail->next = node;
    }
    box->tail = node;
}

sys_node *sys_mailbox_take(sys_mailbox *box)
{
    sys_node *first = box->head;

    box->head = NULL;
    box->tail = NULL;
    return first;
}
