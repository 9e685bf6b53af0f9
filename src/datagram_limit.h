/* SPDX-License-Identifier: MIT */
/*
 * datagram_limit.h - whether a datagram may be answered: the rules of
 * datagram.h.
 */
#ifndef DUOS_DATAGRAM_LIMIT_H
#define DUOS_DATAGRAM_LIMIT_H

#include <duosock/datagram.h>

/* What has been answered so far. */
typedef struct duos__limiter {
    uint8_t key[16];   /* the secret of the table */
    uint64_t *sources; /* when each entry is due, in ns; NULL for no limit */
    uint64_t total;    /* the same of all */
} duos__limiter;

/* The verdict, and which counter it belongs to. */
typedef enum duos__verdict {
    DUOS__ANSWER,
    DUOS__LONGER,
    DUOS__SERVICE,
    DUOS__SOURCE,
    DUOS__RATE,
    DUOS__TOTAL
} duos__verdict;

/* A question, and the answer that is wanted for it. */
typedef struct duos__question {
    const duos_addr *peer;  /* who asked */
    const duos_addr *local; /* where, if that is known; otherwise NULL */
    size_t len;
    size_t answer_len;
    uint32_t answers; /* that it has had */
    bool from_self;   /* its port, or path, is one of the server's own */
} duos__question;

/* sources is NULL when there is no memory, or no limit of each source. */
duos_err duos__limiter_init(duos__limiter *limiter, const duos_alloc *alloc,
                            const duos_datagram_config *config);
void duos__limiter_fini(duos__limiter *limiter, const duos_alloc *alloc,
                        const duos_datagram_config *config);

/* Whether it may be answered at this time, which counts as answered then. */
duos__verdict duos__limiter_judge(duos__limiter *limiter,
                                  const duos_datagram_config *config,
                                  const duos__question *question,
                                  uint64_t now_ns);

/* Whether an address can be that of one host. */
bool duos__is_one_host(const duos_addr *addr);

#endif
