/* SPDX-License-Identifier: MIT */
/*
 * sys_offload.c - a job without a thread: one event runs it, and a second
 * one, after the time that it says to have spent, is its end.
 */
#include "sim_internal.h"

/* Fails to compile if the task does not fit its place in a job. */
typedef char
    task_must_fit[sizeof(sim_task) <= sizeof(((sys_job *)0)->os) ? 1 : -1];

static sim_task *task_of(sim_event *event)
{
    return (sim_task *)(void *)event;
}

static sys_job *job_of(sim_task *task)
{
    return (sys_job *)(void *)((char *)task - offsetof(sys_job, os));
}

static void forget(duos_sim *sim, sim_task *task)
{
    if (task->prev != NULL) {
        task->prev->next = task->next;
    } else {
        sim->tasks = task->next;
    }
    if (task->next != NULL) {
        task->next->prev = task->prev;
    }
    duos__sim_event_unpromise(sim, 1);
}

static void end_task(duos_sim *sim, sim_event *event)
{
    sim_task *task = task_of(event);
    sys_job *job = job_of(task);
    uint32_t before = sim->host;

    sim->host = task->host;
    forget(sim, task);
    job->done(job);
    sim->host = before;
}

static void run_task(duos_sim *sim, sim_event *event)
{
    sim_task *task = task_of(event);
    sys_job *job = job_of(task);
    uint32_t before = sim->host;

    sim->host = task->host;
    sim->spent_ns = 0;
    job->run(job);
    sim->host = before;
    if (sim->spent_ns != SIM_NEVER) {
        event->due_ns = sim->now_ns + sim->spent_ns;
        event->run = end_task;
        duos__sim_event_add(sim, event);
    }
}

duos_err sys_offload(sys_job *job)
{
    duos_sim *sim = duos__sim_current();
    sim_task *task = (sim_task *)(void *)&job->os;
    duos_err err;

    if (sim == NULL) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_OFFLOAD);
    if (err == DUOS_OK) {
        err = duos__sim_event_promise(sim, 1);
    }
    if (err != DUOS_OK) {
        return err;
    }
    task->event.due_ns = sim->now_ns;
    task->event.run = run_task;
    task->host = sim->host;
    task->prev = NULL;
    task->next = sim->tasks;
    if (task->next != NULL) {
        task->next->prev = task;
    }
    sim->tasks = task;
    duos__sim_event_add(sim, &task->event);
    return DUOS_OK;
}

void duos__sim_tasks_fini(duos_sim *sim)
{
    while (sim->tasks != NULL) {
        sim_task *task = sim->tasks;
        sys_job *job = job_of(task);

        forget(sim, task);
        job->done(job);
    }
}
