/* SPDX-License-Identifier: MIT */
/*
 * sys_lock.c - no lock at all: a simulation has one thread.
 */
#include "sys.h"

duos_err sys_lock_init(sys_lock *lock)
{
    (void)lock;
    return DUOS_OK;
}

void sys_lock_fini(sys_lock *lock)
{
    (void)lock;
}

void sys_lock_take(sys_lock *lock)
{
    (void)lock;
}

void sys_lock_release(sys_lock *lock)
{
    (void)lock;
}
