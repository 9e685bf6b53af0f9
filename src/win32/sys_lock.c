/* SPDX-License-Identifier: MIT */
/*
 * sys_lock.c - a slim lock: one pointer, no destruction, cannot fail.
 */
#include "win32.h"

/* Fails to compile if the lock does not fit its place. */
typedef char srwlock_must_fit[sizeof(SRWLOCK) <= sizeof(sys_lock) ? 1 : -1];

static SRWLOCK *srwlock_of(sys_lock *lock)
{
    return (SRWLOCK *)(void *)lock;
}

duos_err sys_lock_init(sys_lock *lock)
{
    InitializeSRWLock(srwlock_of(lock));
    return DUOS_OK;
}

void sys_lock_fini(sys_lock *lock)
{
    (void)lock; /* an SRWLOCK holds nothing */
}

void sys_lock_take(sys_lock *lock)
{
    AcquireSRWLockExclusive(srwlock_of(lock));
}

void sys_lock_release(sys_lock *lock)
{
    ReleaseSRWLockExclusive(srwlock_of(lock));
}
