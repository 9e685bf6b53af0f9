/* SPDX-License-Identifier: MIT */
/*
 * eai.c - what getaddrinfo and getnameinfo fail with. Their codes are no
 * errno; each gets one of ours (trap 73).
 */
#include "posix.h"

/* Our name without its E, the EAI code. */
#define EAI_MAP(X)                                                             \
    X(NONAME, EAI_NONAME)                                                      \
    X(NODATA, DUOS__EAI_NODATA)                                                \
    X(NODATA, DUOS__EAI_ADDRFAMILY)                                            \
    X(TRYAGAIN, EAI_AGAIN)                                                     \
    X(NORECOVERY, EAI_FAIL)                                                    \
    X(NOMEM, EAI_MEMORY)                                                       \
    X(AFNOSUPPORT, EAI_FAMILY)                                                 \
    X(SOCKTNOSUPPORT, EAI_SOCKTYPE)                                            \
    X(NOENT, EAI_SERVICE)                                                      \
    X(INVAL, EAI_BADFLAGS)                                                     \
    X(NAMETOOLONG, EAI_OVERFLOW)

duos_err duos__eai_error(int code, int native)
{
    switch (code) {
#define EAI_CASE(name, eai)                                                    \
    case eai:                                                                  \
        return DUOS_E##name;
        EAI_MAP(EAI_CASE)
#undef EAI_CASE
    case EAI_SYSTEM:
        return native != 0 ? sys_err_from_native(native) : DUOS_ENORECOVERY;
    default:
        return DUOS_ENORECOVERY;
    }
}
