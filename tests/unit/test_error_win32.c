/* SPDX-License-Identifier: MIT */
/*
 * test_error_win32.c - WSA codes and NTSTATUS values and our codes, walked in
 * both directions. The numbers are those that Microsoft documents for
 * Winsock, typed out, so that a wrong header is found out, too.
 */
#define WIN32_NO_STATUS /* ntstatus.h has all, windows.h only a few */
#include "win32/afd.h"
#undef WIN32_NO_STATUS

#include <winternl.h>

#include <ntstatus.h>

#include "support/check.h"

typedef struct pair {
    int32_t number;
    int32_t native;
    duos_err err;
    int32_t usual; /* the native code that err leads back to */
    const char *usual_name;
} pair;

/* A code that is the usual one of ours, and one that is not. */
#define USUAL(number, native, code)                                            \
    {                                                                          \
        number, native, DUOS_E##code, native, #native                          \
    }
#define OTHER(number, native, code, usual)                                     \
    {                                                                          \
        number, native, DUOS_E##code, usual, #usual                            \
    }

/* WSAEDISCON alone leads to a code of duosock's own, from which none leads. */
static const pair pairs[] = {
    USUAL(2, ERROR_FILE_NOT_FOUND, NOENT),
    OTHER(3, ERROR_PATH_NOT_FOUND, NOENT, ERROR_FILE_NOT_FOUND),
    OTHER(5, ERROR_ACCESS_DENIED, ACCES, WSAEACCES),
    OTHER(6, WSA_INVALID_HANDLE, BADF, WSAEBADF),
    USUAL(8, WSA_NOT_ENOUGH_MEMORY, NOMEM),
    OTHER(14, ERROR_OUTOFMEMORY, NOMEM, WSA_NOT_ENOUGH_MEMORY),
    USUAL(32, ERROR_SHARING_VIOLATION, BUSY),
    OTHER(39, ERROR_HANDLE_DISK_FULL, NOSPC, ERROR_DISK_FULL),
    OTHER(87, WSA_INVALID_PARAMETER, INVAL, WSAEINVAL),
    OTHER(109, ERROR_BROKEN_PIPE, PIPE, WSAESHUTDOWN),
    USUAL(112, ERROR_DISK_FULL, NOSPC),
    OTHER(123, ERROR_INVALID_NAME, NOENT, ERROR_FILE_NOT_FOUND),
    OTHER(232, ERROR_NO_DATA, PIPE, WSAESHUTDOWN),
    OTHER(233, ERROR_PIPE_NOT_CONNECTED, PIPE, WSAESHUTDOWN),
    USUAL(995, WSA_OPERATION_ABORTED, CANCELED),
    OTHER(996, WSA_IO_INCOMPLETE, INPROGRESS, WSAEINPROGRESS),
    OTHER(997, WSA_IO_PENDING, INPROGRESS, WSAEINPROGRESS),
    OTHER(1113, ERROR_NO_UNICODE_TRANSLATION, INVAL, WSAEINVAL),
    USUAL(10004, WSAEINTR, INTERRUPTED),
    USUAL(10009, WSAEBADF, BADF),
    USUAL(10013, WSAEACCES, ACCES),
    USUAL(10014, WSAEFAULT, FAULT),
    USUAL(10022, WSAEINVAL, INVAL),
    USUAL(10024, WSAEMFILE, MFILE),
    USUAL(10035, WSAEWOULDBLOCK, WOULDBLOCK),
    USUAL(10036, WSAEINPROGRESS, INPROGRESS),
    USUAL(10037, WSAEALREADY, ALREADY),
    USUAL(10038, WSAENOTSOCK, NOTSOCK),
    USUAL(10039, WSAEDESTADDRREQ, DESTADDRREQ),
    USUAL(10040, WSAEMSGSIZE, MSGSIZE),
    USUAL(10041, WSAEPROTOTYPE, PROTOTYPE),
    USUAL(10042, WSAENOPROTOOPT, NOPROTOOPT),
    USUAL(10043, WSAEPROTONOSUPPORT, PROTONOSUPPORT),
    USUAL(10044, WSAESOCKTNOSUPPORT, SOCKTNOSUPPORT),
    USUAL(10045, WSAEOPNOTSUPP, OPNOTSUPP),
    OTHER(10046, WSAEPFNOSUPPORT, AFNOSUPPORT, WSAEAFNOSUPPORT),
    USUAL(10047, WSAEAFNOSUPPORT, AFNOSUPPORT),
    USUAL(10048, WSAEADDRINUSE, ADDRINUSE),
    USUAL(10049, WSAEADDRNOTAVAIL, ADDRNOTAVAIL),
    USUAL(10050, WSAENETDOWN, NETDOWN),
    USUAL(10051, WSAENETUNREACH, NETUNREACH),
    USUAL(10052, WSAENETRESET, NETRESET),
    USUAL(10053, WSAECONNABORTED, CONNABORTED),
    USUAL(10054, WSAECONNRESET, CONNRESET),
    USUAL(10055, WSAENOBUFS, NOBUFS),
    USUAL(10056, WSAEISCONN, ISCONN),
    USUAL(10057, WSAENOTCONN, NOTCONN),
    USUAL(10058, WSAESHUTDOWN, PIPE),
    USUAL(10059, WSAETOOMANYREFS, TOOMANYREFS),
    USUAL(10060, WSAETIMEDOUT, TIMEDOUT),
    USUAL(10061, WSAECONNREFUSED, CONNREFUSED),
    USUAL(10062, WSAELOOP, LOOP),
    USUAL(10063, WSAENAMETOOLONG, NAMETOOLONG),
    USUAL(10064, WSAEHOSTDOWN, HOSTDOWN),
    USUAL(10065, WSAEHOSTUNREACH, HOSTUNREACH),
    USUAL(10066, WSAENOTEMPTY, NOTEMPTY),
    USUAL(10067, WSAEPROCLIM, PROCLIM),
    USUAL(10068, WSAEUSERS, USERS),
    USUAL(10069, WSAEDQUOT, DQUOT),
    USUAL(10070, WSAESTALE, STALE),
    USUAL(10071, WSAEREMOTE, REMOTE),
    USUAL(10091, WSASYSNOTREADY, NOTREADY),
    OTHER(10092, WSAVERNOTSUPPORTED, NOTREADY, WSASYSNOTREADY),
    OTHER(10093, WSANOTINITIALISED, NOTREADY, WSASYSNOTREADY),
    {10101, WSAEDISCON, DUOS_EEOF, 0, ""},
    OTHER(10102, WSAENOMORE, NOMORE, WSA_E_NO_MORE),
    OTHER(10103, WSAECANCELLED, CANCELED, WSA_OPERATION_ABORTED),
    OTHER(10104, WSAEINVALIDPROCTABLE, PROVIDER, WSAEINVALIDPROVIDER),
    USUAL(10105, WSAEINVALIDPROVIDER, PROVIDER),
    OTHER(10106, WSAEPROVIDERFAILEDINIT, PROVIDER, WSAEINVALIDPROVIDER),
    USUAL(10107, WSASYSCALLFAILURE, IO),
    OTHER(10108, WSASERVICE_NOT_FOUND, NOENT, ERROR_FILE_NOT_FOUND),
    OTHER(10109, WSATYPE_NOT_FOUND, NOENT, ERROR_FILE_NOT_FOUND),
    USUAL(10110, WSA_E_NO_MORE, NOMORE),
    OTHER(10111, WSA_E_CANCELLED, CANCELED, WSA_OPERATION_ABORTED),
    OTHER(10112, WSAEREFUSED, NORECOVERY, WSANO_RECOVERY),
    USUAL(11001, WSAHOST_NOT_FOUND, NONAME),
    USUAL(11002, WSATRY_AGAIN, TRYAGAIN),
    USUAL(11003, WSANO_RECOVERY, NORECOVERY),
    USUAL(11004, WSANO_DATA, NODATA),
    OTHER(11005, WSA_QOS_RECEIVERS, QOSNEWS, WSA_QOS_REQUEST_CONFIRMED),
    OTHER(11006, WSA_QOS_SENDERS, QOSNEWS, WSA_QOS_REQUEST_CONFIRMED),
    OTHER(11007, WSA_QOS_NO_SENDERS, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11008, WSA_QOS_NO_RECEIVERS, QOS, WSA_QOS_GENERIC_ERROR),
    USUAL(11009, WSA_QOS_REQUEST_CONFIRMED, QOSNEWS),
    OTHER(11010, WSA_QOS_ADMISSION_FAILURE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11011, WSA_QOS_POLICY_FAILURE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11012, WSA_QOS_BAD_STYLE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11013, WSA_QOS_BAD_OBJECT, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11014, WSA_QOS_TRAFFIC_CTRL_ERROR, QOS, WSA_QOS_GENERIC_ERROR),
    USUAL(11015, WSA_QOS_GENERIC_ERROR, QOS),
    OTHER(11016, WSA_QOS_ESERVICETYPE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11017, WSA_QOS_EFLOWSPEC, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11018, WSA_QOS_EPROVSPECBUF, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11019, WSA_QOS_EFILTERSTYLE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11020, WSA_QOS_EFILTERTYPE, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11021, WSA_QOS_EFILTERCOUNT, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11022, WSA_QOS_EOBJLENGTH, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11023, WSA_QOS_EFLOWCOUNT, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11024, WSA_QOS_EUNKOWNPSOBJ, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11025, WSA_QOS_EPOLICYOBJ, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11026, WSA_QOS_EFLOWDESC, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11027, WSA_QOS_EPSFLOWSPEC, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11028, WSA_QOS_EPSFILTERSPEC, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11029, WSA_QOS_ESDMODEOBJ, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11030, WSA_QOS_ESHAPERATEOBJ, QOS, WSA_QOS_GENERIC_ERROR),
    OTHER(11031, WSA_QOS_RESERVED_PETYPE, QOS, WSA_QOS_GENERIC_ERROR),
};

