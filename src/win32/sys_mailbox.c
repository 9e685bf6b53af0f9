/* SPDX-License-Identifier: MIT */
/*
 * sys_mailbox.c - a queue between threads, guarded by a slim lock.
 *
 * An SRWLOCK is one pointer, needs no destruction and cannot fail.
 */
#include "win32.h"

/* Fails to compile if the lock does not fit its place in the mailbox. */
typedef char
    srwlock_must_fit[sizeof(SRWLOCK) <= sizeof(((sys_mailbox *)0)->lock) ? 1
                                                                         : -1];

static SRWLOCK *lock_of(sys_mailbox *box)
{
    return (SRWLOCK *)(void *)box->lock.bytes;
}

duos_err sys_mailbox_init(sys_mailbox *box)
{
    box->head = NULL;
    box->tail = NULL;
    InitializeSRWLock(lock_of(box));
    return DUOS_OK;
}

void sys_mailbox_fini(sys_mailbox *box)
{
    (void)box; /* an SRWLOCK holds nothing */
}

void sys_mailbox_push(sys_mailbox *box, sys_node *node, bool *was_empty)
{
    node->next = NULL;
    AcquireSRWLockExclusive(lock_of(box));
    *was_empty = box->head == NULL;
    if (box->head == NULL) {
        box->head = node;
    } else {
        box->tail->next = node;
    }
    box->tail = node;
    ReleaseSRWLockExclusive(lock_of(box));
}

sys_node *sys_mailbox_take(sys_mailbox *box)
{
    sys_node *first;

    AcquireSRWLockExclusive(lock_of(box));
    first = box->head;
    box->head = NULL;
    box->tail = NULL;
    ReleaseSRWLockExclusive(lock_of(box));
    return first;
}
