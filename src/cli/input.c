/* SPDX-License-Identifier: MIT */
/*
 * input.c - the thread that reads the standard input, and how it takes turns
 * with the loop.
 */
#include "input.h"

#include "os.h"

enum {
    BLOCK = 64 * 1024
};

/* A process has one standard input, and the thread may outlive every object:
 * hence static. */
static struct input {
    os_monitor *monitor;
    duos_loop *loop; /* guarded; NULL: nobody listens any more */
    bool wanted;     /* guarded; the block is the thread's to fill */
    duos_post post;
    input_fn on_input;
    void *user;
    int error;
    size_t len;
    unsigned char block[BLOCK];
} input;

static void on_post(duos_post *post, void *user)
{
    duos_loop *loop;

    (void)post;
    (void)user;
    os_monitor_enter(input.monitor);
    loop = input.loop;
    os_monitor_leave(input.monitor);
    if (loop != NULL) {
        input.on_input(input.block, input.len, input.error, input.user);
    }
}

/* Hands the block over and waits until the loop wants another. */
static bool hand_over(void)
{
    bool more;

    os_monitor_enter(input.monitor);
    if (input.loop != NULL) {
        input.wanted = false;
        (void)duos_loop_post(input.loop, &input.post);
    }
    while (input.loop != NULL && !input.wanted) {
        os_monitor_wait(input.monitor);
    }
    more = input.loop != NULL;
    os_monitor_leave(input.monitor);
    return more;
}

static void read_blocks(void)
{
    do {
        input.len = 0;
        input.error = os_read_stdin(input.block, BLOCK, &input.len);
    } while (hand_over());
}

bool input_begin(duos_loop *loop, input_fn on_input, void *user)
{
    input.monitor = os_monitor_create();
    if (input.monitor == NULL) {
        return false;
    }
    input.loop = loop;
    input.on_input = on_input;
    input.user = user;
    return duos_post_init(&input.post, on_post, NULL) == DUOS_OK &&
           os_thread(read_blocks);
}

void input_next(void)
{
    os_monitor_enter(input.monitor);
    input.wanted = true;
    os_monitor_notify(input.monitor);
    os_monitor_leave(input.monitor);
}

void input_end(void)
{
    if (input.monitor == NULL) {
        return;
    }
    os_monitor_enter(input.monitor);
    input.loop = NULL;
    os_monitor_notify(input.monitor);
    os_monitor_leave(input.monitor);
}
