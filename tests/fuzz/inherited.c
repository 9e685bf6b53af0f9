/* SPDX-License-Identifier: MIT */
/*
 * inherited.c - F13: what the environment says of sockets that were handed
 * over. A system of the target's own stands under src/inherited.c: it gives
 * the three texts, and sockets of every kind. All are taken, or none.
 */
#include "fuzz.h"

#include "sys.h"

#include <duosock/listen.h>
#include <stdlib.h>

enum {
    FIRST = 3,
    OWN_PID = 4321,
    CAP = 6,
    TEXT_MAX = 1024
};

static char count_text[TEXT_MAX];
static char pid_text[TEXT_MAX];
static char names_text[TEXT_MAX];
static sys_handover said;
static uint8_t kinds[CAP]; /* of the sockets from FIRST on */
static unsigned disinherited;
static bool forgotten;

/* ---- the system ------------------------------------------------------- */

void sys_handover_get(sys_handover *out)
{
    *out = said;
}

void sys_handover_forget(void)
{
    forgotten = true;
}

static uint8_t kind_of(duos_socket s)
{
    fuzz_check(s.os >= FIRST && s.os < FIRST + CAP);
    return kinds[s.os - FIRST];
}

duos_err sys_disinherit(duos_socket s)
{
    if (kind_of(s) == 4) {
        return DUOS_EBADF;
    }
    disinherited |= 1u << (s.os - FIRST);
    return DUOS_OK;
}

/* 0, 4: listens; 1: datagrams; 2: a stream that does not listen; 3: none. */
duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    uint8_t kind = kind_of(s);

    if (kind == 3) {
        return DUOS_ENOTSOCK;
    }
    if (opt == DUOS_OPT_TYPE) {
        value->number = kind == 1 ? DUOS_DGRAM : DUOS_STREAM;
    } else {
        fuzz_check(opt == DUOS_OPT_LISTENING);
        value->on = kind != 2;
    }
    return DUOS_OK;
}

duos_socket duos_socket_from_os(intptr_t os)
{
    duos_socket s;

    s.os = os;
    return s;
}

/* ---- what must come out ------------------------------------------------ */

/* Digits without a leading zero, up to max; -1 otherwise. */
static int64_t number_of(const char *text, int64_t max)
{
    int64_t number = 0;
    size_t i;

    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0')) {
        return -1;
    }
    for (i = 0; text[i] != '\0'; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
        if (number > max) {
            return -1;
        }
    }
    return number;
}

/* Whether there are as many names as sockets, none too long. */
static bool names_fit(int64_t count)
{
    const char *at = names_text;
    int64_t names = 1;
    size_t len = 0;

    for (; *at != '\0'; at++) {
        len = *at == ':' ? 0 : len + 1;
        names += *at == ':';
        if (len > DUOS_INHERITED_NAME_MAX) {
            return false;
        }
    }
    return names == count;
}

/* -1: an error. */
static int64_t wanted(void)
{
    int64_t pid;
    int64_t count;
    int64_t i;

    if (said.count == NULL || said.pid == NULL) {
        return 0;
    }
    pid = number_of(pid_text, UINT32_MAX);
    if (pid != OWN_PID) {
        return pid < 0 ? -1 : 0;
    }
    count = number_of(count_text, INT32_MAX);
    if (count > CAP || (count > 0 && said.names != NULL && !names_fit(count))) {
        return -1;
    }
    for (i = 0; i < count; i++) {
        if (kinds[i] > 1) {
            return -1;
        }
    }
    return count;
}

static void check_list(const duos_inherited_socket *list, size_t count)
{
    const char *at = names_text;
    size_t i;

    for (i = 0; i < count; i++) {
        size_t len = said.names != NULL ? strcspn(at, ":") : 0;

        fuzz_check(list[i].sock.os == FIRST + (intptr_t)i);
        fuzz_check(list[i].type == (kinds[i] == 1 ? DUOS_DGRAM : DUOS_STREAM));
        fuzz_check(strlen(list[i].name) == len);
        fuzz_check(memcmp(list[i].name, at, len) == 0);
        at += len + (at[len] == ':');
    }
    fuzz_check(disinherited == (1u << count) - 1u);
}

/* Texts are parted by NULs; one that begins with 1 is not there. */
static const char *take_text(fuzz_input *in, char *text)
{
    size_t len = 0;

    while (in->left > 0) {
        char ch = (char)fuzz_byte(in);

        if (ch == '\0') {
            break;
        }
        if (len < TEXT_MAX - 1) {
            text[len++] = ch;
        }
    }
    text[len] = '\0';
    return text[0] == '\1' ? NULL : text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    duos_inherited_socket list[CAP];
    duos_inherited_socket before[CAP];
    size_t count = 77;
    bool forget = fuzz_byte(&in) % 2 != 0;
    size_t i;
    duos_err err;

    for (i = 0; i < CAP; i++) {
        kinds[i] = fuzz_byte(&in);
        kinds[i] = kinds[i] < 240 ? kinds[i] % 2 : kinds[i] % 5;
    }
    said.pid = take_text(&in, pid_text);
    said.count = take_text(&in, count_text);
    said.names = take_text(&in, names_text);
    said.own_pid = OWN_PID;
    said.first = FIRST;
    disinherited = 0;
    forgotten = false;
    memset(list, 0xa5, sizeof list);
    memset(before, 0xa5, sizeof before);
    err = duos_inherited(forget, list, CAP, &count);
    if (err == DUOS_OK) {
        fuzz_check((int64_t)count == wanted());
        check_list(list, count);
    } else {
        fuzz_check(wanted() < 0 && count == 77);
        fuzz_check(memcmp(list, before, sizeof list) == 0);
    }
    fuzz_check(forgotten == (forget && err == DUOS_OK));
    return 0;
}
