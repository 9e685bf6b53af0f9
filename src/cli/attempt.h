/* SPDX-License-Identifier: MIT */
/*
 * attempt.h - why a client has no connection: said, with a hint, and turned
 * into an exit code.
 */
#ifndef CLI_ATTEMPT_H
#define CLI_ATTEMPT_H

#include <duosock/error.h>

/* on_close came without on_open. */
int attempt_failed(const char *address, duos_err reason);

/* duos_client_connect did not even begin. */
int attempt_refused(const char *address, duos_err reason);

#endif
