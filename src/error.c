/* SPDX-License-Identifier: MIT */
/*
 * error.c - names and texts of the codes; what is native comes from the seam.
 */
#include <duosock/error.h>

#include "sys.h"

/* Two entries with one number would not compile as cases. */
const char *duos_err_name(duos_err err)
{
    switch (err) {
    case DUOS_OK:
        return "OK";
#define NAME_CASE(name, number, text)                                          \
    case number:                                                               \
        return "E" #name;
        DUOS_ERROR_MAP(NAME_CASE)
#undef NAME_CASE
    default:
        return err < DUOS_ENATIVE_BASE ? "ENATIVE" : "EUNKNOWN";
    }
}

const char *duos_err_text(duos_err err)
{
    switch (err) {
    case DUOS_OK:
        return "no error";
#define TEXT_CASE(name, number, text)                                          \
    case number:                                                               \
        return text;
        DUOS_ERROR_MAP(TEXT_CASE)
#undef TEXT_CASE
    default:
        return err < DUOS_ENATIVE_BASE ? "system error without a name"
                                       : "unknown error";
    }
}

int32_t duos_err_native(duos_err err)
{
    if (err < DUOS_ENATIVE_BASE) {
        return DUOS_ENATIVE_BASE - err;
    }
    return sys_err_native(err);
}

const char *duos_err_native_name(duos_err err)
{
    return sys_err_native_name(err);
}

duos_err duos_err_from_native(int32_t native)
{
    return native == 0 ? DUOS_OK : sys_err_from_native(native);
}
