/* SPDX-License-Identifier: MIT */
/*
 * test_addr_random.c - addresses at random: what is printed is read back, and
 * what is no address for the system's inet_pton is none for us.
 */
#include "support/check.h"
#include "support/os.h"
#include "support/seeded.h"

#define ROUNDS 100000

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
        addr.scope = seeded_below(random, 1000000000);
    }
    return addr;
}

static void test_addr_random_text_is_read_back(void **state)
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

/* Zones are the one form that we read and inet_pton does not. */
static bool can_be_compared(const char *text)
{
    return strchr(text, '%') == NULL;
}

static void compare(duos_family family, const char *text)
{
    char ours_text[DUOS_ADDR_TEXT_MAX];
    uint8_t theirs[16] = {0};
    bool read = os_read_address(family, text, theirs);
    duos_addr addr;
    duos_err err;

    (void)snprintf(ours_text, sizeof ours_text,
                   family == DUOS_IPV6 ? "[%s]:1" : "%s:1", text);
    err = duos_addr_parse(ours_text, &addr);
    if (read && err != DUOS_OK && os_is_windows()) {
        return; /* it reads "::ffff:0.1.0.02"; Wine does */
    }
    if ((err == DUOS_OK) != read) {
        print_error("\"%s\": ours %s, inet_pton %s\n", text, duos_err_name(err),
                    read ? "reads it" : "refuses it");
        fail();
    }
    if (read) {
        assert_int_equal(addr.family, family);
        assert_memory_equal(addr.ip.v6, theirs, family == DUOS_IPV4 ? 4 : 16);
    } else {
        assert_int_equal(err, DUOS_ESYNTAX);
    }
}

static void test_AD1_addr_random_mutants_agree_with_inet_pton(void **state)
{
    seeded random = {2};
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        char text[DUOS_ADDR_TEXT_MAX];

        random_text(&random, text, sizeof text);
        mutate(&random, text);
        if (can_be_compared(text)) {
            compare(strchr(text, ':') != NULL ? DUOS_IPV6 : DUOS_IPV4, text);
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
        duos_err err;
        uint32_t i;

        for (i = 0; i < len; i++) {
            text[i] = (char)(1 + seeded_below(&random, 255));
        }
        text[len] = '\0';
        err = duos_addr_parse(text, &addr);
        if (err != DUOS_OK) {
            assert_memory_equal(&addr, &before, sizeof addr);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addr_random_text_is_read_back),
        cmocka_unit_test(test_AD1_addr_random_mutants_agree_with_inet_pton),
        cmocka_unit_test(test_AD5_addr_random_bytes_are_refused_or_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
