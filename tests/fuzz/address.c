/* SPDX-License-Identifier: MIT */
/*
 * address.c - F1: texts that may be addresses, prefixes or end points. What is
 * read is printed so that it reads the same, and inet_pton agrees about what
 * an address is.
 */
#include "fuzz.h"
#include "support/os.h"

#include <duosock/addr.h>
#include <duosock/cidr.h>
#include <stdio.h>
#include <stdlib.h>

/* Exactly as much room as it needs is enough; less leaves it untouched. */
static void format(const duos_addr *addr, char *text)
{
    char less[DUOS_ADDR_TEXT_MAX];
    size_t len;

    fuzz_ok(duos_addr_format(addr, text, DUOS_ADDR_TEXT_MAX));
    len = strlen(text);
    memset(less, '#', sizeof less);
    fuzz_err(DUOS_ENOSPACE, duos_addr_format(addr, less, len));
    fuzz_check(memchr(less, '#', 1) != NULL && less[len] == '#');
    fuzz_ok(duos_addr_format(addr, less, len + 1));
    fuzz_check(strcmp(less, text) == 0);
}

static void check_addr(const duos_addr *addr)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_endpoint end;
    duos_addr back;

    format(addr, text);
    fuzz_ok(duos_endpoint_parse(text, &end));
    fuzz_check(memcmp(&end.addr, addr, sizeof *addr) == 0);
    fuzz_check(duos_addr_equal(&end.addr, addr));
    if (addr->family == DUOS_UNIX) {
        return;
    }
    fuzz_ok(duos_addr_parse(text, &back));
    fuzz_check(memcmp(&back, addr, sizeof back) == 0);
    back.port = 0;
    fuzz_ok(duos_ip_format(addr, text, sizeof text));
    fuzz_ok(duos_ip_parse(text, &end.addr));
    fuzz_check(memcmp(&end.addr, &back, sizeof back) == 0);
}

static void check_endpoint(const char *text, size_t len, bool is_addr,
                           const duos_addr *addr)
{
    duos_endpoint end;
    duos_err err = duos_endpoint_parse_n(text, len, &end);

    if (err == DUOS_OK) {
        check_addr(&end.addr);
        fuzz_check(end.type == DUOS_STREAM || end.type == DUOS_DGRAM);
        fuzz_check(end.family == DUOS_UNSPEC ||
                   end.family == (duos_family)end.addr.family);
    }
    if (is_addr) {
        fuzz_check(err == DUOS_OK && duos_addr_equal(&end.addr, addr));
    }
}

/* Whether "address/bits" has no bits behind those that count. */
static duos_err expect_bits(const duos_addr *addr, uint32_t bits)
{
    uint32_t width = addr->family == DUOS_IPV4 ? 32 : 128;
    uint32_t i;

    for (i = bits; i < width; i++) {
        if ((addr->ip.v6[i / 8] >> (7 - i % 8) & 1) != 0) {
            return DUOS_ERANGE;
        }
    }
    return bits > width ? DUOS_ERANGE : DUOS_OK;
}

/* An address with each number of bits: the same text, its own sense. */
static void check_bits(const duos_addr *addr)
{
    char text[DUOS_ADDR_TEXT_MAX + 8];
    duos_cidr cidr;
    uint32_t bits;
    size_t len;

    if (addr->scope != 0) {
        return;
    }
    fuzz_ok(duos_ip_format(addr, text, DUOS_ADDR_TEXT_MAX));
    len = strlen(text);
    for (bits = 0; bits <= 130; bits += 1 + bits % 3) {
        (void)snprintf(text + len, 8, "/%u", (unsigned)bits);
        fuzz_err(expect_bits(addr, bits), duos_cidr_parse(text, &cidr));
    }
}

static void check_cidr(const char *text)
{
    char printed[DUOS_CIDR_TEXT_MAX];
    duos_cidr cidr;
    duos_cidr back;
    duos_addr addr;
    duos_err err = duos_cidr_parse(text, &cidr);

    if (err != DUOS_OK) {
        fuzz_check(err == DUOS_ESYNTAX || err == DUOS_ERANGE);
        return;
    }
    fuzz_ok(duos_cidr_format(&cidr, printed, sizeof printed));
    fuzz_ok(duos_cidr_parse(printed, &back));
    fuzz_check(memcmp(&back, &cidr, sizeof back) == 0);
    addr = duos_addr_ipv6(cidr.bytes, 0);
    addr.family = cidr.family;
    fuzz_check(duos_cidr_match(&cidr, &addr));
}

/*
 * Windows reads a little more than inet_pton should (leading zeros in the
 * dotted end of an IPv6 address), so there only what we read is compared. No
 * inet_pton reads zones.
 */
static void check_system(const char *text)
{
    static const duos_family families[] = {DUOS_IPV4, DUOS_IPV6};
    duos_addr ours;
    bool read = duos_ip_parse(text, &ours) == DUOS_OK;
    size_t i;

    for (i = 0; i < 2 && strchr(text, '%') == NULL; i++) {
        bool mine = read && ours.family == families[i];
        uint8_t theirs[16];
        bool is = os_read_address(families[i], text, theirs);

        fuzz_check(is == mine || (is && os_is_windows()));
        if (is && mine) {
            fuzz_check(memcmp(theirs, ours.ip.v6, i == 0 ? 4 : 16) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    char *text = malloc(size + 1); /* up to the first NUL */
    duos_addr addr;
    duos_addr again;
    duos_err err = duos_addr_parse_n(bytes, size, &addr);

    fuzz_check(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    if (err == DUOS_OK) {
        check_addr(&addr);
        fuzz_check(strlen(text) == size);
    } else {
        fuzz_check(err == DUOS_ESYNTAX || err == DUOS_ERANGE);
    }
    check_endpoint(bytes, size, err == DUOS_OK, &addr);
    if (strlen(text) == size) {
        fuzz_check(duos_addr_parse(text, &again) == err);
    }
    check_cidr(text);
    if (duos_ip_parse(text, &again) == DUOS_OK) {
        check_bits(&again);
    }
    check_system(text);
    free(text);
    return 0;
}
