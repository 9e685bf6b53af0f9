/* SPDX-License-Identifier: MIT */
/*
 * nick.c - characters that a name must not have.
 */
#include "nick.h"

#include "utf8.h"

#include <string.h>

const char nick_too_long[] = "longer than 32 characters";

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* Nothing to see, or not where it belongs: controls, spaces, marks of format
 * and direction, fillers, private use, no characters. In order. */
static const range unseen[] = {
    {0x0000, 0x0020},    {0x007F, 0x00A0},   {0x00AD, 0x00AD},
    {0x034F, 0x034F},    {0x0600, 0x0605},   {0x061C, 0x061C},
    {0x06DD, 0x06DD},    {0x070F, 0x070F},   {0x0890, 0x0891},
    {0x08E2, 0x08E2},    {0x115F, 0x1160},   {0x1680, 0x1680},
    {0x17B4, 0x17B5},    {0x180B, 0x180F},   {0x2000, 0x200F},
    {0x2028, 0x202F},    {0x205F, 0x206F},   {0x2800, 0x2800},
    {0x3000, 0x3000},    {0x3164, 0x3164},   {0xD800, 0xF8FF},
    {0xFDD0, 0xFDEF},    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},    {0xFFF0, 0xFFFB},   {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3},  {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
    {0xF0000, 0x10FFFF},
};

static bool is_seen(uint32_t code)
{
    size_t i;

    for (i = 0; i < sizeof unseen / sizeof unseen[0]; i++) {
        if (code <= unseen[i].last) {
            break;
        }
    }
    return (i == sizeof unseen / sizeof unseen[0] || code < unseen[i].first) &&
           (code & 0xFFFE) != 0xFFFE;
}

static const char *check_characters(const char *text, size_t len)
{
    size_t count = 0;

    while (len > 0) {
        uint32_t code;
        size_t length;

        if (utf8_next(text, len, &code, &length) != UTF8_VALID) {
            return "not UTF-8";
        }
        if (!is_seen(code)) {
            return "spaces and characters that nobody sees are not allowed";
        }
        if (code == ':') {
            return "a colon is not allowed";
        }
        if (++count > NICK_MAX) {
            return nick_too_long;
        }
        text += length;
        len -= length;
    }
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool nick_same(const char *a, const char *b)
{
    size_t len = strlen(a);

    return strlen(b) == len && same(a, b, len);
}

const char *nick_complaint(const char *text, size_t len)
{
    static const char reserved[] = "server";

    if (len == 0) {
        return "empty";
    }
    if (text[0] == '*' || text[0] == '/') {
        return "it must not begin with * or /";
    }
    if (len == sizeof reserved - 1 && same(text, reserved, len)) {
        return "reserved";
    }
    return check_characters(text, len);
}
