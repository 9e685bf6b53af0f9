/* SPDX-License-Identifier: MIT */
/*
 * test_error_posix.c - errno and our codes, walked in both directions. The
 * list is that of the POSIX.1-2017 pages of the socket functions, and of what
 * Linux, macOS and the BSDs add on sockets.
 */
#include "posix/posix.h" /* before any system header */

#include "support/check.h"

typedef struct pair {
    int32_t native;
    duos_err err;
    int32_t usual; /* the errno that err leads back to */
    const char *usual_name;
} pair;

/* An errno that is the usual one of its code, and one that is not. */
#define USUAL(native, code)                                                    \
    {                                                                          \
        native, DUOS_E##code, native, #native                                  \
    }
#define OTHER(native, code, usual)                                             \
    {                                                                          \
        native, DUOS_E##code, usual, #usual                                    \
    }

static const pair pairs[] = {
    USUAL(EACCES, ACCES),
    USUAL(EADDRINUSE, ADDRINUSE),
    USUAL(EADDRNOTAVAIL, ADDRNOTAVAIL),
    USUAL(EAFNOSUPPORT, AFNOSUPPORT),
    OTHER(EAGAIN, WOULDBLOCK, EWOULDBLOCK),
    USUAL(EALREADY, ALREADY),
    USUAL(EBADF, BADF),
    USUAL(EBADMSG, BADMSG),
    USUAL(EBUSY, BUSY),
    USUAL(ECANCELED, CANCELED),
    USUAL(ECONNABORTED, CONNABORTED),
    USUAL(ECONNREFUSED, CONNREFUSED),
    USUAL(ECONNRESET, CONNRESET),
    USUAL(EDEADLK, DEADLOCK),
    USUAL(EDESTADDRREQ, DESTADDRREQ),
    OTHER(EDOM, RANGE, ERANGE),
    USUAL(EDQUOT, DQUOT),
    USUAL(EEXIST, EXIST),
    USUAL(EFAULT, FAULT),
    USUAL(EHOSTDOWN, HOSTDOWN),
    USUAL(EHOSTUNREACH, HOSTUNREACH),
    USUAL(EINPROGRESS, INPROGRESS),
    USUAL(EINTR, INTERRUPTED),
    USUAL(EINVAL, INVAL),
    USUAL(EIO, IO),
    USUAL(EISCONN, ISCONN),
    USUAL(EISDIR, ISDIR),
    USUAL(ELOOP, LOOP),
    USUAL(EMFILE, MFILE),
    USUAL(EMSGSIZE, MSGSIZE),
    USUAL(ENAMETOOLONG, NAMETOOLONG),
    USUAL(ENETDOWN, NETDOWN),
    USUAL(ENETRESET, NETRESET),
    USUAL(ENETUNREACH, NETUNREACH),
    USUAL(ENFILE, NFILE),
    USUAL(ENOBUFS, NOBUFS),
    USUAL(ENODEV, NODEV),
    USUAL(ENOENT, NOENT),
    USUAL(ENOLCK, NOLCK),
    USUAL(ENOMEM, NOMEM),
    USUAL(ENONET, NONET),
    USUAL(ENOPROTOOPT, NOPROTOOPT),
    USUAL(ENOSPC, NOSPC),
    OTHER(ENOSYS, NOTSUP, ENOTSUP),
    USUAL(ENOTCONN, NOTCONN),
    USUAL(ENOTDIR, NOTDIR),
    USUAL(ENOTEMPTY, NOTEMPTY),
    USUAL(ENOTSOCK, NOTSOCK),
    USUAL(ENOTTY, NOTTY),
    USUAL(ENXIO, NXIO),
    USUAL(EOPNOTSUPP, OPNOTSUPP),
    USUAL(EOVERFLOW, OVERFLOW),
    USUAL(EPERM, PERM),
    OTHER(EPFNOSUPPORT, AFNOSUPPORT, EAFNOSUPPORT),
    USUAL(EPIPE, PIPE),
    USUAL(EPROCLIM, PROCLIM),
    USUAL(EPROTO, PROTO),
    USUAL(EPROTONOSUPPORT, PROTONOSUPPORT),
    USUAL(EPROTOTYPE, PROTOTYPE),
    USUAL(ERANGE, RANGE),
    USUAL(EREMOTE, REMOTE),
    USUAL(EROFS, ROFS),
    OTHER(ESHUTDOWN, PIPE, EPIPE),
    USUAL(ESOCKTNOSUPPORT, SOCKTNOSUPPORT),
    USUAL(ESTALE, STALE),
    OTHER(ETIME, TIMEDOUT, ETIMEDOUT),
    USUAL(ETIMEDOUT, TIMEDOUT),
    USUAL(ETOOMANYREFS, TOOMANYREFS),
    USUAL(EUSERS, USERS),
    USUAL(EWOULDBLOCK, WOULDBLOCK),
};

