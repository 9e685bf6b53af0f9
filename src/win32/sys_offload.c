/* SPDX-License-Identifier: MIT */
/*
 * sys_offload.c - a job gets a thread of its own, which nobody waits for.
 */
#include "win32.h"

#include <process.h>

static unsigned __stdcall thread_main(void *argument)
{
    sys_job *job = (sys_job *)argument;

    job->run(job);
    job->done(job);
    return 0;
}

/* The C library's way, since the job may use what it keeps per thread. */
duos_err sys_offload(sys_job *job)
{
    uintptr_t thread = _beginthreadex(NULL, 0, thread_main, job, 0, NULL);

    if (thread == 0) {
        return DUOS_ENOMEM;
    }
    (void)CloseHandle((HANDLE)thread);
    return DUOS_OK;
}
