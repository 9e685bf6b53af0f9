/* SPDX-License-Identifier: MIT */
/*
 * toy_scene.h - a scene whose server and client talk through the toy
 * transport. Afterwards each session must have been destroyed, and none
 * entered twice.
 */
#ifndef TEST_TOY_SCENE_H
#define TEST_TOY_SCENE_H

#include "support/scene.h"
#include "support/toy.h"

static toy served_toy;
static toy called_toy;

static inline void toy_server(scene *s)
{
    s->server_config.transport = &toy_ops;
    s->server_config.transport_user = &served_toy;
}

static inline int toy_setup(void **state)
{
    int failed = scene_setup(state);
    scene *s = (scene *)*state;

    toy_init(&served_toy, &s->memory.alloc);
    toy_init(&called_toy, &s->memory.alloc);
    toy_server(s);
    s->client_config.transport = &toy_ops;
    s->client_config.transport_user = &called_toy;
    return failed;
}

static inline void check_toy(const toy *t)
{
    assert_int_equal(t->created, t->destroyed);
    assert_false(t->nested);
}

static inline int toy_teardown(void **state)
{
    int failed = scene_teardown(state);

    check_toy(&served_toy);
    check_toy(&called_toy);
    return failed;
}

#define toy_test(name)                                                         \
    cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)

#endif
