/* SPDX-License-Identifier: MIT */
/*
 * fault.c - what goes wrong, by chance and by plan, when a call is made.
 *
 * A fault with no chance asks the generator nothing, so a run without faults
 * is the same whether or not the simulator knows of them.
 */
#include "sim_internal.h"

/* ---- by chance -------------------------------------------------------- */

static bool known_fault(duos_sim_fault fault)
{
    return (unsigned)fault < DUOS_SIM_FAULT_COUNT;
}

duos_err duos_sim_chance(duos_sim *sim, duos_sim_fault fault,
                         uint32_t per_mille)
{
    if (sim == NULL || !known_fault(fault)) {
        return DUOS_EINVAL;
    }
    if (per_mille > 1000) {
        return DUOS_ERANGE;
    }
    sim->config.faults[fault] = per_mille;
    return DUOS_OK;
}

uint64_t duos_sim_fired(const duos_sim *sim, duos_sim_fault fault)
{
    return sim != NULL && known_fault(fault) ? sim->fired[fault] : 0;
}

const char *duos_sim_fault_name(duos_sim_fault fault)
{
    switch (fault) {
#define NAME_CASE(NAME, name, text)                                            \
    case DUOS_SIM_FAULT_##NAME:                                                \
        return #name;
        DUOS_SIM_FAULT_MAP(NAME_CASE)
#undef NAME_CASE
    case DUOS_SIM_FAULT_COUNT:
        break;
    }
    return "unknown";
}

bool duos__sim_strikes(duos_sim *sim, duos_sim_fault fault)
{
    uint32_t per_mille = sim->config.faults[fault];

    if (per_mille == 0 || duos__sim_below(sim, 1000) >= per_mille) {
        return false;
    }
    sim->fired[fault]++;
    duos__sim_trace(sim, DUOS_SIM_FAULT, sim->host, (uint32_t)fault, DUOS_OK);
    return true;
}

/* Errors of the network that accept(2) passes on, without a connection. */
static duos_err accept_error(duos_sim *sim)
{
    static const duos_err errors[] = {
        DUOS_EPROTO, DUOS_ENETDOWN,     DUOS_ENOPROTOOPT,  DUOS_EHOSTDOWN,
        DUOS_ENONET, DUOS_EHOSTUNREACH, DUOS_EOPNOTSUPP,   DUOS_ENETUNREACH,
        DUOS_EPERM,  DUOS_ECONNABORTED, DUOS_EINTERRUPTED, DUOS_ETIMEDOUT};

    return errors[duos__sim_below(sim, sizeof errors / sizeof errors[0])];
}

/* What a fault gives to the call on which it happens. */
static duos_err error_of(duos_sim *sim, duos_sim_fault fault)
{
    switch (fault) {
    case DUOS_SIM_FAULT_INTERRUPT:
        return DUOS_EINTERRUPTED;
    case DUOS_SIM_FAULT_NO_DESCRIPTOR:
        return DUOS_EMFILE;
    case DUOS_SIM_FAULT_NO_BUFFERS:
        return DUOS_ENOBUFS;
    case DUOS_SIM_FAULT_NO_MEMORY:
        return DUOS_ENOMEM;
    default: /* the only other one in the lists below */
        return accept_error(sim);
    }
}

#define END DUOS_SIM_FAULT_COUNT

/* The faults for which each call is an occasion; END stands after the last. */
static const duos_sim_fault *faults_of(duos_sim_call call)
{
    static const duos_sim_fault accepting[] = {
        DUOS_SIM_FAULT_INTERRUPT,    DUOS_SIM_FAULT_NO_DESCRIPTOR,
        DUOS_SIM_FAULT_NO_BUFFERS,   DUOS_SIM_FAULT_NO_MEMORY,
        DUOS_SIM_FAULT_ACCEPT_ERROR, END};
    static const duos_sim_fault birth[] = {DUOS_SIM_FAULT_NO_DESCRIPTOR,
                                           DUOS_SIM_FAULT_NO_MEMORY, END};
    static const duos_sim_fault sending[] = {DUOS_SIM_FAULT_INTERRUPT,
                                             DUOS_SIM_FAULT_NO_BUFFERS, END};
    static const duos_sim_fault waiting[] = {DUOS_SIM_FAULT_INTERRUPT, END};
    static const duos_sim_fault memory[] = {DUOS_SIM_FAULT_NO_MEMORY, END};
    static const duos_sim_fault none[] = {END};

    switch (call) {
    case DUOS_SIM_CALL_ACCEPT:
        return accepting;
    case DUOS_SIM_CALL_OPEN:
    case DUOS_SIM_CALL_PAIR:
    case DUOS_SIM_CALL_WAKEUP_OPEN:
        return birth;
    case DUOS_SIM_CALL_SEND:
    case DUOS_SIM_CALL_SENDTO:
    case DUOS_SIM_CALL_SENDV:
    case DUOS_SIM_CALL_SENDMSG:
    case DUOS_SIM_CALL_SEND_BATCH:
        return sending;
    case DUOS_SIM_CALL_RECV:
    case DUOS_SIM_CALL_RECVFROM:
    case DUOS_SIM_CALL_RECVV:
    case DUOS_SIM_CALL_RECVMSG:
    case DUOS_SIM_CALL_RECV_BATCH:
    case DUOS_SIM_CALL_WAIT_MANY:
    case DUOS_SIM_CALL_POLLER_WAIT:
        return waiting;
    case DUOS_SIM_CALL_POLLER_ADD:
    case DUOS_SIM_CALL_OFFLOAD:
        return memory;
    default: /* what fails here fails by plan */
        return none;
    }
}

