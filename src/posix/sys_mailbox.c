/* SPDX-License-Identifier: MIT */
/*
 * sys_mailbox.c - a list of nodes under a mutex that lies in the caller's
 * memory.
 *
 * The lock is held for a handful of instructions, so a push never waits for
 * work that somebody does.
 */
#include "posix.h"

/* Does not compile where a mutex is larger than the room for it. */
typedef char mutex_fits
    [sizeof(pthread_mutex_t) <= sizeof(((sys_mailbox *)0)->lock) ? 1 : -1];

static pthread_mutex_t *mutex_of(sys_mailbox *box)
{
    return (pthread_mutex_t *)(void *)&box->lock;
}

duos_err sys_mailbox_init(sys_mailbox *box)
{
    memset(box, 0, sizeof *box);
    return sys_err_from_native(pthread_mutex_init(mutex_of(box), NULL));
}

void sys_mailbox_fini(sys_mailbox *box)
{
    (void)pthread_mutex_destroy(mutex_of(box));
}

void sys_mailbox_push(sys_mailbox *box, sys_node *node, bool *was_empty)
{
    node->next = NULL;
    (void)pthread_mutex_lock(mutex_of(box));
    *was_empty = box->head == NULL;
    if (box->head == NULL) {
        box->head = node;
    } else {
        box->tail->next = node;
    }
    box->tail = node;
    (void)pthread_mutex_unlock(mutex_of(box));
}

sys_node *sys_mailbox_take(sys_mailbox *box)
{
    sys_node *first;

    (void)pthread_mutex_lock(mutex_of(box));
    first = box->head;
    box->head = NULL;
    box->tail = NULL;
    (void)pthread_mutex_unlock(mutex_of(box));
    return first;
}
