/* SPDX-License-Identifier: MIT */
/*
 * poller.c - what all backends share: the choice, the entries with their
 * generations, and waiting until a deadline.
 */
#include <duosock/poller.h>

#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "mem.h"
#include "poller_ops.h"
#include "sys.h"
#include "versioned.h"

#define INTEREST_ALL (unsigned)(DUOS_READ | DUOS_WRITE)

/* ---- names ------------------------------------------------------------ */

static const char *const backend_names[] = {"auto", "epoll",  "kqueue", "afd",
                                            "poll", "select", "sim"};

#define NAME_COUNT (sizeof backend_names / sizeof backend_names[0])

const char *duos_poller_backend_name(duos_poller_backend backend)
{
    if ((int)backend < 0 || (size_t)backend >= NAME_COUNT) {
        return "unknown";
    }
    return backend_names[backend];
}

duos_err duos_poller_backend_parse(const char *name, duos_poller_backend *out)
{
    size_t i;

    if (name == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    for (i = 0; i < NAME_COUNT; i++) {
        if (strcmp(name, backend_names[i]) == 0) {
            *out = (duos_poller_backend)i;
            return DUOS_OK;
        }
    }
    return DUOS_EINVAL;
}

size_t duos_poller_backends(duos_poller_backend *list, size_t cap)
{
    size_t n;

    for (n = 0; sys_pollers[n] != NULL; n++) {
        if (n < cap && list != NULL) {
            list[n] = sys_pollers[n]->id;
        }
    }
    return n;
}

/* ---- life ------------------------------------------------------------- */

void(duos_poller_config_init)(duos_poller_config *config, size_t size)
{
    duos_poller_config known;

    memset(&known, 0, sizeof known);
    known.backend = DUOS_POLLER_AUTO;
    duos__versioned_init(config, size, &known, sizeof known);
}

static duos_err start_backend(duos_poller *p, const duos__poller_ops *ops)
{
    duos_err err;

    p->ops = ops;
    p->state = NULL;
    err = ops->init(p);
    if (err != DUOS_OK) {
        p->ops = NULL;
    }
    return err;
}

static duos_err start_named(duos_poller *p, duos_poller_backend backend)
{
    size_t i;

    for (i = 0; sys_pollers[i] != NULL; i++) {
        if (sys_pollers[i]->id == backend) {
            return start_backend(p, sys_pollers[i]);
        }
    }
    return DUOS_ENOTSUP;
}

/* The best that starts; what the best one said if none does. */
static duos_err start_best(duos_poller *p)
{
    duos_err first = DUOS_ENOTSUP;
    size_t i;

    for (i = 0; sys_pollers[i] != NULL; i++) {
        duos_err err = start_backend(p, sys_pollers[i]);

        if (err == DUOS_OK) {
            return DUOS_OK;
        }
        first = i == 0 ? err : first;
    }
    return first;
}

/*
 * DUOSOCK_POLLER names a backend where the program left it open. A platform
 * with one backend, the simulator, leaves nothing to choose: a run must not
 * depend on the environment.
 */
static duos_err choose_backend(duos_poller_config *config)
{
    const char *name;

    if (sys_pollers[0] == NULL || sys_pollers[1] == NULL) {
        return DUOS_OK;
    }
    if (config->backend != DUOS_POLLER_AUTO || config->ignore_env) {
        return DUOS_OK;
    }
    name = getenv("DUOSOCK_POLLER");
    if (name == NULL || *name == '\0') {
        return DUOS_OK;
    }
    return duos_poller_backend_parse(name, &config->backend);
}

static duos_err read_poller_config(duos_poller_config *chosen,
                                   const duos_poller_config *config)
{
    duos_poller_config_init(chosen);
    if (config != NULL &&
        !duos__versioned_copy(chosen, sizeof *chosen, config)) {
        return DUOS_EINVAL;
    }
    if ((int)chosen->backend < 0 || (size_t)chosen->backend >= NAME_COUNT) {
        return DUOS_EINVAL;
    }
    if (chosen->alloc == NULL) {
        chosen->alloc = duos_alloc_default();
    }
    return choose_backend(chosen);
}

duos_err duos_poller_create(const duos_poller_config *config, duos_poller **out)
{
    duos_poller_config chosen;
    duos_poller *p;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = read_poller_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    p = (duos_poller *)duos__new(chosen.alloc, sizeof *p);
    if (p == NULL) {
        return DUOS_ENOMEM;
    }
    p->alloc = *chosen.alloc;
    duos__slots_init(&p->entries, sizeof(duos__poller_entry), &p->alloc);
    err = chosen.backend == DUOS_POLLER_AUTO ? start_best(p)
                                             : start_named(p, chosen.backend);
    if (err != DUOS_OK) {
        duos_poller_destroy(p);
        return err;
    }
    *out = p;
    return DUOS_OK;
}

void duos_poller_destroy(duos_poller *p)
{
    duos_alloc alloc;

    if (p == NULL) {
        return;
    }
    if (p->ops != NULL) {
        p->ops->fini(p);
    }
    duos__slots_fini(&p->entries);
    alloc = p->alloc;
    duos__free(&alloc, p, sizeof *p);
}

duos_poller_backend duos_poller_backend_of(const duos_poller *p)
{
    return p != NULL ? p->ops->id : DUOS_POLLER_AUTO;
}

duos_err duos_poller_os_handle(const duos_poller *p, intptr_t *out)
{
    if (p == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    return p->ops->os_handle != NULL ? p->ops->os_handle(p, out) : DUOS_ENOTSUP;
}

/* ---- entries ---------------------------------------------------------- */

duos_err duos_poller_add(duos_poller *p, duos_socket s, unsigned interest,
                         void *user, duos_token *out)
{
    duos__poller_entry *e;
    uint32_t index;
    duos_err err;

    if (p == NULL || out == NULL || (interest & ~INTEREST_ALL) != 0) {
        return DUOS_EINVAL;
    }
    if (!duos_socket_valid(s)) {
        return DUOS_EBADF;
    }
    err = duos__slots_add(&p->entries, &index);
    if (err != DUOS_OK) {
        return err;
    }
    e = duos__poller_entry_at(p, index);
    e->os = s.os;
    e->user = user;
    e->slot.link = interest;
    err = p->ops->add(p, index);
    if (err != DUOS_OK) {
        duos__slots_del(&p->entries, index);
        return err;
    }
    out->value = duos__slot_name(&e->slot, index);
    return DUOS_OK;
}

duos_err duos_poller_mod(duos_poller *p, duos_token token, unsigned interest)
{
    duos__poller_entry *e;
    duos_err err;

    if (p == NULL || (interest & ~INTEREST_ALL) != 0) {
        return DUOS_EINVAL;
    }
    e = duos__poller_find(p, token);
    if (e == NULL) {
        return DUOS_EBADHANDLE;
    }
    if (e->slot.link == interest) {
        return DUOS_OK;
    }
    err = p->ops->mod(p, duos__name_index(token.value), interest);
    if (err == DUOS_OK) {
        e->slot.link = interest;
    }
    return err;
}

static duos_err del_token(duos_poller *p, duos_token token, bool closing)
{
    uint32_t index = duos__name_index(token.value);

    if (p == NULL) {
        return DUOS_EINVAL;
    }
    if (duos__poller_find(p, token) == NULL) {
        return DUOS_EBADHANDLE;
    }
    p->ops->del(p, index, closing);
    duos__slots_del(&p->entries, index);
    return DUOS_OK;
}

duos_err duos_poller_del(duos_poller *p, duos_token token)
{
    return del_token(p, token, false);
}

duos_err duos__poller_del_closing(duos_poller *p, duos_token token)
{
    return del_token(p, token, true);
}

/* ---- waiting ---------------------------------------------------------- */

static duos_err wait_once(duos_poller *p, duos_poll_event *events, size_t cap,
                          int32_t timeout_ms, size_t *count)
{
    duos_err err = p->ops->wait(p, events, cap, timeout_ms, count);

    return DUOS_UNLIKELY(err == DUOS_EINTERRUPTED) ? DUOS_OK : err;
}

/*
 * A signal or an event that nobody wants must not shorten the wait; a wake-up
 * is there to end it.
 */
static duos_err wait_until(duos_poller *p, duos_poll_event *events, size_t cap,
                           int64_t timeout_ms, size_t *count)
{
    duos__deadline deadline = duos__deadline_in(timeout_ms);
    int32_t left = DUOS__NO_TIMEOUT;
    duos_err err = DUOS_OK;
    size_t n = 0;

    while (err == DUOS_OK && n == 0 && left != 0 && !p->woken) {
        left = duos__deadline_left(&deadline);
        err = wait_once(p, events, cap, left, &n);
    }
    if (err == DUOS_OK) {
        *count = n;
    }
    return err;
}

/* The first wait of one without a limit is enough, as a rule. */
duos_err duos_poller_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                          int64_t timeout_ms, size_t *count)
{
    duos_err err;
    size_t n = 0;

    if (DUOS_UNLIKELY(p == NULL || events == NULL || cap == 0 ||
                      count == NULL)) {
        return DUOS_EINVAL;
    }
    p->woken = false;
    if (timeout_ms >= 0) {
        return wait_until(p, events, cap, timeout_ms, count);
    }
    err = wait_once(p, events, cap, DUOS__NO_TIMEOUT, &n);
    if (DUOS_LIKELY(n > 0)) {
        *count = n;
        return DUOS_OK;
    }
    return err != DUOS_OK ? err : wait_until(p, events, cap, timeout_ms, count);
}

duos_err duos_poller_wakeup(duos_poller *p)
{
    return p == NULL ? DUOS_EINVAL : p->ops->wakeup(p);
}
