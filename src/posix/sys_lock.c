/* SPDX-License-Identifier: MIT */
/*
 * sys_lock.c - a mutex that lies in the caller's memory.
 */
#include "posix.h"

/* Does not compile where a mutex is larger than the room for it. */
typedef char mutex_fits[sizeof(pthread_mutex_t) <= sizeof(sys_lock) ? 1 : -1];

static pthread_mutex_t *mutex_of(sys_lock *lock)
{
    return (pthread_mutex_t *)(void *)lock;
}

duos_err sys_lock_init(sys_lock *lock)
{
    return sys_err_from_native(pthread_mutex_init(mutex_of(lock), NULL));
}

void sys_lock_fini(sys_lock *lock)
{
    (void)pthread_mutex_destroy(mutex_of(lock));
}

void sys_lock_take(sys_lock *lock)
{
    (void)pthread_mutex_lock(mutex_of(lock));
}

void sys_lock_release(sys_lock *lock)
{
    (void)pthread_mutex_unlock(mutex_of(lock));
}
