/* SPDX-License-Identifier: MIT */
/*
 * program.c - how the tests run the program.
 */
#include "program.h"

#include <stdlib.h>

enum {
    ARGS_MAX = 32,
    LIVE_MAX = 8,
    PAUSE_MS = 10
};

/* Processes that were started and not waited for. */
static spawn *live[LIVE_MAX];

/* ---- files ------------------------------------------------------------ */

char *file_read(const char *path, size_t *len)
{
    size_t cap = 1 << 16;
    size_t used = 0;
    char *content = malloc(cap);
    FILE *file = fopen(path, "rb");

    assert_non_null(content);
    while (file != NULL) {
        size_t n = fread(content + used, 1, cap - used - 1, file);

        used += n;
        if (n == 0) {
            fclose(file);
            break;
        }
        if (used == cap - 1) {
            cap *= 2;
            content = realloc(content, cap);
            assert_non_null(content);
        }
    }
    content[used] = '\0';
    if (len != NULL) {
        *len = used;
    }
    return content;
}

void file_write(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

void file_write_pattern(const char *path, size_t len)
{
    unsigned char *data = malloc(len + 1);
    uint32_t state = 1;
    size_t i;

    assert_non_null(data);
    for (i = 0; i < len; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = (unsigned char)(state >> 24);
    }
    file_write(path, data, len);
    free(data);
}

/* One turn of waiting for something that no socket tells. */
static void pause_shortly(void)
{
    assert_ok(duos_select(NULL, NULL, NULL, PAUSE_MS, NULL));
}

void file_wait_for(const char *path, const char *text)
{
    int left = PATIENCE_MS / PAUSE_MS;

    for (; left > 0; left--) {
        char *content = file_read(path, NULL);
        bool found = strstr(content, text) != NULL;

        free(content);
        if (found) {
            return;
        }
        pause_shortly();
    }
    fail_msg("%s never contained: %s", path, text);
}

/* ---- processes -------------------------------------------------------- */

/* Puts one entry of the list in the place of another. */
static bool replace_live(spawn *old, spawn *next)
{
    size_t i;

    for (i = 0; i < LIVE_MAX; i++) {
        if (live[i] == old) {
            live[i] = next;
            return true;
        }
    }
    return false;
}

spawn *process_start(const char *const argv[], const char *in, const char *out,
                     const char *err)
{
    spawn *process = spawn_start(argv, in, out, err);

    if (process == NULL && os_is_wine()) { /* it refuses now and then */
        process = spawn_start(argv, in, out, err);
    }
    assert_non_null(process);
    assert_true(replace_live(NULL, process));
    return process;
}

int process_wait(spawn *process)
{
    assert_true(replace_live(process, NULL));
    return spawn_wait(process, PATIENCE_MS);
}

void process_kill(spawn *process)
{
    assert_true(replace_live(process, NULL));
    spawn_kill(process);
}

int process_kill_all(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LIVE_MAX; i++) {
        if (live[i] != NULL) {
            process_kill(live[i]);
        }
    }
    return 0;
}

int program_begin(void **state)
{
    (void)state;
    file_write("empty", "", 0);
    return 0;
}

/* ---- one run ---------------------------------------------------------- */

spawn *program_start(const char *const args[], const char *in, const char *out,
                     const char *err)
{
    const char *argv[ARGS_MAX] = {DUOSOCK_PROGRAM};
    size_t count = 1;

    for (; *args != NULL; args++) {
        assert_true(count < ARGS_MAX - 1);
        argv[count++] = *args;
    }
    return process_start(argv, in, out, err);
}

void program_run(run_result *result, const char *in, const char *const args[])
{
    spawn *process = program_start(args, in, "run.out", "run.err");

    result->code = process_wait(process);
    result->out = file_read("run.out", &result->out_len);
    result->err = file_read("run.err", NULL);
}

void run_free(run_result *result)
{
    free(result->out);
    free(result->err);
}

void assert_contains(const char *text, const char *what)
{
    if (strstr(text, what) == NULL) {
        fail_msg("'%s' is not in:\n%s", what, text);
    }
}

/* ---- a server --------------------------------------------------------- */

void server_start(server *s, const char *const more[])
{
    const char *args[ARGS_MAX] = {"serve", "127.0.0.1:0", "--ready-file",
                                  SERVER_READY};
    size_t count = 4;
    char *content;

    for (; *more != NULL; more++) {
        assert_true(count < ARGS_MAX - 1);
        args[count++] = *more;
    }
    remove(SERVER_READY);
    file_write("empty", "", 0);
    s->process = program_start(args, "empty", "server.out", SERVER_LOG);
    file_wait_for(SERVER_READY, "\n");
    content = file_read(SERVER_READY, NULL);
    content[strcspn(content, "\n")] = '\0';
    assert_true(strlen(content) < sizeof s->address);
    strcpy(s->address, content);
    free(content);
}

void server_stop(server *s)
{
    if (spawn_ask_to_stop(s->process, false)) {
        assert_int_equal(process_wait(s->process), 0);
    } else {
        process_kill(s->process);
    }
}

/* What is said goes through a queue of its own and may come a little later. */
void server_assert_said(const char *text)
{
    file_wait_for(SERVER_LOG, text);
}

/* ---- peers ------------------------------------------------------------ */

duos_socket peer_bound(char *address)
{
    duos_addr addr = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket s = DUOS_SOCKET_INVALID;

    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK, &s));
    assert_ok(duos_bind(s, &addr));
    assert_ok(duos_local_addr(s, &addr));
    assert_ok(duos_addr_format(&addr, address, DUOS_ADDR_TEXT_MAX));
    return s;
}

duos_socket peer_dial(const char *address)
{
    duos_socket s = DUOS_SOCKET_INVALID;

    assert_ok(duos_dial(address, PATIENCE_MS, &s));
    return s;
}

duos_socket peer_listen(char *address, size_t cap)
{
    duos_socket listener = DUOS_SOCKET_INVALID;
    duos_addr bound;

    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &listener, &bound));
    assert_ok(duos_addr_format(&bound, address, cap));
    return listener;
}

duos_socket peer_accept(duos_socket listener)
{
    duos_socket s = DUOS_SOCKET_INVALID;

    assert_ok(duos_wait(listener, DUOS_READ, PATIENCE_MS, NULL));
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &s, NULL));
    return s;
}

void peer_resets(duos_socket listener, const char *const args[])
{
    const duos_linger at_once = {true, 0};
    spawn *process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    duos_socket peer = peer_accept(listener);

    file_wait_for("run.err", "open ");
    assert_ok(duos_set_linger(peer, &at_once));
    duos_close(&peer);
    assert_int_equal(process_wait(process), 1);
}

size_t peer_drain(duos_socket s)
{
    static char data[65536];
    size_t total = 0;
    size_t len;
    duos_err err;

    while ((err = duos_recv_some(s, data, sizeof data, PATIENCE_MS, &len)) ==
           DUOS_OK) {
        total += len;
    }
    assert_int_equal(err, DUOS_EEOF);
    return total;
}
