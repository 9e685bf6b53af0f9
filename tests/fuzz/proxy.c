/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - F15: the PROXY header, which comes from whoever can connect.
 * However the bytes are cut, the answer, the length and the two ends are the
 * same; they are what a second reader finds that has the whole at hand.
 */
#include "fuzz.h"

#include "proxy.h"

enum {
    HEAD = 16,
    LINE_MAX_HERE = 107,
    BINARY_MAX = 4096
};

typedef struct outcome {
    duos_err err;
    size_t used;
    bool has_origin;
    duos_tuple ends;
} outcome;

static const uint8_t mark[12] = {'\r', '\n', '\r', '\n', '\0', '\r',
                                 '\n', 'Q',  'U',  'I',  'T',  '\n'};

/* step: where the sizes of pieces come from; 0 for one piece. */
static outcome read_all(const uint8_t *data, size_t size, uint8_t step)
{
    outcome o = {DUOS_EINPROGRESS, 0, false, {{0}, {0}}};
    duos__proxy proxy;

    memset(&proxy, 0, sizeof proxy);
    memset(&o.ends, 0, sizeof o.ends);
    while (o.used < size && o.err == DUOS_EINPROGRESS) {
        size_t piece = step == 0 ? size : 1 + step % 7u;
        size_t used = SIZE_MAX;

        piece = piece < size - o.used ? piece : size - o.used;
        o.err = duos__proxy_read(&proxy, data + o.used, piece, &used);
        fuzz_check(used <= piece);
        fuzz_check(used == piece || o.err != DUOS_EINPROGRESS);
        o.used += used;
        step = (uint8_t)(step * 5u + (step != 0));
    }
    if (o.err == DUOS_OK && proxy.has_origin) {
        o.has_origin = true;
        duos__proxy_origin(&proxy, &o.ends);
    }
    return o;
}

/* ---- by the book, with all bytes at hand ------------------------------- */

/* Addresses and ports as text: what duos_addr_parse says of "ip:port". */
static bool text_end(const char *ip, const char *port, bool ipv4,
                     duos_addr *out)
{
    char text[160];
    size_t len = strlen(ip);
    size_t port_len = strlen(port);

    if (len > 60 || port_len > 60 || strpbrk(ip, "[]%") != NULL ||
        (strchr(ip, ':') != NULL) == ipv4) {
        return false;
    }
    (void)memset(text, 0, sizeof text);
    text[0] = '[';
    memcpy(text + !ipv4, ip, len);
    len += !ipv4;
    if (!ipv4) {
        text[len++] = ']';
    }
    text[len++] = ':';
    memcpy(text + len, port, port_len);
    return duos_addr_parse(text, out) == DUOS_OK;
}

/* line: without its end, and with a NUL. Parts are parted by one space. */
static bool expect_ends(char *line, bool ipv4, outcome *o)
{
    char *part[4];
    int count = 0;
    char *at = line;

    while (count < 4) {
        part[count++] = at;
        at = strchr(at, ' ');
        if (at == NULL) {
            break;
        }
        *at++ = '\0';
    }
    o->has_origin = count == 4 && at == NULL &&
                    text_end(part[0], part[2], ipv4, &o->ends.remote) &&
                    text_end(part[1], part[3], ipv4, &o->ends.local);
    return o->has_origin;
}

static bool expect_line(const uint8_t *data, size_t len, outcome *o)
{
    char line[LINE_MAX_HERE + 1];

    memcpy(line, data, len - 2);
    line[len - 2] = '\0';
    if (strncmp(line, "PROXY UNKNOWN", 13) == 0) {
        return line[13] == '\0' || line[13] == ' ';
    }
    if (strncmp(line, "PROXY TCP4 ", 11) == 0) {
        return expect_ends(line + 11, true, o);
    }
    return strncmp(line, "PROXY TCP6 ", 11) == 0 &&
           expect_ends(line + 11, false, o);
}

/* The length of a line with its end; 0: it goes on; SIZE_MAX: it is odd. */
static size_t line_len(const uint8_t *data, size_t size)
{
    size_t i;

    for (i = 0; i < size && i < LINE_MAX_HERE; i++) {
        if (i < 6 ? data[i] != "PROXY "[i] : data[i] == '\0') {
            return SIZE_MAX;
        }
        if (i > 6 && data[i - 1] == '\r') {
            return data[i] == '\n' ? i + 1 : SIZE_MAX;
        }
        if (data[i] == '\n') {
            return SIZE_MAX;
        }
    }
    return i == LINE_MAX_HERE ? SIZE_MAX : 0;
}

static size_t ends_len(const uint8_t *data)
{
    switch (data[12] == 0x20 ? 0 : data[13]) {
    case 0:
        return 0;
    case 0x11:
        return 12;
    case 0x21:
        return 36;
    case 0x31:
        return 216;
    default:
        return SIZE_MAX;
    }
}

