/* SPDX-License-Identifier: MIT */
/*
 * offload.c - what owner and jobs share is the desk, and what lies on it is
 * touched under its lock. Jobs are released outside of it.
 */
#include "offload.h"

#include "mem.h"

typedef struct job_list {
    duos__job *head;
    duos__job *tail;
} job_list;

struct duos__desk {
    sys_lock lock;
    duos_err (*wake)(void *user, bool again);
    void *user;
    bool open;   /* the owner is there */
    bool waking; /* and was told, or is to be, that there is something */
    bool woken;  /* and knows it */
    uint32_t running;
    uint32_t waiting_count;
    job_list waiting;
    job_list finished;
    job_list ready; /* collected */
};

/* ---- lists ------------------------------------------------------------ */

static void append_job(job_list *list, duos__job *job)
{
    job->next = NULL;
    if (list->head == NULL) {
        list->head = job;
    } else {
        list->tail->next = job;
    }
    list->tail = job;
}

static duos__job *pop(job_list *list)
{
    duos__job *job = list->head;

    if (job != NULL) {
        list->head = job->next;
    }
    return job;
}

static void move_all(job_list *from, job_list *to)
{
    if (from->head == NULL) {
        return;
    }
    if (to->head == NULL) {
        to->head = from->head;
    } else {
        to->tail->next = from->head;
    }
    to->tail = from->tail;
    from->head = NULL;
}

/* Takes a job out; false if it is not in this list. */
static bool pick(job_list *list, const duos__job *job)
{
    duos__job *before = NULL;
    duos__job *at = list->head;

    while (at != NULL && at != job) {
        before = at;
        at = at->next;
    }
    if (at == NULL) {
        return false;
    }
    if (before == NULL) {
        list->head = at->next;
    } else {
        before->next = at->next;
    }
    if (list->tail == at) {
        list->tail = before;
    }
    return true;
}

static void release_all(duos__job *job)
{
    while (job != NULL) {
        duos__job *next = job->next;

        job->release(job);
        job = next;
    }
}

/* ---- elsewhere -------------------------------------------------------- */

static void job_run(sys_job *sys)
{
    duos__job *job = (duos__job *)(void *)sys;

    job->work(job);
}

/* Under the lock. */
static void finish_job(duos__desk *desk, duos__job *job)
{
    int tries = 2; /* there is nobody to whom a failure could be told */

    append_job(&desk->finished, job);
    while (!desk->woken && tries-- > 0) {
        desk->woken = desk->wake(desk->user, desk->waking) == DUOS_OK;
        desk->waking = true;
    }
}

/* Under the lock: a job that cannot be begun is finished as well. */
static void begin_next_job(duos__desk *desk)
{
    while (desk->running < DUOS__JOBS_RUNNING && desk->waiting.head != NULL) {
        duos__job *job = pop(&desk->waiting);
        duos_err err = sys_offload(&job->sys);

        desk->waiting_count--;
        if (err == DUOS_OK) {
            desk->running++;
        } else {
            job->err = err;
            finish_job(desk, job);
        }
    }
}

static void free_desk(duos__desk *desk)
{
    sys_lock_fini(&desk->lock);
    duos__free(duos_alloc_default(), desk, sizeof *desk);
}

static void job_done(sys_job *sys)
{
    duos__job *job = (duos__job *)(void *)sys;
    duos__desk *desk = job->desk;
    bool unwanted;
    bool last;

    sys_lock_take(&desk->lock);
    desk->running--;
    unwanted = job->dropped || !desk->open;
    if (!unwanted) {
        finish_job(desk, job);
    }
    begin_next_job(desk);
    last = !desk->open && desk->running == 0;
    sys_lock_release(&desk->lock);
    if (unwanted) {
        job->release(job);
    }
    if (last) {
        free_desk(desk);
    }
}

/* ---- the owner's side ------------------------------------------------- */

duos_err duos__desk_open(duos_err (*wake)(void *user, bool again), void *user,
                         duos__desk **out)
{
    duos__desk *desk =
        (duos__desk *)duos__new(duos_alloc_default(), sizeof *desk);
    duos_err err;

    if (desk == NULL) {
        return DUOS_ENOMEM;
    }
    err = sys_lock_init(&desk->lock);
    if (err != DUOS_OK) {
        duos__free(duos_alloc_default(), desk, sizeof *desk);
        return err;
    }
    desk->wake = wake;
    desk->user = user;
    desk->open = true;
    *out = desk;
    return DUOS_OK;
}

void duos__desk_close(duos__desk *desk)
{
    job_list jobs;
    bool last;

    if (desk == NULL) {
        return;
    }
    sys_lock_take(&desk->lock);
    desk->open = false;
    jobs = desk->waiting;
    desk->waiting.head = NULL;
    desk->waiting_count = 0;
    move_all(&desk->finished, &jobs);
    move_all(&desk->ready, &jobs);
    last = desk->running == 0;
    sys_lock_release(&desk->lock);
    release_all(jobs.head);
    if (last) {
        free_desk(desk);
    }
}

/* Under the lock. */
static duos_err begin_or_wait(duos__desk *desk, duos__job *job)
{
    duos_err err;

    if (desk->running < DUOS__JOBS_RUNNING) {
        err = sys_offload(&job->sys);
        desk->running += err == DUOS_OK;
        return err;
    }
    if (desk->running + desk->waiting_count >= DUOS__JOBS_MAX) {
        return DUOS_ELIMIT;
    }
    append_job(&desk->waiting, job);
    desk->waiting_count++;
    return DUOS_OK;
}

duos_err duos__desk_add(duos__desk *desk, duos__job *job)
{
    duos_err err;

    job->sys.run = job_run;
    job->sys.done = job_done;
    job->desk = desk;
    sys_lock_take(&desk->lock);
    err = begin_or_wait(desk, job);
    sys_lock_release(&desk->lock);
    return err;
}

void duos__desk_drop(duos__desk *desk, duos__job *job)
{
    bool ours;

    sys_lock_take(&desk->lock);
    ours = pick(&desk->waiting, job);
    if (ours) {
        desk->waiting_count--;
    } else {
        ours = pick(&desk->finished, job) || pick(&desk->ready, job);
    }
    if (!ours) {
        job->dropped = true; /* it runs */
    }
    sys_lock_release(&desk->lock);
    if (ours) {
        job->release(job);
    }
}

void duos__desk_collect(duos__desk *desk)
{
    sys_lock_take(&desk->lock);
    desk->waking = false;
    desk->woken = false;
    move_all(&desk->finished, &desk->ready);
    sys_lock_release(&desk->lock);
}

duos__job *duos__desk_take(duos__desk *desk)
{
    duos__job *job;

    sys_lock_take(&desk->lock);
    job = pop(&desk->ready);
    sys_lock_release(&desk->lock);
    return job;
}
