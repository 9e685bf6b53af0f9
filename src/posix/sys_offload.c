/* SPDX-License-Identifier: MIT */
/*
 * sys_offload.c - a job gets a thread of its own, which nobody waits for.
 *
 * All signals are blocked in it, so that those of the process go where the
 * program expects them. EAGAIN, which pthread_create gives for want of
 * memory or of threads alike, becomes DUOS_ENOMEM.
 */
#include "posix.h"

#include <signal.h>

static void *thread_main(void *argument)
{
    sys_job *job = (sys_job *)argument;

    job->run(job);
    job->done(job);
    return NULL;
}

static int start_detached(sys_job *job)
{
    pthread_attr_t attr;
    pthread_t thread;
    int result = pthread_attr_init(&attr);

    if (result != 0) {
        return result;
    }
    result = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (result == 0) {
        result = pthread_create(&thread, &attr, thread_main, job);
    }
    (void)pthread_attr_destroy(&attr);
    return result;
}

/* A thread is born with the signal mask of its maker. */
duos_err sys_offload(sys_job *job)
{
    sigset_t all;
    sigset_t before;
    int result;

    (void)sigfillset(&all);
    result = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (result == 0) {
        result = start_detached(job);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return result == EAGAIN ? DUOS_ENOMEM : sys_err_from_native(result);
}
