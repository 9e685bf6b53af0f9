/* SPDX-License-Identifier: MIT */
/*
 * race.c - who runs, who is next, and when.
 *
 * A runner is a connection that nobody but the engine knows: it stays in
 * state CONNECTING. The winner's socket is taken out of it; the others are
 * closed. The memory of a race that has ended stays until the end of the turn,
 * since an event of one of its runners may be under way.
 */
#include "race.h"

#include "deadline.h"
#include "dial.h"
#include "family.h"
#include "mem.h"

/* One more than may run: who begins needs a place before another one has to
 * give up its own. */
#define LANES (DUOS__ATTEMPTS_MAX + 1)

typedef struct lane {
    duos_conn runner;             /* first: the engine knows it */
    duos_client_attempt *attempt; /* NULL: nobody runs here */
    uint64_t begun_ns;
} lane;

struct duos__race {
    duos__owner owner; /* first: the runners know it */
    duos__course course;
    lane lanes[LANES];
    size_t running;
    size_t next;      /* in the list */
    uint64_t next_ns; /* when that one is begun */
    duos_err err;     /* the failure that says most, so far */
    duos__timer timer;
    duos__deferred end;
};

int32_t duos__ms_since(uint64_t begin_ns, uint64_t now_ns)
{
    uint64_t ms = now_ns > begin_ns ? (now_ns - begin_ns) / DUOS__NS_PER_MS : 0;

    return ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

/* ---- lanes ------------------------------------------------------------ */

static lane *lane_of(duos_conn *runner)
{
    return (lane *)(void *)runner;
}

/* The attempt of a lane has ended, with err. */
static void clear(duos__race *race, lane *l, duos_err err)
{
    l->attempt->err = err;
    l->attempt->took_ms = duos__ms_since(l->begun_ns, sys_now_ns());
    l->attempt = NULL;
    race->running--;
}

static void drop_lane(duos__race *race, lane *l, duos_err err)
{
    race->course.engine->stop(&l->runner.stream);
    race->course.engine->close(&l->runner.stream, false);
    clear(race, l, err);
}

static void note_error(duos__race *race, duos_err err)
{
    race->err = duos__more_telling(race->err, err);
}

static lane *free_lane(duos__race *race)
{
    lane *l = race->lanes;

    while (l->attempt != NULL) {
        l++;
    }
    return l;
}

/* All run: the oldest ends as if its time were over. */
static void drop_oldest(duos__race *race)
{
    lane *oldest = &race->lanes[0];
    size_t i;

    for (i = 1; i < LANES; i++) {
        if (race->lanes[i].attempt < oldest->attempt) {
            oldest = &race->lanes[i];
        }
    }
    drop_lane(race, oldest, DUOS_ETIMEDOUT);
    note_error(race, DUOS_ETIMEDOUT);
}

/* ---- the start of a runner -------------------------------------------- */

static bool fits_source(const duos__race *race, const duos_addr *addr)
{
    return race->course.source.family == DUOS_UNSPEC ||
           race->course.source.family == addr->family;
}

static duos_err run_lane(duos__race *race, lane *l,
                         duos_client_attempt *attempt)
{
    const duos_addr *source = &race->course.source;
    uint64_t now = sys_now_ns();
    duos_err err = race->course.engine->connect(
        &l->runner.stream, &attempt->addr,
        source->family != DUOS_UNSPEC ? source : NULL);

    attempt->started_ms = duos__ms_since(race->course.begin_ns, now);
    attempt->err = err;
    if (err == DUOS_OK) {
        attempt->err = DUOS_EINPROGRESS;
        l->attempt = attempt;
        l->begun_ns = now;
        race->running++;
        race->next_ns = duos__after_ms(now, race->course.delay_ms);
        if (race->running > DUOS__ATTEMPTS_MAX) {
            drop_oldest(race);
        }
    }
    return err;
}

static duos_err begin_next(duos__race *race)
{
    duos_client_attempt *attempt = &race->course.list[race->next++];
    duos_err err = DUOS_EAFNOSUPPORT;

    if (fits_source(race, &attempt->addr)) {
        err = run_lane(race, free_lane(race), attempt);
    } else {
        attempt->err = err;
    }
    if (err != DUOS_OK) {
        note_error(race, err);
    }
    return err;
}

/* Begins with the next that can be begun with; the last failure else. */
static duos_err begin_any(duos__race *race)
{
    duos_err err = DUOS_EADDRNOTAVAIL;

    while (err != DUOS_OK && race->next < race->course.count) {
        err = begin_next(race);
        if (duos__is_shortage(err)) {
            race->err = err;
            race->next = race->course.count;
            return err;
        }
    }
    return err;
}

/* ---- time ------------------------------------------------------------- */

/* No two sockets can have the same port, so they follow one another. */
static bool may_overtake(const duos__race *race)
{
    return race->next < race->course.count && race->course.source.port == 0;
}

static uint64_t limit_of(const duos__race *race, const lane *l)
{
    return race->course.attempt_ms > 0
               ? duos__after_ms(l->begun_ns, race->course.attempt_ms)
               : UINT64_MAX;
}

static void set_timer(duos__race *race)
{
    uint64_t due = may_overtake(race) ? race->next_ns : UINT64_MAX;
    duos__timers *timers = &race->course.loop->timers;
    size_t i;

    for (i = 0; i < LANES; i++) {
        const lane *l = &race->lanes[i];

        if (l->attempt != NULL && limit_of(race, l) < due) {
            due = limit_of(race, l);
        }
    }
    duos__timers_stop(timers, &race->timer);
    if (due != UINT64_MAX) {
        duos__timers_start_reserved(timers, &race->timer, due);
    }
}

/* ---- how it goes on --------------------------------------------------- */

static void finish_race(duos__race *race, duos_err err)
{
    duos_socket none = DUOS_SOCKET_INVALID;

    race->course.done(race->course.user, err, NULL, none);
}

/* One has failed, or it is time for the next one: begin says. */
static void go_on(duos__race *race, bool begin)
{
    duos_err err = DUOS_OK;

    if (begin || race->running == 0) {
        err = begin_any(race);
    }
    if (race->running == 0 || duos__is_shortage(err)) {
        finish_race(race, race->err);
    } else {
        set_timer(race);
    }
}

static void connected(duos__owner *owner, duos_conn *runner, duos_err err)
{
    duos__race *race = (duos__race *)(void *)owner;
    lane *l = lane_of(runner);
    duos_client_attempt *attempt = l->attempt;

    if (err == DUOS_OK) {
        duos_socket sock = race->course.engine->release(&runner->stream);

        clear(race, l, DUOS_OK);
        race->course.done(race->course.user, DUOS_OK, attempt, sock);
        return;
    }
    drop_lane(race, l, err);
    note_error(race, err);
    if (duos__is_shortage(err)) {
        finish_race(race, err);
    } else {
        go_on(race, true);
    }
}

static void on_time(duos__timer *timer)
{
    duos__race *race =
        (duos__race *)(void *)((char *)timer - offsetof(duos__race, timer));
    uint64_t now = sys_now_ns();
    bool begin = may_overtake(race) && race->next_ns <= now;
    size_t i;

    for (i = 0; i < LANES; i++) {
        lane *l = &race->lanes[i];

        if (l->attempt != NULL && limit_of(race, l) <= now) {
            drop_lane(race, l, DUOS_ETIMEDOUT);
            note_error(race, DUOS_ETIMEDOUT);
            begin = true;
        }
    }
    go_on(race, begin);
}

/* ---- beginning and end ------------------------------------------------ */

static void set_up_race(duos__race *race, const duos__course *course)
{
    size_t i;

    race->course = *course;
    race->owner.loop = course->loop;
    race->owner.engine = course->engine;
    race->owner.connected = connected;
    race->timer.fire = on_time;
    for (i = 0; i < LANES; i++) {
        duos__conn_init(&race->lanes[i].runner, &race->owner);
    }
}

static void release_race(duos__race *race)
{
    duos_loop *loop = race->course.loop;

    duos__timers_unreserve(&loop->timers);
    duos__free(&loop->alloc, race, sizeof *race);
}

duos_err duos__race_start(const duos__course *course, duos__race **out)
{
    duos_loop *loop = course->loop;
    duos__race *race = (duos__race *)duos__new(&loop->alloc, sizeof *race);
    duos_err err;

    if (race == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__timers_reserve(&loop->timers);
    if (err != DUOS_OK) {
        duos__free(&loop->alloc, race, sizeof *race);
        return err;
    }
    set_up_race(race, course);
    if (begin_any(race) != DUOS_OK) {
        err = race->err;
        release_race(race);
        return err;
    }
    set_timer(race);
    *out = race;
    return DUOS_OK;
}

static void end_race(duos__deferred *deferred)
{
    release_race(
        (duos__race *)(void *)((char *)deferred - offsetof(duos__race, end)));
}

void duos__race_end(duos__race *race, duos_err reason)
{
    duos_loop *loop = race->course.loop;
    size_t i;

    for (i = 0; i < LANES; i++) {
        if (race->lanes[i].attempt != NULL) {
            drop_lane(race, &race->lanes[i], reason);
        }
    }
    duos__timers_stop(&loop->timers, &race->timer);
    race->end.run = end_race;
    duos__loop_defer(loop, &race->end);
}
