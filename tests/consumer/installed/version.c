/* SPDX-License-Identifier: MIT */
/*
 * version.c - the least that an application does: it asks which library it
 * got, and whether that is the one of its headers.
 */
#include <duosock/duosock.h>
#include <string.h>

int main(void)
{
    return strcmp(duos_version(), DUOS_VERSION_STRING) != 0;
}
