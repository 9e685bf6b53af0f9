/* SPDX-License-Identifier: MIT */
/*
 * file.c - the names of unix sockets on each host: files, and abstract names.
 *
 * The files are a list without directories: a path is its bytes. They all
 * belong to the one user that there is, whose permissions count.
 */
#include "mem.h"
#include "sim_internal.h"

#define MAY_WRITE 0200u

static bool is_path(const duos_addr *addr)
{
    return addr->ip.path[0] != '\0';
}

static sim_file *find_file(const duos_sim *sim, uint32_t host,
                           const duos_addr *addr)
{
    sim_file *file = sim->files;

    while (file != NULL &&
           (file->host != host || !duos_addr_equal(&file->addr, addr))) {
        file = file->next;
    }
    return file;
}

sim_file *duos__sim_file(const duos_sim *sim, const duos_addr *addr)
{
    return find_file(sim, sim->host, addr);
}

/* Who has an abstract name on this host. */
static sim_socket *find_abstract(const duos_sim *sim, uint32_t host,
                                 const duos_addr *addr)
{
    sim_socket *sock = sim->first_socket;

    while (sock != NULL && (sock->family != DUOS_UNIX || sock->host != host ||
                            sock->local.path_len == 0 ||
                            (sock->conn != NULL && sock->side == 1) ||
                            !duos_addr_equal(&sock->local, addr))) {
        sock = sock->next;
    }
    return sock;
}

static duos_err make_file(sim_socket *sock, const duos_addr *addr)
{
    duos_sim *sim = sock->sim;
    sim_file *file;

    if (find_file(sim, sock->host, addr) != NULL) {
        return DUOS_EADDRINUSE;
    }
    file = (sim_file *)duos__new(&sim->alloc, sizeof *file);
    if (file == NULL) {
        return DUOS_ENOMEM;
    }
    file->host = sock->host;
    file->mode = SIM_MODE;
    file->inode = ++sim->inodes;
    file->addr = *addr;
    file->sock = sock;
    file->next = sim->files;
    sim->files = file;
    sock->file = file;
    return DUOS_OK;
}

duos_err duos__sim_unix_bind(sim_socket *sock, const duos_addr *addr)
{
    duos_err err = DUOS_OK;

    if (addr->family != DUOS_UNIX) {
        return DUOS_EAFNOSUPPORT;
    }
    if (sock->local.path_len != 0) {
        return DUOS_EINVAL;
    }
    if (is_path(addr)) {
        err = make_file(sock, addr);
    } else if (find_abstract(sock->sim, sock->host, addr) != NULL) {
        err = DUOS_EADDRINUSE;
    }
    if (err == DUOS_OK) {
        sock->local = *addr;
    }
    return err;
}

void duos__sim_unix_leave(sim_socket *sock)
{
    if (sock->file != NULL) {
        sock->file->sock = NULL;
    }
    if (sock->family == DUOS_UNIX && sock->kind == SIM_DGRAM) {
        duos__sim_unix_forget(sock);
    }
}

static duos_err find_at_path(const sim_socket *from, const duos_addr *addr,
                             sim_socket **out)
{
    const sim_file *file = find_file(from->sim, from->host, addr);

    if (file == NULL) {
        return DUOS_ENOENT;
    }
    if ((file->mode & MAY_WRITE) == 0) {
        return DUOS_EACCES;
    }
    *out = file->sock;
    return file->sock != NULL ? DUOS_OK : DUOS_ECONNREFUSED;
}

duos_err duos__sim_unix_find(const sim_socket *from, const duos_addr *addr,
                             sim_socket **out)
{
    bool dgram = from->kind == SIM_DGRAM;
    duos_err err = DUOS_OK;

    if (addr->family != DUOS_UNIX) {
        return DUOS_EAFNOSUPPORT;
    }
    if (is_path(addr)) {
        err = find_at_path(from, addr, out);
    } else {
        *out = find_abstract(from->sim, from->host, addr);
        err = *out != NULL ? DUOS_OK : DUOS_ECONNREFUSED;
    }
    if (err == DUOS_OK && ((*out)->kind == SIM_DGRAM) != dgram) {
        err = DUOS_EPROTOTYPE;
    }
    return err;
}

void duos__sim_file_remove(duos_sim *sim, sim_file *file)
{
    sim_file **at = &sim->files;

    while (*at != file) {
        at = &(*at)->next;
    }
    *at = file->next;
    if (file->sock != NULL) {
        file->sock->file = NULL;
    }
    duos__free(&sim->alloc, file, sizeof *file);
}

void duos__sim_files_fini(duos_sim *sim)
{
    while (sim->files != NULL) {
        sim_file *file = sim->files;

        sim->files = file->next;
        duos__free(&sim->alloc, file, sizeof *file);
    }
}
