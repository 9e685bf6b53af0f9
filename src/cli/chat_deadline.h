/* SPDX-License-Identifier: MIT */
/*
 * chat_deadline.h - one span of time for many, who began at different moments:
 * since it is the same for all, who began first is late first. So a list in
 * that order and one timer do; to start and to stop cost the same for a
 * thousand as for one.
 */
#ifndef CLI_CHAT_DEADLINE_H
#define CLI_CHAT_DEADLINE_H

#include <duosock/loop.h>

/* One that runs or not; a zeroed one does not. The fields are private. */
typedef struct chat_deadline {
    struct chat_deadline *next;
    struct chat_deadline *previous;
    uint64_t since_ms;
    bool running;
} chat_deadline;

typedef struct chat_deadlines {
    chat_deadline *first;
    chat_deadline *last;
    duos_loop *loop;
    duos_timer timer;
    int32_t limit_ms;
    void (*on_late)(chat_deadline *deadline);
} chat_deadlines;

/*
 * limit_ms: 0 is none. on_late: one has stopped because its time is over; it
 * may be freed there.
 */
duos_err chat_deadlines_init(chat_deadlines *all, duos_loop *loop,
                             int32_t limit_ms,
                             void (*on_late)(chat_deadline *deadline));

/* Starts one, or starts it anew. */
void chat_deadline_start(chat_deadlines *all, chat_deadline *deadline);
void chat_deadline_stop(chat_deadlines *all, chat_deadline *deadline);

/* The end of all of them. */
void chat_deadlines_stop(chat_deadlines *all);

#endif
