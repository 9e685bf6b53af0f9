/* SPDX-License-Identifier: MIT */
/*
 * conn_close.h - between the files of a connection.
 */
#ifndef DUOS_CONN_CLOSE_H
#define DUOS_CONN_CLOSE_H

#include <duosock/conn.h>

/* The peer will send no more. */
void duos__conn_peer_ended(duos_conn *conn);

/* The queue has become empty: does what waited for that. */
void duos__conn_queue_out(duos_conn *conn);

#endif
