/* SPDX-License-Identifier: MIT */
/*
 * test_slots.c - slots.h: names with generations, and growth that moves
 * nothing.
 */
#include "support/check.h"
#include "support/failing_alloc.h"
#include "support/seeded.h"

#include <stdlib.h>

#include "slots.h"

typedef struct record {
    duos__slot slot;
    uint32_t content;
} record;

typedef struct table {
    failing_alloc failing;
    duos__slots slots;
} table;

static int set_up(void **state)
{
    table *t = malloc(sizeof *t);

    assert_non_null(t);
    failing_alloc_init(&t->failing);
    duos__slots_init(&t->slots, sizeof(record), &t->failing.alloc);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    table *t = *state;

    duos__slots_fini(&t->slots);
    assert_all_freed(&t->failing);
    free(t);
    return 0;
}

static record *at(table *t, uint32_t index)
{
    return duos__slots_at(&t->slots, index, sizeof(record));
}

static record *find(table *t, uint64_t name)
{
    return duos__slots_find(&t->slots, name, sizeof(record));
}

static uint64_t add(table *t, uint32_t content)
{
    uint32_t index;

    assert_ok(duos__slots_add(&t->slots, &index));
    at(t, index)->content = content;
    return duos__slot_name(&at(t, index)->slot, index);
}

static void del(table *t, uint64_t name)
{
    duos__slots_del(&t->slots, duos__name_index(name));
}

static void test_slots_empty_table_finds_nothing(void **state)
{
    table *t = *state;

    assert_null(find(t, 0));
    assert_null(find(t, (uint64_t)1 << 32));
    assert_null(find(t, UINT64_MAX));
    assert_int_equal(t->failing.bytes, 0);
}

static void test_slots_added_record_is_found_by_its_name(void **state)
{
    table *t = *state;
    uint64_t name = add(t, 17);

    assert_true(name != 0);
    assert_non_null(find(t, name));
    assert_int_equal(find(t, name)->content, 17);
    assert_int_equal(t->slots.live, 1);
}

static void test_API2_slots_name_of_deleted_record_finds_nothing(void **state)
{
    table *t = *state;
    uint64_t name = add(t, 17);

    del(t, name);
    assert_null(find(t, name));
    assert_int_equal(t->slots.live, 0);
}

/* Trap 12: the number is in use again, the old name means somebody else. */
static void test_trap_12_slots_reused_slot_has_another_name(void **state)
{
    table *t = *state;
    uint64_t old = add(t, 17);
    uint64_t fresh;

    del(t, old);
    fresh = add(t, 18);
    assert_int_equal(duos__name_index(fresh), duos__name_index(old));
    assert_true(fresh != old);
    assert_null(find(t, old));
    assert_int_equal(find(t, fresh)->content, 18);
}

/* An even generation is that of a free slot, never a name. */
static void test_slots_name_of_a_free_generation_finds_nothing(void **state)
{
    table *t = *state;
    uint64_t name = add(t, 17);
    uint64_t generation;

    del(t, name);
    for (generation = 0; generation < 4; generation++) {
        assert_null(find(t, generation << 32 | duos__name_index(name)));
    }
}

static void test_slots_records_do_not_move_when_the_table_grows(void **state)
{
    table *t = *state;
    uint64_t names[10 * DUOS__SLOTS_PAGE];
    record *first;
    uint32_t i;

    names[0] = add(t, 0);
    first = find(t, names[0]);
    for (i = 1; i < sizeof names / sizeof names[0]; i++) {
        names[i] = add(t, i);
    }
    assert_ptr_equal(find(t, names[0]), first);
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(find(t, names[i])->content, i);
    }
}

/* Whatever was not deleted is there, and whatever was is not. */
static void test_API2_slots_random_operations_agree_with_a_model(void **state)
{
    enum {
        NAMES = 1000,
        STEPS = 1000000
    };
    table *t = *state;
    uint64_t names[NAMES] = {0};
    seeded random = {20240607};
    uint32_t live = 0;
    int step;

    for (step = 0; step < STEPS; step++) {
        uint32_t which = seeded_below(&random, NAMES);

        if (names[which] == 0) {
            names[which] = add(t, which);
            live++;
        } else {
            uint64_t old = names[which];

            assert_int_equal(find(t, old)->content, which);
            del(t, old);
            assert_null(find(t, old));
            names[which] = 0;
            live--;
        }
        assert_int_equal(t->slots.live, live);
    }
    assert_true(t->slots.used <= NAMES);
}

/* Page and list of pages are two allocations; each may fail, each time. */
static void test_ME1_slots_add_without_memory_leaves_the_table(void **state)
{
    table *t = *state;
    uint32_t index;
    uint32_t i;
    size_t k;

    for (i = 0; i < 5; i++) {
        uint32_t used = t->slots.used;

        for (k = 1; k <= (i == 0 || i == 4 ? 2u : 1u); k++) {
            failing_alloc_arm(&t->failing, k, false);
            assert_err(DUOS_ENOMEM, duos__slots_add(&t->slots, &index));
            assert_true(failing_alloc_struck(&t->failing));
            assert_int_equal(t->slots.used, used);
        }
        failing_alloc_arm(&t->failing, 0, false);
        do {
            (void)add(t, i);
        } while (t->slots.used % DUOS__SLOTS_PAGE != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_slots_empty_table_finds_nothing),
        TEST(test_slots_added_record_is_found_by_its_name),
        TEST(test_API2_slots_name_of_deleted_record_finds_nothing),
        TEST(test_trap_12_slots_reused_slot_has_another_name),
        TEST(test_slots_name_of_a_free_generation_finds_nothing),
        TEST(test_slots_records_do_not_move_when_the_table_grows),
        TEST(test_API2_slots_random_operations_agree_with_a_model),
        TEST(test_ME1_slots_add_without_memory_leaves_the_table),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
