/* SPDX-License-Identifier: MIT */
/*
 * sys_input.c - the thread that stands in ReadConsoleW or ReadFile on the
 * standard input, and its turns with the loop (trap 69).
 *
 * A console is read as UTF-16, since as bytes it gives only what the code
 * page of the moment can say.
 */
#include "win32.h"

#include <duosock/input.h>

#include <process.h>

#include "mem.h"

/* UTF-16 units of one read: older consoles refuse much more. */
#define WIDE_MAX 4096

#define CTRL_Z 0x1a

/* Does not compile if a read of a console could overflow a block. */
typedef char wide_fits[WIDE_MAX * 3 <= DUOS_INPUT_BLOCK ? 1 : -1];

/*
 * Belongs to the thread, which frees it when it leaves; the loop's side may
 * use it until it says closed. The block is the thread's while it is wanted,
 * and the loop's otherwise.
 */
struct sys_input {
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
    sys_wakeup ready;
    bool wanted; /* guarded */
    bool closed; /* guarded: the loop's side is gone, and ready with it */
    HANDLE thread;
    HANDLE handle;
    bool is_console;
    duos_err err;
    size_t len;
    DWORD kept; /* units in wide whose rest has not come yet */
    wchar_t wide[WIDE_MAX];
    char block[DUOS_INPUT_BLOCK];
};

/* ---- the thread: pipes and files --------------------------------------- */

static bool is_closed(sys_input *in)
{
    bool closed;

    AcquireSRWLockExclusive(&in->lock);
    closed = in->closed;
    ReleaseSRWLockExclusive(&in->lock);
    return closed;
}

static void end_reader(sys_input *in, DWORD error)
{
    switch (error) {
    case ERROR_SUCCESS:
    case ERROR_BROKEN_PIPE:
    case ERROR_HANDLE_EOF:
        in->err = DUOS_EEOF;
        break;
    default:
        in->err = sys_err_from_native((int32_t)error);
        break;
    }
}

static void read_bytes(sys_input *in)
{
    DWORD got = 0;
    DWORD error = ERROR_SUCCESS;

    for (;;) {
        if (!ReadFile(in->handle, in->block, sizeof in->block, &got, NULL)) {
            error = GetLastError();
        }
        if (error != ERROR_NO_DATA) {
            break;
        }
        error = ERROR_SUCCESS;
        Sleep(1); /* a pipe that was inherited in its no-wait mode */
    }
    in->len = error == ERROR_SUCCESS ? got : 0;
    if (in->len == 0) {
        end_reader(in, error);
    }
}

/* ---- the thread: consoles ---------------------------------------------- */

/* A line ends with \n alone, as at the terminals of POSIX. */
static DWORD drop_returns(wchar_t *wide, DWORD count)
{
    DWORD to = 0;
    DWORD from;

    for (from = 0; from < count; from++) {
        if (wide[from] != L'\r' || from + 1 == count ||
            wide[from + 1] != L'\n') {
            wide[to++] = wide[from];
        }
    }
    return to;
}

/* What may mean something else with the next unit: half a pair, or a \r that
 * filled the room. */
static bool is_open(const sys_input *in, DWORD count)
{
    wchar_t last = in->wide[count - 1];

    return (last >= 0xd800 && last <= 0xdbff) ||
           (last == L'\r' && count == WIDE_MAX);
}

static void take_wide(sys_input *in, DWORD count)
{
    wchar_t last = in->wide[count - 1];
    DWORD whole = is_open(in, count) ? count - 1 : count;

    in->kept = count - whole;
    whole = drop_returns(in->wide, whole);
    if (whole > 0) {
        in->len = (size_t)WideCharToMultiByte(CP_UTF8, 0, in->wide, (int)whole,
                                              in->block, sizeof in->block, NULL,
                                              NULL);
    }
    in->wide[0] = last; /* counts only if it is kept */
}

/* Returns whether to read on: nothing came that could be handed over. */
static bool read_wide(sys_input *in)
{
    DWORD got = 0;

    SetLastError(ERROR_SUCCESS);
    if (!ReadConsoleW(in->handle, in->wide + in->kept, WIDE_MAX - in->kept,
                      &got, NULL) &&
        GetLastError() != ERROR_OPERATION_ABORTED) {
        end_reader(in, GetLastError());
        return false;
    }
    if (got == 0) {
        /* Ctrl-C at a console ends the read, but not the input. */
        if (GetLastError() == ERROR_OPERATION_ABORTED) {
            return true;
        }
        in->err = DUOS_EEOF;
        return false;
    }
    if (in->kept == 0 && in->wide[0] == CTRL_Z) {
        in->err = DUOS_EEOF;
        return false;
    }
    take_wide(in, in->kept + got);
    return in->len == 0;
}

