/* SPDX-License-Identifier: MIT */
/*
 * sys_quit.c - console events: Ctrl-C, Ctrl-Break, close, log-off, shutdown.
 *
 * Windows calls the handler on a thread that it makes for the event. That
 * thread sends a datagram of one byte, the kind, to a socket that is
 * connected to itself.
 */
#include "win32.h"

/*
 * How long Windows lets a handler of a close event run. The process ends as
 * soon as the handler returns, so it waits for the loop to finish.
 */
#define BUDGET_MS 5000

/*
 * One of the two allowed global states: a process has one console, and a
 * handler gets no context.
 */
static struct {
    SRWLOCK lock;
    bool open;
    sys_wakeup channel;
    void (*on_signal)(uint32_t count, duos_quit_kind kind);
    uint32_t count;
} quit = {.lock = SRWLOCK_INIT};

static duos_quit_kind kind_of(DWORD event)
{
    switch (event) {
    case CTRL_C_EVENT:
        return DUOS_QUIT_INTERRUPT;
    case CTRL_BREAK_EVENT:
        return DUOS_QUIT_TERMINATE;
    default:
        return DUOS_QUIT_CLOSE;
    }
}

/* Under the lock, so that the channel is not closed meanwhile. */
static bool tell_loop(duos_quit_kind kind)
{
    unsigned char byte = (unsigned char)kind;
    bool open;

    AcquireSRWLockExclusive(&quit.lock);
    open = quit.open;
    if (open) {
        quit.count++;
        if (quit.on_signal != NULL) {
            quit.on_signal(quit.count, kind);
        }
        (void)sys_send(quit.channel.send_end, &byte, 1);
    }
    ReleaseSRWLockExclusive(&quit.lock);
    return open;
}

BOOL WINAPI duos__on_console_event(DWORD event)
{
    duos_quit_kind kind = kind_of(event);

    if (!tell_loop(kind)) {
        return FALSE; /* the next handler, in the end Windows' own */
    }
    if (kind == DUOS_QUIT_CLOSE) {
        Sleep(BUDGET_MS);
    }
    return TRUE;
}

static duos_err open_locked(void)
{
    duos_err err;

    if (quit.open) {
        return DUOS_EBUSY;
    }
    err = sys_wakeup_open(&quit.channel);
    if (err != DUOS_OK) {
        return err;
    }
    if (!SetConsoleCtrlHandler(duos__on_console_event, TRUE)) {
        err = sys_err_from_native((int32_t)GetLastError());
        sys_wakeup_close(&quit.channel);
    }
    return err;
}

duos_err sys_quit_open(void (*on_signal)(uint32_t count, duos_quit_kind kind),
                       duos_socket *channel)
{
    duos_err err;

    AcquireSRWLockExclusive(&quit.lock);
    err = open_locked();
    if (err == DUOS_OK) {
        quit.open = true;
        quit.on_signal = on_signal;
        quit.count = 0;
        *channel = quit.channel.recv_end;
    }
    ReleaseSRWLockExclusive(&quit.lock);
    return err;
}

static bool is_kind(unsigned char byte)
{
    return byte >= DUOS_QUIT_INTERRUPT && byte <= DUOS_QUIT_CLOSE;
}

/* A stranger may have sent something before the socket was connected. */
duos_err sys_quit_take(duos_socket channel, duos_quit_kind *kind)
{
    unsigned char byte = 0;
    sys_count n;

    do {
        n = sys_recv(channel, &byte, 1);
    } while (n == 0 || (n == 1 && !is_kind(byte)));
    if (n < 0) {
        return (duos_err)n;
    }
    *kind = (duos_quit_kind)byte;
    return DUOS_OK;
}

/*
 * Not under the lock at first: Windows may hold one of its own while it calls
 * a handler, and the handler waits for ours.
 */
void sys_quit_close(duos_socket channel)
{
    (void)channel; /* there is one */
    (void)SetConsoleCtrlHandler(duos__on_console_event, FALSE);
    AcquireSRWLockExclusive(&quit.lock);
    quit.open = false;
    sys_wakeup_close(&quit.channel);
    ReleaseSRWLockExclusive(&quit.lock);
}
