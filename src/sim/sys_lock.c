/* SPDX-License-Identifier: MIT */
/*
 * sys_lock.c - no lock at all: a simulation has one thread.
 */
#include "sim_internal.h"

duos_err sys_lock_init(sys_lock *lock)
{
    (void)lock;
    return duos__sim_host_call(DUOS_SIM_CALL_LOCK_INIT);
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
