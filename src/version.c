/* SPDX-License-Identifier: MIT */
/*
 * version.c - which duosock this is.
 */
#include <duosock/config.h>

const char *duos_version(void)
{
    return DUOS_VERSION_STRING;
}
