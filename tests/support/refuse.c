/* SPDX-License-Identifier: MIT */
/*
 * refuse.c - counts the calls that could be refused and picks one. Other
 * threads make such calls at the same time, hence the lock.
 */
#include "support/refuse.h"

static struct {
    bool armed;
    uintptr_t owner;
    unsigned left; /* calls until the one that is refused, and that one */
    refuse_how how;
    const char *name;
    const char *struck;
    int code;
} refusal;

#define NAMES_MAX 100

refuse_tally refuse_tallies[NAMES_MAX];
size_t refuse_tally_count;

void refuse_begin(unsigned k, refuse_how how, const char *name)
{
    refuse_lock();
    refusal.owner = refuse_thread();
    refusal.left = k;
    refusal.how = how;
    refusal.name = name;
    refusal.struck = NULL;
    refusal.code = 0;
    refusal.armed = true;
    refuse_unlock();
}

const char *refuse_end(void)
{
    refuse_lock();
    refusal.armed = false;
    refuse_unlock();
    return refusal.struck;
}

duos_err refuse_code(void)
{
    return duos_err_from_native(refusal.code);
}

int refuse_native(void)
{
    return refusal.code;
}

static bool is_meant(const char *name, bool interruptible)
{
    if (!refusal.armed || refusal.owner != refuse_thread()) {
        return false;
    }
    if (refusal.name != NULL && strcmp(refusal.name, name) != 0) {
        return false;
    }
    return refusal.how != REFUSE_INTERRUPT || interruptible;
}

static void count(const char *name)
{
    size_t i;

    for (i = 0; i < refuse_tally_count; i++) {
        if (strcmp(refuse_tallies[i].name, name) == 0) {
            refuse_tallies[i].calls++;
            return;
        }
    }
    if (i < NAMES_MAX) {
        refuse_tallies[i].name = name;
        refuse_tallies[i].calls = 1;
        refuse_tally_count++;
    }
}

void refuse_saw(const char *name)
{
    refuse_lock();
    if (is_meant(name, false)) {
        count(name);
    }
    refuse_unlock();
}

bool refuse_strikes(const char *name, int code, bool interruptible)
{
    bool refused = false;

    refuse_lock();
    if (is_meant(name, interruptible)) {
        count(name);
        refused = refusal.left > 0 && --refusal.left == 0;
    }
    if (refused) {
        refusal.struck = name;
        refusal.code =
            refusal.how == REFUSE_INTERRUPT ? refuse_interrupted : code;
        refusal.left = refusal.how == REFUSE_ALWAYS;
    }
    refuse_unlock();
    return refused;
}
