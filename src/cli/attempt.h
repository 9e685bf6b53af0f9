/* SPDX-License-Identifier: MIT */
/*
 * attempt.h - a connection that does not stand: what is said of it, and which
 * exit code it deserves.
 */
#ifndef CLI_ATTEMPT_H
#define CLI_ATTEMPT_H

#include "client_options.h"

#include <duosock/client.h>

/*
 * Checks --retry and reads --source: an IP address, with a port or without;
 * where it was not given, source is left alone. False: what is wrong has been
 * said.
 */
bool attempt_check(const client_options *options, duos_addr *source);

/*
 * Says why there is no connection, and of several addresses why each has
 * failed. Returns the exit code.
 */
int attempt_failed(const duos_client *client, const char *address,
                   const client_options *options, duos_err reason);

/* The same for what duos_client_connect has refused to begin. */
int attempt_refused(const duos_client *client, const char *address,
                    const client_options *options, duos_err reason);

/* With -v: which address won, how long it took, and why others failed. */
void attempt_stands(const duos_client *client, const char *address);

/*
 * Whether the client connects again after a connection that failed or ended;
 * that has been said then, with tried as report_failure has it.
 */
bool attempt_follows(const duos_client *client, const char *tried,
                     const char *address, duos_err reason);

#endif
