/* SPDX-License-Identifier: MIT */
/*
 * addr_format.c - addresses with all that belongs to them, and 4-tuples, as
 * text that the parsers read back.
 */
#include "addr_text.h"

/*
 * '@' begins an abstract name and stands for every NUL within one, so that a
 * text never ends early. A path that begins with '@' itself must not look
 * like one.
 */
static void put_path(duos__text *t, const duos_addr *addr)
{
    size_t i;

    duos__put_string(t, "unix:");
    if (addr->path_len > 0 && addr->ip.path[0] == '@') {
        duos__put_string(t, "./");
    }
    for (i = 0; i < addr->path_len; i++) {
        char ch = addr->ip.path[i];

        duos__put_char(t, ch != '\0' ? ch : '@');
    }
}

static void put_addr(duos__text *t, const duos_addr *addr)
{
    bool brackets = addr->family == DUOS_IPV6;

    if (addr->family == DUOS_UNIX) {
        put_path(t, addr);
        return;
    }
    if (addr->family != DUOS_IPV4 && addr->family != DUOS_IPV6) {
        duos__put_string(t, "none");
        return;
    }
    if (brackets) {
        duos__put_char(t, '[');
    }
    duos__put_ip(t, addr);
    duos__put_string(t, brackets ? "]:" : ":");
    duos__put_number(t, addr->port, 10);
}

duos_err duos_addr_format(const duos_addr *addr, char *out, size_t cap)
{
    char room[DUOS_ADDR_TEXT_MAX];
    duos__text t = {room, sizeof room, 0};

    if (addr == NULL || out == NULL || addr->path_len > DUOS_UNIX_PATH_MAX) {
        return DUOS_EINVAL;
    }
    put_addr(&t, addr);
    return duos__text_finish(&t, out, cap);
}

duos_err duos_tuple_format(const duos_tuple *tuple, char *out, size_t cap)
{
    char room[DUOS_TUPLE_TEXT_MAX];
    duos__text t = {room, sizeof room, 0};

    if (tuple == NULL || out == NULL ||
        tuple->local.path_len > DUOS_UNIX_PATH_MAX ||
        tuple->remote.path_len > DUOS_UNIX_PATH_MAX) {
        return DUOS_EINVAL;
    }
    put_addr(&t, &tuple->remote);
    duos__put_string(&t, " -> ");
    put_addr(&t, &tuple->local);
    return duos__text_finish(&t, out, cap);
}