/* DUOS_OK, or what is the matter at the place where it shows. */
static duos_err expect_items(const uint8_t *data, size_t at, size_t total,
                             size_t size)
{
    while (at < total) {
        if (total - at < 3) {
            return size >= total ? DUOS_EPROTO : DUOS_EINPROGRESS;
        }
        if (size - at < 3 || size < at) {
            return DUOS_EINPROGRESS;
        }
        at += 3 + ((size_t)data[at + 1] << 8 | data[at + 2]);
        if (at > total) {
            return DUOS_EPROTO;
        }
        if (at > size) {
            return DUOS_EINPROGRESS;
        }
    }
    return size >= total ? DUOS_OK : DUOS_EINPROGRESS;
}

static duos_err expect_binary(const uint8_t *data, size_t size, outcome *o)
{
    size_t total;
    size_t ends;

    if (memcmp(data, mark, size < sizeof mark ? size : sizeof mark) != 0) {
        return DUOS_EPROTO;
    }
    if (size > 12 && data[12] != 0x20 && data[12] != 0x21) {
        return DUOS_EPROTO;
    }
    if (size < HEAD) {
        return DUOS_EINPROGRESS;
    }
    total = HEAD + ((size_t)data[14] << 8 | data[15]);
    ends = ends_len(data);
    if (ends == SIZE_MAX || HEAD + ends > total || total > BINARY_MAX) {
        return DUOS_EPROTO;
    }
    o->used = total;
    o->has_origin = ends == 12 || ends == 36;
    if (ends == 0 || size < HEAD + ends) {
        return size >= total ? DUOS_OK : DUOS_EINPROGRESS;
    }
    return expect_items(data, HEAD + ends, total, size);
}

static void check_ends(const outcome *o, const uint8_t *data)
{
    size_t len = data[13] == 0x11 ? 4 : 16;

    fuzz_check(memcmp(o->ends.remote.ip.v6, data + HEAD, len) == 0);
    fuzz_check(memcmp(o->ends.local.ip.v6, data + HEAD + len, len) == 0);
    fuzz_check(o->ends.remote.port ==
               (data[HEAD + 2 * len] << 8 | data[HEAD + 2 * len + 1]));
    fuzz_check(o->ends.local.port ==
               (data[HEAD + 2 * len + 2] << 8 | data[HEAD + 2 * len + 3]));
}

static outcome expect(const uint8_t *data, size_t size)
{
    outcome o = {DUOS_EINPROGRESS, size, false, {{0}, {0}}};

    memset(&o.ends, 0, sizeof o.ends);
    if (size > 0 && data[0] == 'P') {
        size_t len = line_len(data, size);

        if (len == SIZE_MAX) {
            o.err = DUOS_EPROTO;
        } else if (len > 0) {
            o.used = len;
            o.err = expect_line(data, len, &o) ? DUOS_OK : DUOS_EPROTO;
        }
    } else if (size > 0) {
        o.err = expect_binary(data, size, &o);
    }
    return o;
}

/* Mostly what could be a header: the input's first byte says of which kind. */
static size_t make(fuzz_input in, uint8_t *out, size_t cap)
{
    uint8_t kind = fuzz_byte(&in);
    size_t len = 0;

    if (kind % 4 == 1) {
        memcpy(out, "PROXY TCP4 ", len = 11);
    } else if (kind % 4 == 2) {
        memcpy(out, mark, len = sizeof mark);
        out[len++] = 0x21;
        out[len++] = kind % 8 < 4 ? 0x11 : 0x21;
        out[len++] = 0;
    }
    cap -= len;
    if (in.left > 0) {
        memcpy(out + len, in.at, in.left < cap ? in.left : cap);
    }
    return len + (in.left < cap ? in.left : cap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[8192];
    fuzz_input in = {data, size};
    uint8_t step = fuzz_byte(&in);
    size_t len = make(in, bytes, sizeof bytes);
    outcome whole = read_all(bytes, len, 0);
    outcome pieces = read_all(bytes, len, (uint8_t)(step | 1u));
    outcome wanted = expect(bytes, len);
    uint8_t seen = 0;

    fuzz_check(whole.err == pieces.err && whole.used == pieces.used);
    fuzz_check(memcmp(&whole.ends, &pieces.ends, sizeof whole.ends) == 0);
    fuzz_check(whole.err == wanted.err);
    if (whole.err == DUOS_OK) {
        fuzz_check(whole.used == wanted.used);
        fuzz_check(whole.has_origin == wanted.has_origin);
        if (bytes[0] == 'P') {
            fuzz_check(memcmp(&whole.ends, &wanted.ends, sizeof whole.ends) ==
                       0);
        } else if (whole.has_origin) {
            check_ends(&whole, bytes);
        }
        fuzz_check(duos__proxy_sniff(&seen, bytes, len) == DUOS_EPROTO);
    }
    return 0;
}