#define PAIR_COUNT (sizeof pairs / sizeof pairs[0])

/* What this system lacks has a number beyond the greatest. */
static bool is_here(const pair *p)
{
    return p->native <= DUOS__ERRNO_MAX;
}

static const pair *pair_of(int32_t native)
{
    size_t i;

    for (i = 0; i < PAIR_COUNT; i++) {
        if (pairs[i].native == native) {
            return &pairs[i];
        }
    }
    return NULL;
}

static void test_err_from_errno_and_back(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < PAIR_COUNT; i++) {
        const pair *p = &pairs[i];

        if (!is_here(p)) {
            assert_int_equal(duos_err_native(p->err), 0);
            assert_string_equal(duos_err_native_name(p->err), "");
            continue;
        }
        assert_int_equal(duos_err_from_native(p->native), p->err);
        assert_int_equal(duos_err_native(p->err), p->usual);
        assert_string_equal(duos_err_native_name(p->err), p->usual_name);
        assert_true(strlen(duos_err_text(p->err)) > 0);
    }
}

/* On Linux the two are one number, on macOS they are not. */
static void test_err_enotsup_is_notsup_or_opnotsupp(void **state)
{
    (void)state;
    assert_int_equal(duos_err_native(DUOS_ENOTSUP), ENOTSUP);
    assert_string_equal(duos_err_native_name(DUOS_ENOTSUP), "ENOTSUP");
    assert_int_equal(duos_err_from_native(ENOTSUP),
                     ENOTSUP == EOPNOTSUPP ? DUOS_EOPNOTSUPP : DUOS_ENOTSUP);
}

/* The list above and the library's say the same, number by number. */
static void test_err_every_errno_is_in_the_list_or_passes_through(void **state)
{
    int32_t native;

    (void)state;
    for (native = 1; native <= DUOS__ERRNO_MAX; native++) {
        duos_err err = duos_err_from_native(native);

        if (pair_of(native) == NULL && native != ENOTSUP) {
            assert_int_equal(err, DUOS_ENATIVE_BASE - native);
        } else {
            assert_true(err > -1000);
        }
    }
}

static void test_err_native_of_every_code_is_in_the_list(void **state)
{
    static const duos_err codes[] = {
#define CODE(name, number, text) DUOS_E##name,
        DUOS_ERROR_MAP(CODE)
#undef CODE
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        int32_t native = duos_err_native(codes[i]);

        assert_true(native == 0 || native == ENOTSUP ||
                    pair_of(native) != NULL);
    }
}

static void test_err_beyond_every_errno_is_einval(void **state)
{
    (void)state;
    assert_int_equal(duos_err_from_native(DUOS__ERRNO_MAX + 1), DUOS_EINVAL);
    assert_int_equal(duos_err_from_native(DUOS__ERRNO_MAX + 2), DUOS_EINVAL);
}

/* What errno held before is not taken for the answer of a call. */
static void test_trap_03_errno_of_an_earlier_call_is_not_told(void **state)
{
    duos_socket none = {-1};
    duos_socket s;
    duos_addr at;

    (void)state;
    errno = ECONNREFUSED;
    assert_err(DUOS_EBADF, duos_local_addr(none, &at));
    errno = ECONNREFUSED;
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    errno = ECONNREFUSED;
    assert_ok(duos_close(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_from_errno_and_back),
        cmocka_unit_test(test_err_enotsup_is_notsup_or_opnotsupp),
        cmocka_unit_test(test_err_every_errno_is_in_the_list_or_passes_through),
        cmocka_unit_test(test_err_native_of_every_code_is_in_the_list),
        cmocka_unit_test(test_err_beyond_every_errno_is_einval),
        cmocka_unit_test(test_trap_03_errno_of_an_earlier_call_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
