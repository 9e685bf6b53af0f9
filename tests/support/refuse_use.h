/* SPDX-License-Identifier: MIT */
/*
 * refuse_use.h - what is asked of every use of the library while the system
 * refuses one call after the other: it goes on without, or says what the
 * system said, and leaves nothing open.
 */
#ifndef TEST_REFUSE_USE_H
#define TEST_REFUSE_USE_H

#include "support/net.h"
#include "support/refuse.h"

#include <duosock/loop.h>

/* A use of the library: the first error, with everything closed again. */
typedef duos_err use(void);

/* Fails an error that is not the one of the refused call, nor follows. */
void assert_is_reason(duos_err err, const char *name);

/* Each call that the use makes is refused once, for want of something. */
void assert_bears_refusals(use *what);

/* Each call is interrupted once, and the use does not notice. */
void assert_bears_interruptions(use *what);

/* What a use may begin and end with: a loop of its own; two sockets. */
duos_err use_loop(duos_err (*watch)(duos_loop *loop));
void close_both(duos_socket ends[2]);

#endif
