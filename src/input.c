/* SPDX-License-Identifier: MIT */
/*
 * input.c - the standard input, from the thread that reads it to callbacks.
 */
#include <duosock/input.h>

#include <string.h>

#include "sys.h"

static void end_input(duos_input *input, duos_err reason)
{
    duos_input_stop(input);
    input->on_end(input, reason, input->user);
}

/* The callback may end the reader, and its storage may be gone then. */
static void hand_over_input(duos_input *input, const void *data, size_t len)
{
    bool ended = false;

    input->ended = &ended;
    input->on_input(input, data, len, input->user);
    if (!ended) {
        input->ended = NULL;
        sys_input_next((sys_input *)input->reader);
    }
}

static void on_input_ready(duos_watch *watch, unsigned events, void *user)
{
    duos_input *input = (duos_input *)user;
    const void *data;
    size_t len;
    duos_err err = sys_input_peek((sys_input *)input->reader, &data, &len);

    (void)watch;
    (void)events;
    if (err == DUOS_OK) {
        hand_over_input(input, data, len);
    } else if (err != DUOS_EWOULDBLOCK) {
        end_input(input, err);
    }
}

duos_err duos_input_init(duos_input *input, duos_loop *loop,
                         void (*on_input)(duos_input *input, const void *data,
                                          size_t len, void *user),
                         void (*on_end)(duos_input *input, duos_err reason,
                                        void *user),
                         void *user)
{
    if (input == NULL || loop == NULL || on_input == NULL || on_end == NULL) {
        return DUOS_EINVAL;
    }
    memset(input, 0, sizeof *input);
    input->on_input = on_input;
    input->on_end = on_end;
    input->user = user;
    return duos_watch_init(&input->watch, loop, on_input_ready, input);
}

duos_err duos_input_start(duos_input *input)
{
    sys_input *reader = NULL;
    duos_socket ready = DUOS_SOCKET_INVALID;
    duos_err err;

    if (input == NULL || input->on_input == NULL) {
        return DUOS_EINVAL;
    }
    if (input->reader != NULL) {
        return DUOS_EBUSY;
    }
    err = sys_input_open(&reader, &ready);
    if (err != DUOS_OK) {
        return err;
    }
    err = duos_watch_start(&input->watch, ready, DUOS_READ);
    if (err != DUOS_OK) {
        sys_input_close(reader);
        return err;
    }
    input->reader = reader;
    return DUOS_OK;
}

static duos_err set_input_interest(duos_input *input, unsigned interest)
{
    if (input == NULL) {
        return DUOS_EINVAL;
    }
    if (input->reader == NULL) {
        return DUOS_ESTATE;
    }
    return duos_watch_set(&input->watch, interest);
}

duos_err duos_input_pause(duos_input *input)
{
    return set_input_interest(input, 0);
}

duos_err duos_input_resume(duos_input *input)
{
    return set_input_interest(input, DUOS_READ);
}

void duos_input_stop(duos_input *input)
{
    if (input == NULL || input->reader == NULL) {
        return;
    }
    if (input->ended != NULL) {
        *input->ended = true;
        input->ended = NULL;
    }
    duos_watch_stop(&input->watch);
    sys_input_close((sys_input *)input->reader);
    input->reader = NULL;
}
