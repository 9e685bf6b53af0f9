/* SPDX-License-Identifier: MIT */
/*
 * serve_mode.c - which modes duosock serve has, and the two that need no file
 * of their own.
 */
#include "escape.h"
#include "serve.h"

#include <string.h>

static void on_data_echo(duos_conn *conn, const void *data, size_t len,
                         void *user)
{
    (void)user;
    serve_send(conn, data, len);
}

const serve_mode serve_echo = {.name = "echo", .on_data = on_data_echo};

/* Nobody is told of bytes that nobody wants. */
static const serve_mode serve_discard = {.name = "discard"};

static const serve_mode *const modes[] = {
    &serve_echo,    &serve_discard, &serve_chat,  &serve_chargen,
    &serve_daytime, &serve_time,    &serve_relay,
};

/* Whether a text names the mode; rest is what follows the name. */
static bool is_named(const serve_mode *mode, const char *text,
                     const char **rest)
{
    size_t len = strlen(mode->name);
    bool with_address = mode->name[len - 1] == '=';

    *rest = text + len;
    return strncmp(mode->name, text, len) == 0 &&
           (**rest != '\0') == with_address;
}

bool serve_choose_mode(serve *s)
{
    const char *text = s->options->mode;
    char safe[128];
    size_t i;

    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (is_named(modes[i], text, &s->mode_address)) {
            s->mode = modes[i];
            return true;
        }
    }
    escape_line(safe, sizeof safe, text);
    say("--mode " SERVE_MODES ": '%s' is not one of its values", safe);
    return false;
}