/* ---- the thread -------------------------------------------------------- */

static void read_input(sys_input *in)
{
    in->err = DUOS_OK;
    in->len = 0;
    if (is_closed(in)) {
        return;
    }
    if (!in->is_console) {
        read_bytes(in);
        return;
    }
    while (read_wide(in) && !is_closed(in)) {
    }
}

/* Hands the block over and waits until the next one is wanted. */
static bool hand_over_block(sys_input *in)
{
    bool more;

    AcquireSRWLockExclusive(&in->lock);
    in->wanted = false;
    if (!in->closed) {
        (void)sys_wakeup_signal(&in->ready);
    }
    while (!in->wanted && !in->closed) {
        (void)SleepConditionVariableSRW(&in->changed, &in->lock, INFINITE, 0);
    }
    more = !in->closed;
    ReleaseSRWLockExclusive(&in->lock);
    return more;
}

static unsigned __stdcall run_reader(void *user)
{
    sys_input *in = (sys_input *)user;

    do {
        read_input(in);
    } while (hand_over_block(in));
    duos__free(duos_alloc_default(), in, sizeof *in);
    return 0;
}

/* ---- the loop's side --------------------------------------------------- */

static duos_err start_thread(sys_input *in)
{
    uintptr_t thread = _beginthreadex(NULL, 0, run_reader, in, 0, NULL);

    if (thread == 0) {
        return DUOS_ENOMEM;
    }
    in->thread = (HANDLE)thread; /* nobody but the loop's side looks at it */
    return DUOS_OK;
}

static duos_err open_input(sys_input *in, HANDLE handle)
{
    DWORD mode;
    duos_err err = sys_wakeup_open(&in->ready);

    if (err != DUOS_OK) {
        return err;
    }
    InitializeSRWLock(&in->lock);
    InitializeConditionVariable(&in->changed);
    in->handle = handle;
    in->is_console = GetConsoleMode(handle, &mode) != 0;
    in->wanted = true;
    err = start_thread(in);
    if (err != DUOS_OK) {
        sys_wakeup_close(&in->ready);
    }
    return err;
}

duos_err sys_input_open(sys_input **out, duos_socket *ready)
{
    HANDLE handle = GetStdHandle(STD_INPUT_HANDLE);
    sys_input *in;
    duos_err err;

    if (handle == NULL || handle == INVALID_HANDLE_VALUE) {
        return DUOS_EBADF;
    }
    in = (sys_input *)duos__new(duos_alloc_default(), sizeof *in);
    if (in == NULL) {
        return DUOS_ENOMEM;
    }
    err = open_input(in, handle);
    if (err != DUOS_OK) {
        duos__free(duos_alloc_default(), in, sizeof *in);
        return err;
    }
    *out = in;
    *ready = in->ready.recv_end;
    return DUOS_OK;
}

duos_err sys_input_peek(sys_input *in, const void **data, size_t *len)
{
    bool wanted;

    AcquireSRWLockExclusive(&in->lock);
    wanted = in->wanted;
    ReleaseSRWLockExclusive(&in->lock);
    if (wanted) {
        return DUOS_EWOULDBLOCK;
    }
    if (in->err == DUOS_OK) {
        *data = in->block;
        *len = in->len;
    }
    return in->err;
}

void sys_input_next(sys_input *in)
{
    AcquireSRWLockExclusive(&in->lock);
    sys_wakeup_drain(&in->ready);
    in->wanted = true;
    WakeConditionVariable(&in->changed);
    ReleaseSRWLockExclusive(&in->lock);
}

/* The cancelling is an attempt: not every read of every Windows heeds it. */
void sys_input_close(sys_input *in)
{
    AcquireSRWLockExclusive(&in->lock);
    in->closed = true;
    sys_wakeup_close(&in->ready);
    (void)CancelSynchronousIo(in->thread);
    (void)CloseHandle(in->thread);
    WakeConditionVariable(&in->changed);
    ReleaseSRWLockExclusive(&in->lock);
}
