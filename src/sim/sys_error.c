/* SPDX-License-Identifier: MIT */
/*
 * sys_error.c - the native codes of the simulated system: our own, without
 * the sign, and with SIM_ before the name.
 *
 * Codes of duosock itself, which no system has, have no native number here
 * either.
 */
#include "sys.h"

/* Those that the library gives and never a system. */
static bool is_ours_alone(duos_err err)
{
    switch (err) {
    case DUOS_EEOF:
    case DUOS_ELIMIT:
    case DUOS_EBADHANDLE:
    case DUOS_ENOSPACE:
    case DUOS_ESYNTAX:
    case DUOS_ESTATE:
    case DUOS_ESTALLED:
    case DUOS_EIDLE:
    case DUOS_EDRAINED:
    case DUOS_ESELFCONNECT:
    case DUOS_ETRUNCATED:
        return true;
    default:
        return false;
    }
}

const char *sys_err_native_name(duos_err err)
{
    switch (is_ours_alone(err) ? DUOS_OK : err) {
#define NAME_CASE(name, number, text)                                          \
    case number:                                                               \
        return "SIM_E" #name;
        DUOS_ERROR_MAP(NAME_CASE)
#undef NAME_CASE
    default:
        return "";
    }
}

int32_t sys_err_native(duos_err err)
{
    return *sys_err_native_name(err) != '\0' ? -err : 0;
}

duos_err sys_err_from_native(int32_t native)
{
    if (native < 0 || native > INT32_MAX + DUOS_ENATIVE_BASE) {
        return DUOS_EINVAL;
    }
    if (native == 0 || *sys_err_native_name(-native) != '\0') {
        return -native;
    }
    return DUOS_ENATIVE_BASE - native;
}
