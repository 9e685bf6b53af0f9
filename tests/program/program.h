/* SPDX-License-Identifier: MIT */
/*
 * program.h - the program duosock under test, from outside: run it to its
 * end, or keep a server while clients come. Files of a run lie in the
 * current folder, which belongs to one test executable alone.
 */
#ifndef TEST_PROGRAM_H
#define TEST_PROGRAM_H

#include "support/check.h"
#include "support/os.h"
#include "support/spawn.h"

/* ---- files ------------------------------------------------------------ */

/* A file's content with a NUL behind it; the caller frees it. */
char *file_read(const char *path, size_t *len);

void file_write(const char *path, const void *data, size_t len);

/* Makes a file of bytes that never repeat in a short distance. */
void file_write_pattern(const char *path, size_t len);

/* Waits until a file contains a text; fails the test when it does not. */
void file_wait_for(const char *path, const char *text);

/* ---- processes -------------------------------------------------------- */

/* spawn_start, or the test fails. */
spawn *process_start(const char *const argv[], const char *in, const char *out,
                     const char *err);

/* Waits for the end: the exit code, or what spawn_wait says. */
int process_wait(spawn *process);

/* Ends it, whatever it is doing. */
void process_kill(spawn *process);

/* Ends what a failed test left behind; for the teardown of each test. */
int process_kill_all(void **state);

/* A test with that teardown. */
#define PROGRAM_TEST(test) cmocka_unit_test_teardown(test, process_kill_all)

/* For the setup of a group: the file "empty", which is. */
int program_begin(void **state);

/* ---- one run ---------------------------------------------------------- */

typedef struct run_result {
    int code;
    char *out;
    size_t out_len;
    char *err;
} run_result;

/* Runs duosock with its input from a file; NULL is a closed input. */
#define PROGRAM_RUN(result, in, ...)                                           \
    program_run((result), (in), (const char *const[]){__VA_ARGS__, NULL})

void program_run(run_result *result, const char *in, const char *const args[]);

/* Starts duosock with streams as spawn_start; never NULL. */
spawn *program_start(const char *const args[], const char *in, const char *out,
                     const char *err);

void run_free(run_result *result);

/* Fails the test, and shows the text, when it does not contain what. */
void assert_contains(const char *text, const char *what);

/* ---- a server --------------------------------------------------------- */

typedef struct server {
    spawn *process;
    char address[64]; /* the first that it is bound to */
} server;

/* Where a server says what happens. */
#define SERVER_LOG    "server.log"
#define SERVER_READY  "server.ready"
#define SERVER_EVENTS "server.out" /* the same as JSON */

/* Starts duosock serve 127.0.0.1:0 with more arguments, and waits for it. */
#define SERVER_START(s, ...)                                                   \
    server_start((s), (const char *const[]){__VA_ARGS__, NULL})

void server_start(server *s, const char *const more[]);

/* Asks it to stop and expects that it does; kills it where nobody can ask. */
void server_stop(server *s);

/* What the server has said so far contains a text. */
void server_assert_said(const char *text);

/* ---- peers ------------------------------------------------------------ */

/* A port that nobody else gets and where nobody listens; address: its text. */
duos_socket peer_bound(char *address);

/* A connection to an address, or the test fails. */
duos_socket peer_dial(const char *address);

/* A listener of ours on a free port, and its address as text. */
duos_socket peer_listen(char *address, size_t cap);

duos_socket peer_accept(duos_socket listener);

/* Runs the program with these arguments until it is connected to the
 * listener and says so, and resets it there: it ends with 1. */
void peer_resets(duos_socket listener, const char *const args[]);

/* Receives until the end of the stream; returns how many bytes came. */
size_t peer_drain(duos_socket s);

#endif
