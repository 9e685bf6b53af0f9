/* SPDX-License-Identifier: MIT */
/*
 * test_addr_random.c - addresses at random: what is printed is read back, and
 * what is an address, and which, the system's inet_pton and inet_ntop say.
 */
#include "support/check.h"
#include "support/os.h"
#include "support/seeded.h"

#define ROUNDS   100000
#define COMPARED 1000000

/* Addresses are mostly zeros and ones, so that runs of zeros are common. */
static duos_addr random_addr(seeded *random)
{
    uint16_t port = (uint16_t)seeded_next(random);
    uint8_t bytes[16];
    duos_addr addr;
    int i;

    for (i = 0; i < 16; i++) {
        uint32_t kind = seeded_below(random, 4);

        bytes[i] = (uint8_t)(kind < 2    ? 0
                             : kind == 2 ? 1
                                         : seeded_next(random));
    }
    if (seeded_below(random, 3) == 0) {
        return duos_addr_ipv4(bytes[0], bytes[1], bytes[2], bytes[3], port);
    }
    if (seeded_below(random, 8) == 0) {
        memset(bytes, 0, 10);
        memset(bytes + 10, 0xff, 2);
    }
    addr = duos_addr_ipv6(bytes, port);
    if (seeded_below(random, 4) == 0) {
        addr.scope = seeded_next(random);
    }
    return addr;
}

/* No "@" in front and no NUL: see duos_addr_format. */
static duos_addr random_path(seeded *random)
{
    uint32_t len = 1 + seeded_below(random, DUOS_UNIX_PATH_MAX);
    duos_addr addr;
    uint32_t i;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_UNIX;
    addr.path_len = (uint8_t)len;
    for (i = 0; i < len; i++) {
        addr.ip.path[i] = (char)(1 + seeded_below(random, 255));
    }
    if (len > 1 && seeded_below(random, 3) == 0) {
        addr.ip.path[0] = '\0';
    } else if (addr.ip.path[0] == '@') {
        addr.ip.path[0] = '/';
    }
    return addr;
}

static void test_F1_addr_random_text_is_read_back(void **state)
{
    seeded random = {1};
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        char text[DUOS_ADDR_TEXT_MAX];
        duos_addr addr = random_addr(&random);
        duos_addr back;
        duos_endpoint end;

        assert_ok(duos_addr_format(&addr, text, sizeof text));
        assert_ok(duos_addr_parse(text, &back));
        assert_memory_equal(&back, &addr, sizeof addr);
        assert_ok(duos_endpoint_parse(text, &end));
        assert_memory_equal(&end.addr, &addr, sizeof addr);
        addr.port = 0;
        assert_ok(duos_ip_format(&addr, text, sizeof text));
        assert_ok(duos_ip_parse(text, &back));
        assert_memory_equal(&back, &addr, sizeof addr);
    }
}

static void test_F2_addr_random_path_is_read_back(void **state)
{
    seeded random = {4};
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        char text[DUOS_ADDR_TEXT_MAX];
        duos_addr addr = random_path(&random);
        duos_endpoint end;

        assert_ok(duos_addr_format(&addr, text, sizeof text));
        assert_ok(duos_endpoint_parse(text, &end));
        assert_memory_equal(&end.addr, &addr, sizeof addr);
    }
}

/* A text to begin with, in several of the forms that an address has. */
static void random_text(seeded *random, char *text, size_t cap)
{
    duos_addr addr = random_addr(random);
    char *end;

    addr.scope = 0;
    assert_ok(duos_addr_format(&addr, text, cap));
    end = strrchr(text, ':');
    *end = '\0'; /* no port for inet_pton */
    if (addr.family == DUOS_IPV6) {
        memmove(text, text + 1, strlen(text)); /* no brackets either */
        text[strlen(text) - 1] = '\0';
    }
}

/* Changes, removes or inserts up to three characters. */
static void mutate(seeded *random, char *text)
{
    static const char letters[] = "0123456789abcdefABF.:::...x%-+ 0g";
    uint32_t changes = seeded_below(random, 4);

    while (changes-- > 0) {
        size_t len = strlen(text);
        size_t at = seeded_below(random, (uint32_t)len + 1);
        char letter =
            letters[seeded_below(random, (uint32_t)sizeof letters - 1)];

        switch (seeded_below(random, 3)) {
        case 0:
            memmove(text + at + 1, text + at, len - at + 1);
            text[at] = letter;
            break;
        case 1:
            memmove(text + at, text + at + 1, at < len ? len - at : 0);
            break;
        default:
            text[at] = letter;
            text[at + (at == len)] = at == len ? '\0' : text[at];
            break;
        }
    }
}

/* ---- against the system ------------------------------------------------ */

/* How often the system read what we refuse; only Windows may. */
static unsigned lenient;

/*
 * The one thing that inet_pton is known to read although it should not: Wine
 * takes leading zeros in the dotted end of an IPv6 address, decimal all the
 * same: "::ffff:0.1.0.02". glibc agrees with us in everything but zones, which
 * no inet_pton reads.
 */
static bool may_be_lenient(duos_family family, const char *text)
{
    const char *at;

    if (!os_is_windows() || family != DUOS_IPV6 || strchr(text, '.') == NULL) {
        return false;
    }
    for (at = text; (at = strchr(at, '0')) != NULL; at++) {
        bool first = at > text && (at[-1] == '.' || at[-1] == ':');

        if (first && at[1] >= '0' && at[1] <= '9') {
            return true;
        }
    }
    return false;
}

