/* SPDX-License-Identifier: MIT */
/*
 * verbs.c - the verbs that the linker finds instead of the platform's. What
 * fails never reaches the system.
 */
#include "support/verbs.h"

#include "support/scene.h"

verbs_state verbs;

static struct {
    duos_err err;
    unsigned times;
} plans[VERBS];

void verbs_reset(void)
{
    memset(&verbs, 0, sizeof verbs);
    memset(plans, 0, sizeof plans);
    verbs.only.os = -1;
}

void verbs_fail(verb which, duos_err err, unsigned times)
{
    plans[which].err = err;
    plans[which].times = times;
}

unsigned verbs_left(verb which)
{
    return plans[which].times;
}

/* DUOS_OK where the platform is to be asked. */
static duos_err bent(verb which, duos_socket s)
{
    verbs.calls[which]++;
    if (plans[which].times == 0 ||
        (duos_socket_valid(verbs.only) && verbs.only.os != s.os)) {
        return DUOS_OK;
    }
    plans[which].times -= plans[which].times != UINT_MAX;
    return plans[which].err;
}

static void see_length(size_t len)
{
    verbs.longest = len > verbs.longest ? len : verbs.longest;
}

static size_t length_of(const duos_buf *parts, size_t count)
{
    size_t len = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        len += parts[i].len;
    }
    return len;
}

/* WRAP(type, verb, number, socket, length, (parameters), (arguments)) */
#define WRAP(type, name, which, s, len, params, args)                          \
    type __real_##name params;                                                 \
    type __wrap_##name params;                                                 \
    type __wrap_##name params                                                  \
    {                                                                          \
        duos_err err = bent(which, s);                                         \
                                                                               \
        see_length(len);                                                       \
        return err != DUOS_OK ? err : __real_##name args;                      \
    }

static const duos_socket none = DUOS_SOCKET_INVALID;

WRAP(duos_err, sys_open, VERB_OPEN, none, 0,
     (duos_family family, duos_type type, unsigned flags, duos_socket *out),
     (family, type, flags, out))
WRAP(duos_err, sys_bind, VERB_BIND, s, 0, (duos_socket s, const duos_addr *a),
     (s, a))
WRAP(duos_err, sys_accept, VERB_ACCEPT, s, 0,
     (duos_socket s, bool nonblock, duos_socket *out, duos_addr *peer),
     (s, nonblock, out, peer))
WRAP(duos_err, sys_connect, VERB_CONNECT, s, 0,
     (duos_socket s, const duos_addr *a), (s, a))
WRAP(duos_err, sys_take_error, VERB_TAKE_ERROR, s, 0,
     (duos_socket s, duos_err *pending), (s, pending))
WRAP(sys_count, sys_send, VERB_SEND, s, len,
     (duos_socket s, const void *data, size_t len), (s, data, len))
WRAP(sys_count, sys_recv, VERB_RECV, s, cap,
     (duos_socket s, void *data, size_t cap), (s, data, cap))
WRAP(sys_count, sys_sendto, VERB_SENDTO, s, len,
     (duos_socket s, const void *data, size_t len, const duos_addr *to),
     (s, data, len, to))
WRAP(sys_count, sys_recvfrom, VERB_RECVFROM, s, cap,
     (duos_socket s, void *data, size_t cap, duos_addr *from, bool *cut),
     (s, data, cap, from, cut))
WRAP(sys_count, sys_sendv, VERB_SENDV, s, length_of(parts, count),
     (duos_socket s, const duos_buf *parts, size_t count, unsigned flags),
     (s, parts, count, flags))
WRAP(sys_count, sys_recvv, VERB_RECVV, s, length_of(parts, count),
     (duos_socket s, const duos_buf *parts, size_t count, unsigned flags),
     (s, parts, count, flags))
WRAP(duos_err, sys_sendmsg, VERB_SENDMSG, s, 0,
     (duos_socket s, const duos_message *message), (s, message))
WRAP(duos_err, sys_recvmsg, VERB_RECVMSG, s, 0,
     (duos_socket s, duos_message *message), (s, message))
WRAP(sys_count, sys_send_batch, VERB_SEND_BATCH, s, 0,
     (duos_socket s, const duos_message *list, size_t count), (s, list, count))
WRAP(sys_count, sys_recv_batch, VERB_RECV_BATCH, s, 0,
     (duos_socket s, duos_message *list, size_t count), (s, list, count))
WRAP(sys_count, sys_sendfile, VERB_SENDFILE, s, len,
     (duos_socket s, intptr_t file, uint64_t offset, size_t len),
     (s, file, offset, len))
WRAP(duos_err, sys_wait_many, VERB_WAIT_MANY, none, 0,
     (sys_wait * list, size_t n, int32_t timeout_ms, void *scratch,
      size_t *ready),
     (list, n, timeout_ms, scratch, ready))
WRAP(duos_err, sys_random, VERB_RANDOM, none, 0, (void *data, size_t len),
     (data, len))

/* The number is given back even where the system complains (trap 10). */
duos_err __real_sys_close(duos_socket s);
duos_err __wrap_sys_close(duos_socket s);
duos_err __wrap_sys_close(duos_socket s)
{
    duos_err err = bent(VERB_CLOSE, s);
    duos_err real = __real_sys_close(s);

    return err != DUOS_OK ? err : real;
}

int verbs_scene_setup(void **state)
{
    verbs_reset();
    return scene_setup(state);
}

int verbs_scene_teardown(void **state)
{
    verbs_reset();
    return scene_teardown(state);
}
