/* SPDX-License-Identifier: MIT */
/*
 * unix.c - F2: any bytes as the name of a unix socket, as bytes and in text.
 * Nothing is ever cut; what is refused is refused for the documented reason;
 * what is taken is printed so that it reads the same.
 */
#include "fuzz.h"

#include <duosock/addr.h>
#include <duosock/local.h>

static const char scheme[] = "unix:";

enum {
    SCHEME_LEN = sizeof scheme - 1,
    LONGEST = 400
};

static duos_err wanted(const char *bytes, size_t len)
{
    if (len == 0) {
        return DUOS_EINVAL;
    }
    if (len > DUOS_UNIX_PATH_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    return bytes[0] != '\0' && memchr(bytes, '\0', len) != NULL ? DUOS_EINVAL
                                                                : DUOS_OK;
}

/* A name that is alone in having a text of its own: see duos_addr_format. */
static bool has_no_text(const duos_addr *addr)
{
    return memchr(addr->ip.path + 1, '\0', addr->path_len - 1u) != NULL ||
           (addr->path_len == 1 && addr->ip.path[0] == '\0');
}

static void check_text(const duos_addr *addr)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_endpoint end;
    duos_err err;

    fuzz_ok(duos_addr_format(addr, text, sizeof text));
    fuzz_check(strncmp(text, scheme, SCHEME_LEN) == 0);
    if (has_no_text(addr)) {
        return;
    }
    err = duos_endpoint_parse(text, &end);
    if (addr->ip.path[0] == '@') {
        /* Two more bytes, so it may not fit: "./@name" is the same file. */
        fuzz_check(strncmp(text + SCHEME_LEN, "./@", 3) == 0);
        fuzz_check(err == (addr->path_len > DUOS_UNIX_PATH_MAX - 2
                               ? DUOS_ENAMETOOLONG
                               : DUOS_OK));
        return;
    }
    fuzz_check(err == DUOS_OK);
    fuzz_check(memcmp(&end.addr, addr, sizeof *addr) == 0);
    fuzz_check(end.family == DUOS_UNIX && end.type == DUOS_STREAM);
}

static void check_endpoint(const char *bytes, size_t len)
{
    char text[SCHEME_LEN + LONGEST];
    duos_endpoint end;
    duos_err err;
    bool abstract = len > 0 && bytes[0] == '@';

    memcpy(text, scheme, SCHEME_LEN);
    memcpy(text + SCHEME_LEN, bytes, len);
    err = duos_endpoint_parse_n(text, SCHEME_LEN + len, &end);
    if (len <= abstract || memchr(bytes, '\0', len) != NULL) {
        fuzz_check(err == DUOS_ESYNTAX);
    } else if (len > DUOS_UNIX_PATH_MAX) {
        fuzz_check(err == DUOS_ENAMETOOLONG);
    } else {
        fuzz_check(err == DUOS_OK && end.addr.path_len == len);
        fuzz_check(memcmp(end.addr.ip.path + abstract, bytes + abstract,
                          len - abstract) == 0);
        fuzz_check((end.addr.ip.path[0] == '\0') == abstract);
        check_text(&end.addr);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    duos_addr addr;
    duos_err err;

    if (size > LONGEST) {
        return 0;
    }
    err = duos_addr_unix(bytes, size, &addr);
    fuzz_check(err == wanted(bytes, size));
    if (err == DUOS_OK) {
        fuzz_check(addr.path_len == size);
        fuzz_check(memcmp(addr.ip.path, bytes, size) == 0);
        check_text(&addr);
    }
    check_endpoint(bytes, size);
    return 0;
}
