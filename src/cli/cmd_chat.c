/* SPDX-License-Identifier: MIT */
/*
 * cmd_chat.c - duosock chat: a client for the room of duosock serve.
 */
#include "args.h"
#include "chat_client.h"
#include "cli.h"
#include "nick.h"
#include "say.h"

#include <string.h>

#define FIELD(name) offsetof(chat_options, name)

static const arg_option options_table[] = {
    {"nick", ARG_TEXT, "NAME", NULL, "your name: 1 to 32 characters, no spaces",
     FIELD(nick)},
    {"idle", ARG_TIME, "DUR", "0", "give up when no byte moves for so long",
     FIELD(idle_ms)},
    ARGS_END};

static const arg_command chat_command = {
    "chat",
    "[ADDRESS] --nick NAME [options]",
    "talk in the room of duosock serve --mode chat",
    "  duosock chat --nick bob                  talk at " CLI_ADDRESS "\n"
    "  duosock chat 192.0.2.7:7700 --nick bob   somewhere else\n"
    "  echo hello | duosock chat --nick bob     say one thing and leave\n",
    "\nEach line goes to all others, who see it as \"bob: hello\". /who lists"
    " them,\n/nick NAME changes your name, /me TEXT says what you do, /quit"
    " leaves. Lines\nthat begin with \"* \" come from the server. A line has at"
    " most 1024 bytes.\nThe server's answer to NAME may take as long again as"
    " --timeout says. With\n--retry it comes back as NAME; what was on its way"
    " when the connection was\nlost is not said again.\n",
    options_table,
    client_rows,
    1};

static bool check_nick(const char *nick)
{
    const char *complaint =
        nick != NULL ? nick_complaint(nick, strlen(nick)) : "missing";

    if (complaint != NULL) {
        say("--nick NAME: %s", complaint);
    }
    return complaint == NULL;
}

int cmd_chat(int argc, char **argv)
{
    chat_options options = {0};
    arg_list list;

    if (!args_parse(&chat_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (!check_nick(options.nick)) {
        return CLI_USAGE;
    }
    return chat_client_run(&options,
                           list.count > 0 ? list.address[0] : CLI_ADDRESS);
}
