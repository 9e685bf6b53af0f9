/* SPDX-License-Identifier: MIT */
/*
 * test_versioned.c - structs of another age: a program that was compiled with
 * older headers has shorter ones, and nothing behind them is touched.
 */
#include "support/check.h"

#include <duosock/duosock.h>

#include <string.h>

#define BEHIND 64
#define ROOM   2048
#define MARK   0xA5

typedef struct kind {
    const char *name;
    size_t size;
    void (*init)(void *given, size_t size);
} kind;

/* As the macro does it, with a size of one's own. */
#define INIT(type, function)                                                   \
    static void init_##type(void *given, size_t size)                          \
    {                                                                          \
        (function)((type *)given, size);                                       \
    }

INIT(duos_client_config, duos_client_config_init)
INIT(duos_conn_handler, duos_conn_handler_init)
INIT(duos_datagram_config, duos_datagram_config_init)
INIT(duos_frame_config, duos_frame_config_init)
INIT(duos_listen_options, duos_listen_options_init)
INIT(duos_loop_config, duos_loop_config_init)
INIT(duos_poller_config, duos_poller_config_init)
INIT(duos_server_config, duos_server_config_init)
INIT(duos_tcp_info, duos_tcp_info_init)

#define KIND(type)                                                             \
    {                                                                          \
#type, sizeof(type), init_##type                                       \
    }

static const kind kinds[] = {
    KIND(duos_client_config),   KIND(duos_conn_handler),
    KIND(duos_datagram_config), KIND(duos_frame_config),
    KIND(duos_listen_options),  KIND(duos_loop_config),
    KIND(duos_poller_config),   KIND(duos_server_config),
    KIND(duos_tcp_info)};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* Filled in as one of so many bytes; what lies behind it must be as before. */
static void fill(const kind *k, unsigned char *room, size_t size)
{
    size_t i;

    assert_true(size + BEHIND <= ROOM);
    memset(room, MARK, ROOM);
    k->init(room, size);
    for (i = size; i < size + BEHIND; i++) {
        if (room[i] != MARK) {
            fail_msg("%s of %u bytes: byte %u", k->name, (unsigned)size,
                     (unsigned)i);
        }
    }
}

static size_t size_in(const unsigned char *room)
{
    size_t size;

    memcpy(&size, room, sizeof size);
    return size;
}

static void test_init_of_a_shorter_struct_writes_no_more_than_it_has(void **s)
{
    /* Aligned for any of them. */
    union {
        unsigned char bytes[ROOM];
        uint64_t align;
    } whole, part;
    size_t i, size;

    (void)s;
    for (i = 0; i < KINDS; i++) {
        fill(&kinds[i], whole.bytes, kinds[i].size);
        assert_int_equal(size_in(whole.bytes), kinds[i].size);
        for (size = sizeof size; size < kinds[i].size; size++) {
            fill(&kinds[i], part.bytes, size);
            assert_int_equal(size_in(part.bytes), size);
            assert_memory_equal(part.bytes + sizeof size,
                                whole.bytes + sizeof size, size - sizeof size);
        }
    }
}

static void test_init_without_room_for_a_size_writes_nothing(void **s)
{
    unsigned char room[ROOM];
    size_t i, size;

    (void)s;
    for (i = 0; i < KINDS; i++) {
        kinds[i].init(NULL, kinds[i].size);
        for (size = 0; size < sizeof size; size++) {
            fill(&kinds[i], room, size);
            assert_true(size == 0 || room[0] == MARK);
        }
    }
}

/* Of headers that are newer than the library: told, and not taken. */
static void test_init_of_a_longer_struct_fills_what_is_known(void **s)
{
    union {
        unsigned char bytes[ROOM];
        uint64_t align;
        duos_loop_config config;
    } room;
    duos_loop *loop = NULL;
    size_t i, k;

    (void)s;
    for (i = 0; i < KINDS; i++) {
        fill(&kinds[i], room.bytes, kinds[i].size + 24);
        assert_int_equal(size_in(room.bytes), kinds[i].size + 24);
        for (k = 0; k < 24; k++) {
            assert_int_equal(room.bytes[kinds[i].size + k], 0);
        }
    }
    (duos_loop_config_init)(&room.config, sizeof room.config + 8);
    assert_err(DUOS_EINVAL, duos_loop_create(&room.config, &loop));
}

/* What the first program with a loop may have been compiled with. */
typedef struct old_config {
    size_t size;
    duos_poller_backend backend;
} old_config;

static void test_a_program_with_older_headers_still_runs(void **s)
{
    struct {
        old_config config;
        uint64_t behind;
    } old;
    duos_loop *loop = NULL;

    (void)s;
    old.behind = 0x0123456789abcdef;
    (duos_loop_config_init)((duos_loop_config *)(void *)&old.config,
                            sizeof old.config);
    assert_true(old.behind == 0x0123456789abcdef);
    assert_int_equal(old.config.size, sizeof old.config);
    assert_ok(duos_loop_create((duos_loop_config *)(void *)&old.config, &loop));
    assert_ok(duos_loop_step(loop, 0));
    assert_true(old.behind == 0x0123456789abcdef);
    duos_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_init_of_a_shorter_struct_writes_no_more_than_it_has),
        cmocka_unit_test(test_init_without_room_for_a_size_writes_nothing),
        cmocka_unit_test(test_init_of_a_longer_struct_fills_what_is_known),
        cmocka_unit_test(test_a_program_with_older_headers_still_runs)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
