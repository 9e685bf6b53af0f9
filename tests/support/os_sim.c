/* SPDX-License-Identifier: MIT */
/*
 * os_sim.c - what tests ask of the system, on the simulated one: what it does
 * not have is told as by any other system.
 */
#include "support/os.h"

#include <duosock/message.h>
#include <duosock/pair.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim_internal.h"
#include "support/check.h"

static uint32_t host(void)
{
    return duos__sim_current()->host;
}

/* ---- which system ----------------------------------------------------- */

bool os_is_windows(void)
{
    return false;
}

/* Abstract names, shared ports and what accept says are those of Linux. */
bool os_is_linux(void)
{
    return true;
}

bool os_is_wine(void)
{
    return false;
}

/* ---- descriptors ------------------------------------------------------ */

bool os_allow_descriptors(size_t count)
{
    (void)count;
    return true;
}

bool os_begin_shortage(void)
{
    duos_sim *sim = duos__sim_current();

    return duos_sim_set_descriptors(
               sim, host(), duos_sim_descriptors(sim, host())) == DUOS_OK;
}

bool os_shortage_is_exact(void)
{
    return true;
}

void os_end_shortage(void)
{
    assert_ok(duos_sim_set_descriptors(duos__sim_current(), host(),
                                       DUOS_SIM_UNLIMITED));
}

/* Takes numbers until one fits, and gives the others back. */
static uint32_t take_number(sim_socket *sock, uint32_t least)
{
    uint32_t number;
    uint32_t found;

    if (duos__sim_number_new(sock, &number) != DUOS_OK) {
        return 0;
    }
    if (number >= least) {
        return number;
    }
    found = take_number(sock, least);
    duos__sim_number_free(sock->sim, number);
    return found;
}

bool os_duplicate_above(duos_socket s, int number, duos_socket *out)
{
    sim_socket *sock;

    if (duos__sim_find(s, &sock) != DUOS_OK) {
        return false;
    }
    out->os = (intptr_t)take_number(sock, (uint32_t)number);
    return out->os != 0;
}

bool os_duplicate_to(duos_socket s, int number)
{
    duos_socket old = duos_socket_from_os(number);
    sim_socket *sock;

    (void)duos_close(&old);
    return duos__sim_find(s, &sock) == DUOS_OK &&
           take_number(sock, (uint32_t)number) == (uint32_t)number;
}

bool os_open_file(duos_socket *out)
{
    (void)out;
    return false;
}

void os_close_file(duos_socket file)
{
    (void)file;
}

bool os_datagram_pair(duos_socket ends[2])
{
    return duos_socketpair(DUOS_DGRAM, DUOS_NONBLOCK, ends) == DUOS_OK;
}

bool os_packet_pair(duos_socket ends[2])
{
    (void)ends;
    return false;
}

bool os_is_inherited(duos_socket s)
{
    (void)s;
    return false;
}

bool os_get_nonblocking(duos_socket s, bool *on)
{
    sim_socket *sock;

    if (duos__sim_find(s, &sock) != DUOS_OK) {
        return false;
    }
    *on = sock->nonblocking;
    return true;
}

bool os_send_urgent(duos_socket s, char byte)
{
    duos_buf part;
    size_t n;

    part.data = &byte;
    part.len = 1;
    return duos_sendv(s, &part, 1, DUOS_MSG_OOB, &n) == DUOS_OK;
}

bool os_count_handles(size_t *count)
{
    *count = duos_sim_sockets(duos__sim_current());
    return true;
}

bool os_start_winsock(void)
{
    return false;
}

bool os_stop_winsock(void)
{
    return false;
}

bool os_winsock_is_started(void)
{
    return false;
}

/* ---- rights and files ------------------------------------------------- */

bool os_begin_no_rights(void)
{
    return false;
}

void os_end_no_rights(void)
{
}

static const sim_file *find_file(const char *path)
{
    duos_addr addr;

    assert_ok(duos_addr_unix(path, strlen(path), &addr));
    return duos__sim_file(duos__sim_current(), &addr);
}

bool os_get_mode(const char *path, uint32_t *mode)
{
    const sim_file *file = find_file(path);

    if (file != NULL) {
        *mode = file->mode;
    }
    return file != NULL;
}

bool os_set_umask(uint32_t mask, uint32_t *before)
{
    (void)mask;
    *before = 0777 & ~SIM_MODE;
    return true;
}

/* The tests mean the C function: see tests/CMakeLists.txt. */
int simnet_remove(const char *path);

int simnet_remove(const char *path)
{
    duos_addr addr;

    return duos_addr_unix(path, strlen(path), &addr) == DUOS_OK &&
                   sys_path_remove(&addr) == DUOS_OK
               ? 0
               : -1;
}

bool os_make_link(const char *target, const char *path)
{
    (void)target;
    (void)path;
    return false;
}

bool os_make_fifo(const char *path)
{
    (void)path;
    return false;
}

bool os_make_directory(const char *path)
{
    (void)path;
    return false;
}

bool os_remove_directory(const char *path)
{
    (void)path;
    return false;
}

bool os_path_exists(const char *path)
{
    return find_file(path) != NULL;
}

/* ---- processes and signals -------------------------------------------- */

bool os_get_self(uint64_t *pid, uint32_t *uid, uint32_t *gid)
{
    *pid = host();
    *uid = SIM_UID;
    *gid = SIM_GID;
    return true;
}

bool os_send_handles(duos_socket s, size_t bytes, const intptr_t *handles,
                     size_t count)
{
    (void)s;
    (void)bytes;
    (void)handles;
    (void)count;
    return false;
}

bool os_begin_storm(void)
{
    return duos_sim_chance(duos__sim_current(), DUOS_SIM_FAULT_INTERRUPT,
                           300) == DUOS_OK;
}

void os_end_storm(void)
{
    assert_ok(
        duos_sim_chance(duos__sim_current(), DUOS_SIM_FAULT_INTERRUPT, 0));
}

unsigned os_storm_count(void)
{
    return (unsigned)duos_sim_fired(duos__sim_current(),
                                    DUOS_SIM_FAULT_INTERRUPT);
}

bool os_sigpipe_is_default(void)
{
    return true;
}

bool os_ask_to_quit(duos_quit_kind kind)
{
    return duos_sim_quit(duos__sim_current(), host(), kind) == DUOS_OK;
}

/* ---- words of the system ---------------------------------------------- */

const int os_level_socket = 1;
const int os_opt_reuse_address = 2;
const int os_opt_type = 3;
const int os_opt_unknown = 999;
const int os_number_refused = -DUOS_ECONNREFUSED;
const char *const os_name_refused = "SIM_ECONNREFUSED";

uint64_t os_cpu_ns(void)
{
    return 0;
}

size_t os_unix_path_max(void)
{
    return DUOS_UNIX_PATH_MAX;
}

/* The environment that a service manager speaks through. */
void os_set_variable(const char *name, const char *value)
{
    static const char *const names[] = {"LISTEN_FDS", "LISTEN_PID",
                                        "LISTEN_FDNAMES"};
    static char texts[3][256];
    static const char *said[3];
    int i;

    for (i = 0; i < 3; i++) {
        if (strcmp(names[i], name) == 0) {
            said[i] = value != NULL ? texts[i] : NULL;
            if (value != NULL) {
                assert_true(strlen(value) < sizeof texts[i]);
                memcpy(texts[i], value, strlen(value) + 1);
            }
        }
    }
    assert_ok(duos_sim_handover(duos__sim_current(), host(), said[0], said[1],
                                said[2], duos_socket_from_os(3)));
}
