/* SPDX-License-Identifier: MIT */
/*
 * test_fdset_model.c - the set of sockets against a plain array of bools:
 * random operations, the same in every run.
 */
#include "support/check.h"
#include "support/failing_alloc.h"
#include "support/seeded.h"

#define STEPS    100000
#define NUMBERS  3000
#define PROBES   8
#define COPY_ONE 500 /* one step in so many copies, another one empties */

typedef struct model {
    failing_alloc failing;
    seeded random;
    intptr_t stride; /* what numbers are multiples of */
    duos_fdset *set;
    duos_fdset sets[2]; /* set is one of them */
    bool in[NUMBERS];
    size_t count;
} model;

static model m;

static duos_socket number(uint32_t which)
{
    return duos_socket_from_os((intptr_t)which * m.stride);
}

static void assert_same(uint32_t which)
{
    assert_int_equal(duos_fdset_isset(m.set, number(which)), m.in[which]);
}

/* Once in a while memory is short; nothing may change then. */
static void set_one(uint32_t which)
{
    bool short_of_memory = seeded_below(&m.random, 50) == 0;
    duos_err err;

    failing_alloc_arm(&m.failing, short_of_memory ? 1 : 0, false);
    err = duos_fdset_set(m.set, number(which));
    if (err != DUOS_OK) {
        assert_int_equal(err, DUOS_ENOMEM);
        assert_true(failing_alloc_struck(&m.failing));
        return;
    }
    m.count += !m.in[which];
    m.in[which] = true;
}

static void clear_one(uint32_t which)
{
    duos_fdset_clr(m.set, number(which));
    m.count -= m.in[which];
    m.in[which] = false;
}

/* The copy takes the place of the set; what it held before is gone. */
static void copy_all(void)
{
    duos_fdset *copy = m.set == &m.sets[0] ? &m.sets[1] : &m.sets[0];

    failing_alloc_arm(&m.failing, 0, false);
    assert_ok(duos_fdset_copy(copy, m.set));
    m.set = copy;
}

static void zero_all(void)
{
    duos_fdset_zero(m.set);
    memset(m.in, 0, sizeof m.in);
    m.count = 0;
}

static void step(uint32_t numbers)
{
    uint32_t which = seeded_below(&m.random, numbers);
    int i;

    switch (seeded_below(&m.random, COPY_ONE)) {
    case 0:
        copy_all();
        break;
    case 1:
        zero_all();
        break;
    default:
        if (seeded_below(&m.random, 5) < 3) {
            set_one(which);
        } else {
            clear_one(which);
        }
        break;
    }
    assert_int_equal(duos_fdset_count(m.set), m.count);
    assert_same(which);
    for (i = 0; i < PROBES; i++) {
        assert_same(seeded_below(&m.random, numbers));
    }
}

static void run(uint64_t seed, intptr_t stride, uint32_t numbers)
{
    uint32_t i;

    memset(&m, 0, sizeof m);
    failing_alloc_init(&m.failing);
    m.random.state = seed;
    m.stride = stride;
    m.set = &m.sets[0];
    duos_fdset_init(&m.sets[0], &m.failing.alloc);
    duos_fdset_init(&m.sets[1], &m.failing.alloc);
    for (i = 0; i < STEPS; i++) {
        step(numbers);
    }
    for (i = 0; i < numbers; i++) {
        assert_same(i);
    }
    duos_fdset_fini(&m.sets[0]);
    duos_fdset_fini(&m.sets[1]);
    assert_all_freed(&m.failing);
}

/* Descriptors are dense. */
static void test_fdset_random_operations_on_dense_numbers(void **state)
{
    (void)state;
    run(1, 1, NUMBERS);
}

/* SOCKETs are multiples of 4. */
static void test_fdset_random_operations_on_multiples_of_4(void **state)
{
    (void)state;
    run(2, 4, NUMBERS);
}

/* Numbers whose low bits are all the same must not all meet in one place. */
static void test_fdset_random_operations_on_multiples_of_65536(void **state)
{
    (void)state;
    run(3, 65536, NUMBERS);
}

/* A small set is full again and again, so that gaps must be closed well. */
static void test_fdset_random_operations_on_a_small_set(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 4; seed < 8; seed++) {
        run(seed, 1, 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fdset_random_operations_on_dense_numbers),
        cmocka_unit_test(test_fdset_random_operations_on_multiples_of_4),
        cmocka_unit_test(test_fdset_random_operations_on_multiples_of_65536),
        cmocka_unit_test(test_fdset_random_operations_on_a_small_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