static duos_err chance_of(duos_sim *sim, duos_sim_call call)
{
    const duos_sim_fault *fault;

    for (fault = faults_of(call); *fault != END; fault++) {
        if (duos__sim_strikes(sim, *fault)) {
            return error_of(sim, *fault);
        }
    }
    return DUOS_OK;
}

/* ---- by plan ---------------------------------------------------------- */

static duos_sim_failure **find(duos_sim *sim, const duos_sim_failure *failure)
{
    duos_sim_failure **at = &sim->failures;

    while (*at != NULL && *at != failure) {
        at = &(*at)->next;
    }
    return at;
}

duos_err duos_sim_fail(duos_sim *sim, duos_sim_failure *failure)
{
    if (sim == NULL || failure == NULL ||
        failure->call >= DUOS_SIM_CALL_COUNT || failure->first == 0 ||
        failure->err > DUOS_OK) {
        return DUOS_EINVAL;
    }
    if (*find(sim, failure) != NULL) {
        return DUOS_EEXIST;
    }
    failure->calls = 0;
    failure->failed = 0;
    failure->last = DUOS_SIM_ANY_CALL;
    failure->next = sim->failures;
    sim->failures = failure;
    return DUOS_OK;
}

void duos_sim_unfail(duos_sim *sim, duos_sim_failure *failure)
{
    if (sim != NULL && failure != NULL) {
        duos_sim_failure **at = find(sim, failure);

        if (*at != NULL) {
            *at = failure->next;
        }
    }
}

static duos_err usual_error(duos_sim_call call)
{
    static const duos_err errors[] = {DUOS_OK,
#define ERROR_ENTRY(NAME, name, err) err,
                                      DUOS_SIM_CALL_MAP(ERROR_ENTRY)
#undef ERROR_ENTRY
    };

    return errors[call];
}

const char *duos_sim_call_name(duos_sim_call call)
{
    static const char *const names[] = {"any",
#define NAME_ENTRY(NAME, name, err) #name,
                                        DUOS_SIM_CALL_MAP(NAME_ENTRY)
#undef NAME_ENTRY
    };

    return (unsigned)call < DUOS_SIM_CALL_COUNT ? names[call] : "unknown";
}

uint64_t duos_sim_calls(const duos_sim *sim, duos_sim_call call)
{
    return sim != NULL && (unsigned)call < DUOS_SIM_CALL_COUNT
               ? sim->calls[call]
               : 0;
}

/* Counts a call; whether it is one of those that are to fail. */
static bool is_due(duos_sim_failure *failure, uint32_t host, duos_sim_call call)
{
    if ((failure->host != 0 && failure->host != host) ||
        (failure->call != DUOS_SIM_ANY_CALL && failure->call != call)) {
        return false;
    }
    failure->calls++;
    return failure->calls >= failure->first &&
           (failure->times == 0 || failure->failed < failure->times);
}

static duos_err plan_of(duos_sim *sim, uint32_t host, duos_sim_call call)
{
    duos_sim_failure *failure;
    duos_err err = DUOS_OK;

    for (failure = sim->failures; failure != NULL; failure = failure->next) {
        if (is_due(failure, host, call) && err == DUOS_OK) {
            err = failure->err != DUOS_OK ? failure->err : usual_error(call);
            failure->failed++;
            failure->last = (uint32_t)call;
            duos__sim_trace(sim, DUOS_SIM_FAIL, host, (uint32_t)call, err);
        }
    }
    return err;
}

/* ---- the calls -------------------------------------------------------- */

static duos_err enter(duos_sim *sim, uint32_t host, duos_sim_call call)
{
    duos_err err;

    sim->calls[DUOS_SIM_ANY_CALL]++;
    sim->calls[call]++;
    err = plan_of(sim, host, call);
    return err != DUOS_OK ? err : chance_of(sim, call);
}

duos_err duos__sim_call(duos_sim_call call, duos_socket s, sim_socket **out)
{
    sim_socket *sock;
    duos_err err;

    if (duos__sim_current() != NULL) {
        duos__sim_catch_up(duos__sim_current());
    }
    err = duos__sim_find(s, &sock);
    if (err == DUOS_OK) {
        err = enter(sock->sim, sock->host, call);
    }
    if (err == DUOS_OK) {
        *out = sock;
    }
    return err;
}

duos_err duos__sim_host_call(duos_sim_call call)
{
    duos_sim *sim = duos__sim_current();

    return sim != NULL ? enter(sim, sim->host, call) : DUOS_OK;
}
