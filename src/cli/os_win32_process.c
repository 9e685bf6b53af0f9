/* SPDX-License-Identifier: MIT */
/*
 * os_win32_process.c - the process, its time and its threads on Windows.
 */
#define WIN32_LEAN_AND_MEAN
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0601 /* condition variables */
#endif
#include <windows.h>

#include <process.h>

#include "os.h"

#include <stdlib.h>

/* From 1601, where file times begin, to 1970. */
#define MS_BEFORE_1970 INT64_C(11644473600000)

int64_t os_time_ms(void)
{
    FILETIME now;
    uint64_t ticks;

    GetSystemTimeAsFileTime(&now);
    ticks = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (int64_t)(ticks / 10000) - MS_BEFORE_1970;
}

uint64_t os_clock_ns(void)
{
    LARGE_INTEGER rate;
    LARGE_INTEGER now;
    uint64_t seconds;
    uint64_t rest;

    QueryPerformanceFrequency(&rate);
    QueryPerformanceCounter(&now);
    seconds = (uint64_t)now.QuadPart / (uint64_t)rate.QuadPart;
    rest = (uint64_t)now.QuadPart % (uint64_t)rate.QuadPart;
    return seconds * 1000000000 + rest * 1000000000 / (uint64_t)rate.QuadPart;
}

void os_pause(int ms)
{
    Sleep((DWORD)ms);
}

/* Nothing here is said by that custom. */
duos_err os_take_variable(const char *name, char **text)
{
    (void)name;
    *text = NULL;
    return DUOS_OK;
}

duos_err os_usr1_open(intptr_t *handle)
{
    *handle = -1;
    return DUOS_OK;
}

void os_usr1_take(void)
{
}

/* ---- threads ------------------------------------------------------------- */

struct os_monitor {
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
};

struct os_thread {
    HANDLE handle;
    void (*run)(void *user);
    void *user;
    bool is_joined; /* somebody does; otherwise it frees itself */
};

static unsigned __stdcall run_thread(void *argument)
{
    const os_thread *thread = argument;
    void (*run)(void *user) = thread->run;
    void *user = thread->user;

    if (!thread->is_joined) {
        free(argument);
    }
    run(user);
    return 0;
}

duos_err os_thread_start(void (*run)(void *user), void *user, os_thread **out)
{
    os_thread *thread = calloc(1, sizeof *thread);
    uintptr_t handle;

    if (thread == NULL) {
        return DUOS_ENOMEM;
    }
    thread->run = run;
    thread->user = user;
    thread->is_joined = out != NULL;
    handle = _beginthreadex(NULL, 0, run_thread, thread, 0, NULL);
    if (handle == 0) {
        free(thread);
        return DUOS_ENOMEM;
    }
    if (out == NULL) {
        CloseHandle((HANDLE)handle);
        return DUOS_OK;
    }
    thread->handle = (HANDLE)handle;
    *out = thread;
    return DUOS_OK;
}

void os_thread_join(os_thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    free(thread);
}

duos_err os_monitor_create(os_monitor **out)
{
    os_monitor *monitor = malloc(sizeof *monitor);

    if (monitor == NULL) {
        return DUOS_ENOMEM;
    }
    InitializeSRWLock(&monitor->lock);
    InitializeConditionVariable(&monitor->changed);
    *out = monitor;
    return DUOS_OK;
}

void os_monitor_destroy(os_monitor *monitor)
{
    free(monitor);
}

void os_monitor_enter(os_monitor *monitor)
{
    AcquireSRWLockExclusive(&monitor->lock);
}

void os_monitor_leave(os_monitor *monitor)
{
    ReleaseSRWLockExclusive(&monitor->lock);
}

void os_monitor_wait(os_monitor *monitor)
{
    SleepConditionVariableSRW(&monitor->changed, &monitor->lock, INFINITE, 0);
}

void os_monitor_notify(os_monitor *monitor)
{
    WakeAllConditionVariable(&monitor->changed);
}
