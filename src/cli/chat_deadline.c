/* SPDX-License-Identifier: MIT */
/*
 * chat_deadline.c - a list by age, and a timer for the eldest. The timer is
 * not moved when the eldest stops: it finds that it came too early.
 */
#include "chat_deadline.h"

#include "trace.h"

static void wait_for_first(chat_deadlines *all, uint64_t now_ms)
{
    uint64_t due_ms;

    if (all->first != NULL && !duos_timer_active(&all->timer)) {
        due_ms = all->first->since_ms + (uint64_t)all->limit_ms;
        /* Without memory the next one that starts tries again. */
        (void)duos_timer_start(
            &all->timer, due_ms > now_ms ? (int64_t)(due_ms - now_ms) : 0);
    }
}

static void on_timer(duos_timer *timer, void *user)
{
    chat_deadlines *all = user;
    uint64_t now_ms = duos_loop_now_ms(all->loop);
    chat_deadline *first;

    (void)timer;
    while ((first = all->first) != NULL &&
           now_ms - first->since_ms >= (uint64_t)all->limit_ms) {
        chat_deadline_stop(all, first);
        all->on_late(first);
    }
    wait_for_first(all, now_ms);
}

duos_err chat_deadlines_init(chat_deadlines *all, duos_loop *loop,
                             int32_t limit_ms,
                             void (*on_late)(chat_deadline *deadline))
{
    all->first = all->last = NULL;
    all->loop = loop;
    all->limit_ms = limit_ms;
    all->on_late = on_late;
    return duos_timer_init(&all->timer, loop, on_timer, all);
}

void chat_deadline_start(chat_deadlines *all, chat_deadline *deadline)
{
    chat_deadline_stop(all, deadline);
    if (all->limit_ms == 0) {
        return;
    }
    deadline->running = true;
    deadline->since_ms = duos_loop_now_ms(all->loop);
    deadline->next = NULL;
    deadline->previous = all->last;
    if (all->last != NULL) {
        all->last->next = deadline;
    } else {
        all->first = deadline;
    }
    all->last = deadline;
    wait_for_first(all, deadline->since_ms);
}

void chat_deadline_stop(chat_deadlines *all, chat_deadline *deadline)
{
    if (!deadline->running) {
        return;
    }
    deadline->running = false;
    if (deadline->previous != NULL) {
        deadline->previous->next = deadline->next;
    } else {
        all->first = deadline->next;
    }
    if (deadline->next != NULL) {
        deadline->next->previous = deadline->previous;
    } else {
        all->last = deadline->previous;
    }
}

void chat_deadlines_stop(chat_deadlines *all)
{
    duos_timer_stop(&all->timer);
}
