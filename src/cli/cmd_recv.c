/* SPDX-License-Identifier: MIT */
/*
 * cmd_recv.c - duosock recv: listens for one file and puts it in its place
 * once it is whole.
 */
#include "args.h"
#include "cli.h"
#include "recv.h"
#include "report.h"
#include "setup.h"

#include <string.h>

#define FIELD(name) offsetof(recv_options, name)

static const arg_option options_table[] = {
    {"o", ARG_TEXT, "FILE", NULL, "where it goes; - is the standard output",
     FIELD(path)},
    {"timeout", ARG_TIME, "DUR", "0", "how long to wait for a sender",
     FIELD(timeout_ms)},
    {"idle", ARG_TIME, "DUR", "5m", "give up when no byte comes for so long",
     FIELD(idle_ms)},
    {"stats", ARG_TIME, "DUR", "0", "tell the counters every so often",
     FIELD(stats_ms)},
    ARGS_POLLER(FIELD(poller)),
    ARGS_END};

static const arg_command recv_command = {
    "recv",
    "-o FILE [ADDRESS] [options]",
    "listen for one file, and put it in place when it is whole",
    "  duosock recv -o photo.jpg          at " CLI_ADDRESS "\n"
    "  duosock recv -o photo.jpg :7700    from everywhere\n"
    "  duosock recv -o - | tar x          to the standard output\n",
    "\nThe end of the stream is the end of the file, so nc -N can send one. It"
    "\nis written to FILE.NUMBER.tmp and renamed when all has come; until then,"
    "\nand when a transfer fails, FILE stays as it was; the new one keeps its"
    "\npermissions (POSIX). The checksum at the end is that of sha256sum; see"
    "\nthat the sender's is the same. The first Ctrl-C lets a file that has"
    "\nbegun come in, the second does not.\n",
    options_table,
    NULL,
    1};

static bool check(const recv_options *options, const char *address)
{
    if (options->path == NULL) {
        say("-o FILE is missing: duosock recv -o FILE [ADDRESS]");
    } else if (strcmp(options->path, "-") == 0 && report_is_json()) {
        say("-o - and --json exclude each other");
    } else {
        return setup_check_address(address);
    }
    return false;
}

int cmd_recv(int argc, char **argv)
{
    recv_options options = {0};
    const char *address;
    os_aside *aside = NULL;
    arg_list list;
    duos_err err = DUOS_OK;

    if (!args_parse(&recv_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    address = list.count > 0 ? list.address[0] : CLI_ADDRESS;
    if (!check(&options, address)) {
        return CLI_USAGE;
    }
    if (strcmp(options.path, "-") != 0) {
        err = os_aside_open(options.path, &aside);
    }
    if (err != DUOS_OK) {
        report_failure("write", options.path, err);
        if (err == DUOS_EEXIST) {
            say("hint: what is there is no regular file; -o - writes to the "
                "standard output");
        }
        return CLI_FAILED;
    }
    return recv_run(&options, address, aside);
}
