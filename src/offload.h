/* SPDX-License-Identifier: MIT */
/*
 * offload.h - jobs that block, on behalf of one owner: a few run at a time,
 * more wait their turn, and too many are refused.
 *
 * Jobs may outlive their owner, so what they touch is theirs: the desk, which
 * goes when its owner has left it and no job runs any more, and the job
 * itself. Both come from the C library's memory, since an owner's allocator
 * may be gone by then.
 */
#ifndef DUOS_OFFLOAD_H
#define DUOS_OFFLOAD_H

#include "sys.h"

/* Jobs of one desk that run at a time, and that there are at all. */
#define DUOS__JOBS_RUNNING 4u
#define DUOS__JOBS_MAX     256u

typedef struct duos__desk duos__desk;

/* Lies first in what the job works on. */
typedef struct duos__job {
    sys_job sys; /* first */
    struct duos__job *next;
    duos__desk *desk;
    bool dropped; /* its owner does not want it any more */
    duos_err err; /* DUOS_OK, or why work was not called */
    void (*work)(struct duos__job *job);    /* elsewhere; may block */
    void (*release)(struct duos__job *job); /* frees it; on any thread */
} duos__job;

/*
 * wake: is called once from elsewhere, under the desk's lock, when there is
 * something to collect, and then not again before duos__desk_collect, unless
 * it fails: then it is called again at once, and when the next job ends; again
 * tells. It must not call the desk.
 *
 * DUOS_OK, DUOS_ENOMEM, or as sys_lock_init.
 */
duos_err duos__desk_open(duos_err (*wake)(void *user, bool again), void *user,
                         duos__desk **out);

/* The owner leaves; all jobs are dropped. Never waits. NULL is ignored. */
void duos__desk_close(duos__desk *desk);

/*
 * Has a job done, now or when others are. What runs although it was dropped
 * counts, too.
 *
 * DUOS_OK: the desk's until it is taken or dropped. DUOS_ELIMIT at
 * DUOS__JOBS_MAX; DUOS_ENOMEM: the caller's still.
 */
duos_err duos__desk_add(duos__desk *desk, duos__job *job);

/* A job that was added and not taken is not wanted: it is released, now or,
 * if it runs, when it ends. */
void duos__desk_drop(duos__desk *desk, duos__job *job);

/* Makes what is finished by now ready to be taken. */
void duos__desk_collect(duos__desk *desk);

/* The next of what was collected, which is the caller's now; NULL: none. */
duos__job *duos__desk_take(duos__desk *desk);

#endif
