/* SPDX-License-Identifier: MIT */
/*
 * not_linux.c - what a test hears that asks for its system, where the linker
 * puts this before the answer of support/os.h.
 */
#include <stdbool.h>

bool __wrap_os_is_linux(void);
bool __wrap_os_is_linux(void)
{
    return false;
}