#define PAIR_COUNT (sizeof pairs / sizeof pairs[0])

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

static void test_err_from_wsa_code_and_back(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < PAIR_COUNT; i++) {
        const pair *p = &pairs[i];

        assert_int_equal(p->native, p->number);
        assert_int_equal(duos_err_from_native(p->native), p->err);
        assert_int_equal(duos_err_native(p->err), p->usual);
        assert_string_equal(duos_err_native_name(p->err), p->usual_name);
        assert_true(strlen(duos_err_text(p->err)) > 0);
    }
}

static void test_err_every_number_is_in_the_list_or_passes_through(void **state)
{
    int32_t native;

    (void)state;
    for (native = 1; native < 20000; native++) {
        if (pair_of(native) == NULL) {
            assert_int_equal(duos_err_from_native(native),
                             DUOS_ENATIVE_BASE - native);
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

        assert_true(native == 0 || pair_of(native) != NULL);
    }
}

/* getaddrinfo answers with these; POSIX has its EAI codes for the same. */
static void test_trap_73_codes_of_getaddrinfo_are_wsa_codes(void **state)
{
    (void)state;
    assert_int_equal(duos_err_from_native(EAI_AGAIN), DUOS_ETRYAGAIN);
    assert_int_equal(duos_err_from_native(EAI_BADFLAGS), DUOS_EINVAL);
    assert_int_equal(duos_err_from_native(EAI_FAIL), DUOS_ENORECOVERY);
    assert_int_equal(duos_err_from_native(EAI_FAMILY), DUOS_EAFNOSUPPORT);
    assert_int_equal(duos_err_from_native(EAI_MEMORY), DUOS_ENOMEM);
    assert_int_equal(duos_err_from_native(EAI_NONAME), DUOS_ENONAME);
    assert_int_equal(duos_err_from_native(EAI_SERVICE), DUOS_ENOENT);
    assert_int_equal(duos_err_from_native(EAI_SOCKTYPE), DUOS_ESOCKTNOSUPPORT);
    assert_int_equal(duos_err_from_native(WSANO_DATA), DUOS_ENODATA);
}

/* What WSAGetLastError held before is not taken for the answer of a call. */
static void test_trap_03_code_of_an_earlier_call_is_not_told(void **state)
{
    duos_socket none = {-1};
    duos_socket s;
    duos_addr at;

    (void)state;
    WSASetLastError(WSAECONNREFUSED);
    assert_err(DUOS_EBADF, duos_local_addr(none, &at));
    WSASetLastError(WSAECONNREFUSED);
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    WSASetLastError(WSAECONNREFUSED);
    assert_ok(duos_close(&s));
}

/* ---- NTSTATUS --------------------------------------------------------- */

static void test_err_from_nt_status(void **state)
{
    static const struct {
        duos__nt_status status;
        duos_err err;
    } known[] = {{STATUS_CONNECTION_REFUSED, DUOS_ECONNREFUSED},
                 {STATUS_REMOTE_NOT_LISTENING, DUOS_ECONNREFUSED},
                 {STATUS_CONNECTION_RESET, DUOS_ECONNRESET},
                 {STATUS_REMOTE_DISCONNECT, DUOS_ECONNRESET},
                 {STATUS_CONNECTION_ABORTED, DUOS_ECONNABORTED},
                 {STATUS_LOCAL_DISCONNECT, DUOS_ECONNABORTED},
                 {STATUS_GRACEFUL_DISCONNECT, DUOS_EEOF},
                 {STATUS_CANCELLED, DUOS_ECANCELED},
                 {STATUS_INVALID_HANDLE, DUOS_EBADF},
                 {STATUS_FILE_CLOSED, DUOS_EBADF},
                 {STATUS_OBJECT_TYPE_MISMATCH, DUOS_ENOTSOCK},
                 {STATUS_IO_TIMEOUT, DUOS_ETIMEDOUT},
                 {STATUS_INSUFFICIENT_RESOURCES, DUOS_ENOMEM},
                 {STATUS_QUOTA_EXCEEDED, DUOS_ENOMEM},
                 {STATUS_NO_MEMORY, DUOS_ENOMEM},
                 {STATUS_NETWORK_UNREACHABLE, DUOS_ENETUNREACH},
                 {STATUS_HOST_UNREACHABLE, DUOS_EHOSTUNREACH},
                 {STATUS_ADDRESS_ALREADY_EXISTS, DUOS_EADDRINUSE},
                 {STATUS_INVALID_ADDRESS_COMPONENT, DUOS_EADDRNOTAVAIL},
                 {STATUS_ACCESS_DENIED, DUOS_EACCES},
                 {STATUS_INVALID_PARAMETER, DUOS_EINVAL},
                 {STATUS_NOT_SUPPORTED, DUOS_EOPNOTSUPP}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(duos__nt_error(known[i].status), known[i].err);
        assert_string_not_equal(duos_err_name(known[i].err), "EUNKNOWN");
    }
}

static void test_err_from_nt_status_that_is_none_of_afds(void **state)
{
    (void)state;
    assert_int_equal(duos__nt_error(STATUS_SUCCESS), DUOS_OK);
    assert_int_equal(duos__nt_error(STATUS_PENDING), DUOS_OK);
    assert_int_equal(duos__nt_error(STATUS_DISK_FULL), DUOS_OK);
}

/* A poll that failed: cancelled, of a socket that is gone, or broken. */
static void test_SY12_err_of_a_failed_poll_is_an_event(void **state)
{
    duos__afd_request request;

    (void)state;
    memset(&request, 0, sizeof request);
    request.poll.count = 1;
    request.poll.events = DUOS__AFD_RECEIVE;
    assert_int_equal(duos__afd_found(&request), DUOS__AFD_RECEIVE);
    request.io.result.status = STATUS_CANCELLED;
    assert_int_equal(duos__afd_found(&request), 0);
    request.io.result.status = STATUS_FILE_CLOSED;
    assert_int_equal(duos__afd_found(&request), DUOS__AFD_LOCAL_CLOSE);
    request.io.result.status = STATUS_OBJECT_TYPE_MISMATCH;
    assert_int_equal(duos__afd_found(&request), DUOS__AFD_LOCAL_CLOSE);
    request.io.result.status = STATUS_CONNECTION_RESET;
    assert_int_equal(duos__afd_found(&request), DUOS__AFD_ABORT);
    request.io.result.status = STATUS_DISK_FULL;
    assert_int_equal(duos__afd_found(&request), DUOS__AFD_ABORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_from_wsa_code_and_back),
        cmocka_unit_test(
            test_err_every_number_is_in_the_list_or_passes_through),
        cmocka_unit_test(test_err_native_of_every_code_is_in_the_list),
        cmocka_unit_test(test_trap_73_codes_of_getaddrinfo_are_wsa_codes),
        cmocka_unit_test(test_trap_03_code_of_an_earlier_call_is_not_told),
        cmocka_unit_test(test_err_from_nt_status),
        cmocka_unit_test(test_err_from_nt_status_that_is_none_of_afds),
        cmocka_unit_test(test_SY12_err_of_a_failed_poll_is_an_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
