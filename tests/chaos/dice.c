/* SPDX-License-Identifier: MIT */
/*
 * dice.c - the choices of a world: SplitMix64 from its seed, or bytes that
 * somebody chose, as long as there are some. Not the simulator's generator,
 * so that a world's own choices do not depend on what the library does.
 */
#include "chaos.h"

static uint32_t roll(chaos_dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t chaos_below(chaos_world *w, uint32_t n)
{
    chaos_dice *dice = &w->dice;
    uint32_t value;

    if (dice->left == 0) {
        return (uint32_t)((uint64_t)roll(dice) * n >> 32);
    }
    value = *dice->at++;
    dice->left--;
    if (n > 256 && dice->left > 0) {
        value = value << 8 | *dice->at++;
        dice->left--;
    }
    return value % n;
}

uint32_t chaos_pick(chaos_world *w, const uint32_t *list, size_t count)
{
    return list[chaos_below(w, (uint32_t)count)];
}

bool chaos_one_in(chaos_world *w, uint32_t n)
{
    return chaos_below(w, n) == 0;
}
