/* SPDX-License-Identifier: MIT */
/*
 * words.c - what guests say: to an echo or a sink any bytes, in a chat lines
 * that make sense, and some that do not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos.h"

void chaos_said(chaos_guest *g, const void *data, size_t len)
{
    if (g->said_len + len > g->said_room) {
        g->said_room = (g->said_len + len) * 2;
        g->said = (unsigned char *)realloc(g->said, g->said_room);
        if (g->said == NULL) {
            abort();
        }
    }
    if (len > 0) {
        memcpy(g->said + g->said_len, data, len);
        g->said_len += len;
    }
}

/* ---- greetings --------------------------------------------------------- */

uint32_t chaos_header(const chaos_guest *g, unsigned char *out)
{
    static const unsigned char head[] = {
        '\r', '\n', '\r', '\n', 0,  '\r', '\n', 'Q', 'U', 'I', 'T',
        '\n', 0x21, 0x11, 0,    15, 192,  0,    2,   1,   192, 0,
        2,    2,    0,    80,   0,  81,   4,    0,   0};

    if (g->number % 3 == 0) {
        memcpy(out, head, sizeof head);
        return sizeof head;
    }
    return (uint32_t)snprintf((char *)out, CHAOS_PIECE_MAX,
                              "PROXY TCP4 192.0.2.%u 192.0.2.2 80 81\r\n",
                              (unsigned)(g->number % 256));
}

/* ---- any bytes --------------------------------------------------------- */

static uint32_t noise(chaos_guest *g, uint32_t most, unsigned char *out)
{
    uint32_t len = 1 + chaos_below(g->world, most);
    uint32_t value = chaos_below(g->world, 256);
    uint32_t i;

    for (i = 0; i < len; i++) {
        value = value * 1664525u + 1013904223u;
        out[i] = (unsigned char)(value >> 24);
    }
    return len;
}

/* ---- lines ------------------------------------------------------------- */

/* Names clash now and then, also with the name of another case. */
static int name(chaos_guest *g, char *out, size_t cap, const char *before)
{
    static const char *const odd[] = {"*",   "",   "server", "a b",
                                      "x:y", "G1", "\xff",   "/me"};
    chaos_world *w = g->world;

    if (chaos_one_in(w, 12)) {
        return snprintf(out, cap, "%s%s\n", before,
                        odd[chaos_below(w, sizeof odd / sizeof odd[0])]);
    }
    return snprintf(out, cap, "%sg%u%s\n", before, (unsigned)g->number,
                    chaos_one_in(w, 2) ? "" : "_");
}

static int sentence(chaos_guest *g, char *out, size_t cap)
{
    static const char *const forms[] = {
        "line %u of %u\n",    "%u\x07\x1b[2J%u\n", "/me does %u (%u)\r\n",
        "%u caf\xc3\xa9%u\n", "%u \xc3\n%u\n",     "/no %u %u\n",
        "\n%u\n%u\n",         "%u%% %u\n"};

    return snprintf(out, cap, forms[chaos_below(g->world, 8)],
                    (unsigned)g->words++, (unsigned)g->number);
}

/* Longer than any line may be. */
static int rant(chaos_guest *g, char *out, size_t cap)
{
    size_t len = g->world->plan.max_line + chaos_below(g->world, 4);

    len = len < cap - 2 ? len : cap - 2;
    memset(out, 'r', len);
    out[len] = '\n';
    return (int)len + 1;
}

static int line(chaos_guest *g, char *out, size_t cap)
{
    switch (chaos_below(g->world, 40)) {
    case 0:
    case 1:
        return snprintf(out, cap, "/who\n");
    case 2:
    case 3:
    case 4:
        return name(g, out, cap, "/nick ");
    case 5:
        return snprintf(out, cap, "no end of line %u", (unsigned)g->words++);
    case 6:
        return rant(g, out, cap);
    case 7:
        return snprintf(out, cap, chaos_one_in(g->world, 4) ? "/quit\n" : "\n");
    default:
        return sentence(g, out, cap);
    }
}

static uint32_t talk(chaos_guest *g, uint32_t most, unsigned char *out)
{
    char text[1200];
    uint32_t len = 0;
    int lines = 1 + (int)chaos_below(g->world, 4);

    if (!g->named) {
        g->named = true;
        return (uint32_t)name(g, (char *)out, CHAOS_PIECE_MAX, "");
    }
    for (; lines > 0; lines--) {
        uint32_t n = (uint32_t)line(g, text, sizeof text);

        if (len > 0 && len + n > most) {
            break;
        }
        memcpy(out + len, text, n);
        len += n;
    }
    return len;
}

/* Pieces with a byte for their length; behind the last one it is silent. */
static uint32_t recite(chaos_guest *g, unsigned char *out)
{
    chaos_dice *speech = &g->world->speech;
    uint32_t len;

    if (speech->left < 2) {
        g->pieces_left = 1;
        out[0] = '\n';
        return 1;
    }
    len = 1 + (uint32_t)*speech->at++ % 64;
    speech->left--;
    len = len < speech->left ? len : (uint32_t)speech->left;
    memcpy(out, speech->at, len);
    speech->at += len;
    speech->left -= len;
    return len;
}

uint32_t chaos_words(chaos_guest *g, uint32_t most, unsigned char *out)
{
    if (g->world->speech.at != NULL) {
        return recite(g, out);
    }
    return g->world->plan.mode == CHAOS_CHAT ? talk(g, most, out)
                                             : noise(g, most, out);
}