static void compare(duos_family family, const char *text)
{
    uint8_t theirs[16] = {0};
    bool read = os_read_address(family, text, theirs);
    duos_addr addr;
    duos_err err = duos_ip_parse(text, &addr);

    if (err == DUOS_OK && addr.family != family) {
        err = DUOS_ESYNTAX; /* read, but as the other family */
    }
    if (read && err != DUOS_OK && may_be_lenient(family, text)) {
        lenient++;
        return;
    }
    if ((err == DUOS_OK) != read) {
        print_error("\"%s\": ours %s, inet_pton %s\n", text, duos_err_name(err),
                    read ? "reads it" : "refuses it");
        fail();
    }
    if (read) {
        assert_memory_equal(addr.ip.v6, theirs, family == DUOS_IPV4 ? 4 : 16);
    } else {
        assert_int_equal(err, DUOS_ESYNTAX);
    }
}

/* Both families for each text; the answer is how many were addresses. */
static unsigned compare_both(const char *text)
{
    duos_addr addr;

    if (strchr(text, '%') != NULL) {
        return 0;
    }
    compare(DUOS_IPV4, text);
    compare(DUOS_IPV6, text);
    return duos_ip_parse(text, &addr) == DUOS_OK;
}

static void test_AD1_addr_random_mutants_agree_with_inet_pton(void **state)
{
    seeded random = {2};
    unsigned good = 0;
    int round;

    (void)state;
    lenient = 0;
    for (round = 0; round < COMPARED; round++) {
        char text[DUOS_ADDR_TEXT_MAX];

        random_text(&random, text, sizeof text);
        mutate(&random, text);
        good += compare_both(text);
    }
    print_message("%u of %u were addresses; inet_pton read %u more\n", good,
                  (unsigned)COMPARED, lenient);
    assert_between(good, COMPARED / 5, COMPARED * 4 / 5); /* worth comparing */
}

/* Short texts of the characters that matter, at random. */
static void test_AD1_addr_random_soup_agrees_with_inet_pton(void **state)
{
    static const char letters[] = "0011256789abfF:::...";
    seeded random = {5};
    unsigned good = 0;
    int round;

    (void)state;
    lenient = 0;
    for (round = 0; round < COMPARED; round++) {
        char text[24];
        uint32_t len = seeded_below(&random, sizeof text);
        uint32_t i;

        for (i = 0; i < len; i++) {
            text[i] =
                letters[seeded_below(&random, (uint32_t)sizeof letters - 1)];
        }
        text[len] = '\0';
        good += compare_both(text);
    }
    print_message("%u of %u were addresses; inet_pton read %u more\n", good,
                  (unsigned)COMPARED, lenient);
    assert_true(good > 1000);
}

/*
 * Where inet_ntop does not follow RFC 5952: glibc has dots in the deprecated
 * "::1.2.3.4", Wine has none in "::ffff:0:b3", musl shortens the second of two
 * equal runs of zeros if the first is at the beginning.
 */
static bool may_print(const char *ours, const char *theirs)
{
    bool second = strncmp(ours, "::", 2) == 0 && theirs[0] == '0';

    return strchr(theirs, '.') != NULL || second ||
           (os_is_windows() && strncmp(ours, "::ffff:0.0.", 11) == 0);
}

/* What we print is what inet_ntop prints, and it reads as the same. */
static void test_AD4_addr_random_text_agrees_with_inet_ntop(void **state)
{
    seeded random = {6};
    int round;

    (void)state;
    for (round = 0; round < COMPARED; round++) {
        char ours[DUOS_ADDR_TEXT_MAX];
        char theirs[DUOS_ADDR_TEXT_MAX];
        duos_addr addr = random_addr(&random);
        duos_addr back;

        addr.scope = 0;
        addr.port = 0;
        assert_ok(duos_ip_format(&addr, ours, sizeof ours));
        assert_true(os_write_address((duos_family)addr.family, addr.ip.v6,
                                     theirs, sizeof theirs));
        assert_ok(duos_ip_parse(theirs, &back));
        assert_memory_equal(&back, &addr, sizeof addr);
        if (strcmp(ours, theirs) != 0 && !may_print(ours, theirs)) {
            print_error("ours %s, inet_ntop %s\n", ours, theirs);
            fail();
        }
    }
}

/* Any bytes at all: no crash, and a refusal leaves nothing behind. */
static void test_AD5_addr_random_bytes_are_refused_or_read(void **state)
{
    seeded random = {3};
    duos_addr before;
    int round;

    (void)state;
    memset(&before, 0xa5, sizeof before);
    for (round = 0; round < ROUNDS; round++) {
        char text[64];
        uint32_t len = seeded_below(&random, sizeof text);
        duos_addr addr = before;
        duos_endpoint end;
        duos_err err;
        uint32_t i;

        for (i = 0; i < len; i++) {
            text[i] = (char)seeded_below(&random, 256);
        }
        err = duos_endpoint_parse_n(text, len, &end);
        assert_true(err <= DUOS_OK);
        err = duos_addr_parse_n(text, len, &addr);
        if (err != DUOS_OK) {
            assert_memory_equal(&addr, &before, sizeof addr);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F1_addr_random_text_is_read_back),
        cmocka_unit_test(test_F2_addr_random_path_is_read_back),
        cmocka_unit_test(test_AD1_addr_random_mutants_agree_with_inet_pton),
        cmocka_unit_test(test_AD1_addr_random_soup_agrees_with_inet_pton),
        cmocka_unit_test(test_AD4_addr_random_text_agrees_with_inet_ntop),
        cmocka_unit_test(test_AD5_addr_random_bytes_are_refused_or_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
