/* SPDX-License-Identifier: MIT */
/*
 * scene.h - a loop, a server and a client in one thread, and a log of what
 * their connections were told. Memory is counted: whatever a test did, it all
 * must have come back when the scene is closed.
 *
 * A test moves time on by scene_until, which runs turns until a counter says
 * so, and fails when that takes too long. A callback that comes while another
 * one is under way fails the test, too.
 */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include "support/failing_alloc.h"
#include "support/net.h"

typedef struct told told;

/* What a test does about an event; data and len only with 'd'. */
typedef void told_act(told *t, duos_conn *conn, char event, const void *data,
                      size_t len);

/*
 * What the connections of one server or client were told: o(pen), d(ata),
 * e(of), (d)r(ain), c(lose). The log holds them in order, equal ones in a row
 * once.
 */
struct told {
    char log[64];
    unsigned opens;
    unsigned datas;
    unsigned eofs;
    unsigned drains;
    unsigned closes;
    unsigned unopened; /* closes that a test expects without on_open */
    duos_err reason;   /* of the last close */
    size_t bytes;
    duos_conn *conn;    /* the last one that opened, until it closes */
    uint64_t opened_ms; /* time of the turn */
    uint64_t closed_ms; /* time of the turn */
    told_act *act;      /* after all of the above; NULL for nothing */
    void *user;         /* the test's */
    unsigned errors;    /* on_error */
    duos_err error;     /* of the last one */
    unsigned drained;   /* on_drained */
    void (*on_error)(told *t, duos_server *server);
    void (*on_drained)(told *t, duos_server *server);
};

typedef struct scene {
    failing_alloc memory;
    duos_loop *loop;
    duos_server_config server_config; /* may be changed before scene_serve */
    duos_client_config client_config; /* ... before scene_connect */
    duos_server *server;
    duos_client *client;
    duos_addr at;                     /* where the server listens */
    char address[DUOS_ADDR_TEXT_MAX]; /* the same */
    told served;                      /* all connections of the server */
    told called;                      /* the connection of the client */
} scene;

/* Setup and teardown of a test; *state becomes the scene, with its loop. */
int scene_setup(void **state);
int scene_teardown(void **state);

#define scene_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

/* The handler that writes into the told that is its user pointer. */
void told_handler(duos_conn_handler *handler);

/* Sends back what comes, and the end as well; a refusal fails the test. */
void told_echo(told *t, duos_conn *conn, char event, const void *data,
               size_t len);

/* The same for one side of a connection that may be lost at any time. */
void told_echo_or_abort(told *t, duos_conn *conn, char event, const void *data,
                        size_t len);

/* Pauses whenever something has come. */
void told_pause(told *t, duos_conn *conn, char event, const void *data,
                size_t len);

/* Makes the server, which listens on loopback. */
void scene_serve(scene *s);

/* Makes the client if there is none, and begins to connect to the server. */
void scene_connect(scene *s);

/* Both, and waits until both ends are open. */
void scene_open_both(scene *s);

/* A socket of the test's own that is connected; the server has opened it. */
duos_socket scene_visit(scene *s);

/* Runs turns until counter is at_least that much. */
#define scene_until(s, counter, at_least)                                      \
    scene_run_until((s), &(counter), (at_least), #counter, __FILE__, __LINE__)
void scene_run_until(scene *s, const unsigned *counter, unsigned at_least,
                     const char *what, const char *file, int line);

/* Runs some turns that do not wait, to see that nothing happens. */
void scene_idle(scene *s);

/* Runs turns for so long. */
void scene_pass(scene *s, int64_t ms);

/* The turns that the loop takes in so long a time; few, unless it spins. */
unsigned scene_count_turns(scene *s, int64_t ms);

/* Sends all bytes of a socket of the test's own while the loop runs. */
void scene_send(scene *s, duos_socket from, const void *data, size_t len);

/* Receives len bytes at a socket of the test's own while the loop runs. */
void scene_receive(scene *s, duos_socket at, void *data, size_t len);

/* How the stream ends: DUOS_EEOF or an error; *extra: bytes before that. */
duos_err scene_receive_end(scene *s, duos_socket at, size_t *extra);

/* Sends a text and receives it again. */
void scene_echo(scene *s, duos_socket visitor);

/* The next socket that the loop is to watch needs memory for its entry. */
void scene_fill_poller(const scene *s);

/* A pattern that has no period in sight; which byte stands where. */
void pattern_fill(unsigned char *data, size_t len, uint64_t offset);
bool pattern_holds(const unsigned char *data, size_t len, uint64_t offset);

/* Receives len bytes of it at a socket of the test's own. */
void scene_receive_pattern(scene *s, duos_socket at, size_t len);

/* What the server has counted so far. */
duos_server_stats scene_stats(const scene *s);

#endif
