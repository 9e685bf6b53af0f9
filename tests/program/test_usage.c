/* SPDX-License-Identifier: MIT */
/*
 * test_usage.c - duosock's help, version, mistakes and their exit codes.
 */
#include "program/program.h"

/* Every help goes to stdout, begins with examples and ends with 0. */
static void check_help(const char *const args[])
{
    run_result r;

    program_run(&r, "empty", args);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_contains(r.out, "Examples:\n  duosock ");
    run_free(&r);
}

static void test_help_of_each_command_is_printed_to_stdout(void **state)
{
    static const char *const calls[][3] = {
        {"--help", NULL, NULL},      {"-h", NULL, NULL},
        {"serve", "--help", NULL},   {"serve", "-h", NULL},
        {"connect", "--help", NULL}, {"connect", "-vh", NULL},
        {"chat", "--help", NULL},    {"selftest", "--help", NULL},
        {"probe", "--help", NULL},   {"send", "--help", NULL},
        {"recv", "--help", NULL},    {"bench", "--help", NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_help(calls[i]);
    }
}

static void test_help_of_serve_names_every_option_and_default(void **state)
{
    static const char *const lines[] = {"|daytime|time|relay=ADDRESS ",
                                        "--color auto|always|never ",

                                        "--max-line BYTES ",
                                        "(1024)",
                                        "(echo)",
                                        "--max-clients N ",
                                        "(10000)",
                                        "--max-clients-per-address N ",
                                        "(1000)",
                                        "--allow CIDR[,...] ",
                                        "--deny CIDR[,...] ",
                                        "--proxy-protocol CIDR[,...] ",
                                        "--workers N ",
                                        "LISTEN_FDS",
                                        "NOTIFY_SOCKET",
                                        "--idle-timeout DUR ",
                                        "(5m)",
                                        "--first-byte-timeout DUR ",
                                        "(30s)",
                                        "(1M)",
                                        "--max-queue BYTES ",
                                        "--drain DUR ",
                                        "(10s)",
                                        "(safe)",
                                        "--ready-file PATH ",
                                        "--ready-fd N ",
                                        "--stats DUR ",
                                        "--json ",
                                        "--v6only ",
                                        "--reuse safe|shared ",
                                        "(0)",
                                        "--poller NAME ",
                                        "(auto)",
                                        "--exit-after-idle DUR "};
    run_result r;
    size_t i;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "--help");
    for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_contains(r.out, lines[i]);
    }
    run_free(&r);
}

static void test_version_names_library_and_pollers(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "--version");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_contains(r.out, "duosock " DUOS_VERSION_STRING "\npollers: ");
    assert_contains(r.out, "select");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", "--version");
    assert_int_equal(r.code, 0);
    assert_contains(r.out, "duosock " DUOS_VERSION_STRING "\n");
    run_free(&r);
}

static int code_without(const char *const args[], const char *out,
                        const char *err)
{
    return process_wait(program_start(args, "empty", out, err));
}

static void test_output_that_is_closed_is_a_failure(void **state)
{
    static const char *const version[] = {"--version", NULL};
    static const char *const probe[] = {"probe", "--json", NULL};

    (void)state;
    assert_int_equal(code_without(version, NULL, "run.err"), 1);
    file_wait_for("run.err", "write standard output: ");
    assert_int_equal(code_without(probe, NULL, NULL), 1);
    assert_int_equal(code_without(version, "run.out", NULL), 0);
}

/* A mistake: exit code 2, nothing on stdout, what was wrong on stderr, and at
 * its end where to read on. */
typedef struct mistake {
    const char *args[4];
    const char *said;
} mistake;

#define PREFIXES_8 "::1,::2,::3,::4,::5,::6,::7,::8,"
#define PREFIXES_64                                                            \
    PREFIXES_8 PREFIXES_8 PREFIXES_8 PREFIXES_8 PREFIXES_8 PREFIXES_8          \
        PREFIXES_8 PREFIXES_8
#define PREFIXES_65 PREFIXES_64 "::1"

static const mistake mistakes[] = {
    {{NULL}, "a command is missing"},
    {{"serv"}, "unknown command serv; did you mean serve?"},
    {{"--serve"}, "unknown command --serve"},
    {{"--versoin"}, "unknown command --versoin; did you mean --version?"},
    {{"xyzzy"}, "unknown command xyzzy\n"},
    {{"serve", "--pollr", "poll"},
     "unknown option --pollr; did you mean --poller?"},
    {{"serve", "--frobnicate"}, "unknown option --frobnicate\n"},
    {{"serve", "-x"}, "unknown option -x"},
    {{"self"}, "unknown command self; did you mean selftest?"},
    {{"serve", "--idle", "5s"},
     "unknown option --idle; did you mean --idle-timeout?"},
    {{"serve", "--max=5"}, "unknown option --max; did you mean --max-clients?"},
    {{"serve", "--ma"}, "unknown option --ma\n"},
    {{"serve", "--verbose"}, "unknown option --verbose; did you mean -v?"},
    {{"probe", "-verbose"}, "unknown option -verbose; did you mean -v?"},
    {{"chat", "--quiet"}, "unknown option --quiet; did you mean -q?"},
    {{"recv", "--output", "x"}, "unknown option --output; did you mean -o?"},
    {{"connect", "--output", "x"}, "unknown option --output\n"},
    {{"serve", "--poller"}, "--poller needs a value: --poller NAME"},
    {{"serve", "--poller", "xyz"},
     "--poller: 'xyz' is not the name of a poller"},
    {{"serve", "--poller=sim"},
     "--poller: 'sim' is not a poller of this system"},
    {{"serve", "--v6only=yes"}, "--v6only takes no value"},
    {{"serve", "--mode", "shout"},
     "--mode echo|discard|chat|chargen|daytime|time|relay=ADDRESS: 'shout' is "
     "not one of its values\ntry: duosock serve --help\n"},
    {{"serve", "--mode", "relay"}, "'relay' is not one of its values"},
    {{"serve", "--mode=relay="}, "'relay=' is not one of its values"},
    {{"serve", "--mode=time=x"}, "'time=x' is not one of its values"},
    {{"serve", "--mode=relay=x"}, "address x: text cannot be understood ("},
    {{"serve", "--mode=relay=127.0.0.1:0"},
     "hint: a client needs a host and a port other than 0"},
    {{"serve", "--mode=relay=udp:127.0.0.1:7"},
     "this command takes tcp and unix addresses"},
    {{"serve", "--mode=relay=x.example:65536"},
     "a port is a number from 0 to 65535"},
    {{"serve", "--color"},
     "--color needs a value: --color auto|always|never\n"},
    {{"serve", "--color=blue"},
     "--color auto|always|never: 'blue' is not one of its values"},
    {{"serve", "--colr"}, "unknown option --colr; did you mean --color?"},
    {{"serve", "--idle-timeout", "5"}, "--idle-timeout: '5' is not a duration"},
    {{"serve", "--idle-timeout", "-5s"}, "'-5s' is not a duration"},
    {{"serve", "--drain", "1d"}, "'1d' is not a duration"},
    {{"serve", "--drain", "9999999h"}, "'9999999h' is not a duration"},
    {{"serve", "--max-queue", "1Q"}, "--max-queue: '1Q' is not a size"},
    {{"serve", "--max-queue", "100"}, "--max-queue: at least 1K"},
    {{"serve", "--max-line", "17M"}, "--max-line: 0 to 16777216\n"},
    {{"serve", "--mode=chat", "--max-queue=1K"}, "--max-line: 1 to 192, so"},
    {{"serve", "--mode=chat", "--max-line=2M"}, "--max-line: 1 to 262080, so"},
    {{"serve", "--mode=chat", "--max-line=0"}, "--max-line: 1 to 262080, so"},
    {{"serve", "--max-clients", "many"},
     "--max-clients: 'many' is not a number"},
    {{"serve", "--max-clients", "4294967296"},
     "is not a number; write it as 100, at most 4294967295\n"},
    {{"serve", "--allow", "10.0.0.0/8,"},
     "--allow: '10.0.0.0/8,' is no list of prefixes"},
    {{"serve", "--deny", "10.1.2.3/8"}, "--deny: '10.1.2.3/8' is no list"},
    {{"serve", "--deny",
      "::1,0000:0000:0000:0000:0000:0000:255.255.255.255/128"},
     "--deny: '::1,0000"},
    {{"serve", "--deny=bogus", "--deny=10.0.0.0/8"}, "--deny: 'bogus' is no"},
    {{"serve", "--allow=::9", "--allow", PREFIXES_64},
     "--allow: at most 64 prefixes"},
    {{"serve", "--allow", PREFIXES_65}, "--allow: at most 64 prefixes"},
    {{"serve", "127.0.0.1"}, "address 127.0.0.1: "},
    {{"serve", "example.com:80"},
     "other names are to connect to, not to listen on"},
    {{"serve", "127.0.0.1:65536"}, "a port is a number from 0 to 65535"},
    {{"serve", "udp:127.0.0.1:0"}, "needs --allow-udp-echo"},
    {{"serve", "tcp6:127.0.0.1:0"}, "address tcp6:127.0.0.1:0: "},
    {{"connect", "127.0.0.1:1", "127.0.0.1:2"},
     "'127.0.0.1:2' is one argument too many"},
    {{"connect", "127.0.0.1:0"},
     "hint: a client needs a host and a port other than 0\n"},
    {{"connect", "[fe80::1%nosuch]:80"}, "hint: this machine has no interface"},
    {{"connect", "--retry", "4294967295"}, "--retry: 0 to 1000000\n"},
    {{"connect", "--", "--help"}, "address --help: "},
    {{"connect", "-"}, "address -: "},
    {{"connect", "127.1:80"}, "address 127.1:80: "},
    {{"connect", "exa mple.com:80"}, "hint: write host:port"},
    {{"connect", "example.com"}, "hint: write host:port"},
    {{"connect", "example.com:65536"}, "a port is a number from 0 to 65535"},
    {{"connect", "udp:example.com:80"},
     "this command takes tcp and unix addresses"},
    {{"selftest", "127.0.0.1:1"}, "'127.0.0.1:1' is one argument too many"},
    /* What later versions have is unknown until it works. */
    {{"dance"}, "unknown command dance"},
    {{"bnech"}, "unknown command bnech; did you mean bench?"},
    {{"bench", "--cleints", "2"},
     "unknown option --cleints; did you mean --clients?"},
    {{"bench", "--retyr", "2"},
     "unknown option --retyr; did you mean --retry?"},
    {{"serve", "--trcae"}, "unknown option --trcae; did you mean --trace?"},
    {{"serve", "--help=all"}, "--help takes no value"},
    {{"bench", "--clients", "0"}, "--clients: 1 to 100000\n"},
    {{"bench", "--clients", "100001"}, "--clients: 1 to 100000\n"},
    {{"bench", "--idle", "100001"}, "--idle: 0 to 100000\n"},
    {{"bench", "--size", "0"}, "--size: 1 to 16777216\n"},
    {{"bench", "--size=17M"}, "--size: 1 to 16777216\n"},
    {{"bench", "--pipeline", "0"}, "--pipeline: 1 to 1000\n"},
    {{"bench", "--pipeline=1000", "--size=1M"}, "their product is at most 1G"},
    {{"bench", "--duration", "597h"}, "at most 596h\n"},
    {{"bench", "--size", "99999999999G"}, "64, 64K or 1M, at most "},
    {{"bench", "--source", "here"}, "--source: 'here' is no address"},
    {{"bench", "--source", "127.0.0.1:99999"},
     "--source: '127.0.0.1:99999': a port is a number from 0 to 65535\n"},
    {{"bench", "nowhere"}, "address nowhere: "},
    {{"bench", "udp:127.0.0.1:7"}, "this command takes tcp and unix addresses"},
    {{"serve", "--threads", "2"}, "unknown option --threads"},
    {{"serve", "--workers", "0"}, "--workers: 1 to 64"},
    {{"serve", "--workers", "65"}, "--workers: 1 to 64"},
    {{"serve", "--workers=2", "--mode=chat"}, "--workers: a chat is one room"},
    {{"serve", "--mode", "song"}, "'song' is not one of"},
    {{"connect", "--raw", "--json"}, "--raw and --json exclude each other"},
    {{"connect", "--raw", "--hexdump"},
     "--raw and --hexdump exclude each other"},
    {{"connect", "--hexdump", "--json"},
     "--hexdump and --json exclude each other"},
    {{"send"}, "FILE is missing: duosock send FILE [ADDRESS]\n"},
    {{"send", "a", "b", "c"},
     "'c' is one argument too many: duosock send FILE"},
    {{"send", "empty", "nowhere"}, "address nowhere: "},
    {{"send", "-o", "x"}, "unknown option -o\n"},
    {{"recv"}, "-o FILE is missing: duosock recv -o FILE [ADDRESS]\n"},
    {{"recv", "-o"}, "-o needs a value: -o FILE\n"},
    {{"recv", "--o", "x"}, "unknown option --o; did you mean -o?\n"},
    {{"recv", "-ox", "example.com:1"}, "address example.com:1: "},
    {{"recv", "-o-", "--json"}, "-o - and --json exclude each other\n"},
    {{"serve", "--jsn"}, "unknown option --jsn; did you mean --json?"},
    {{"serve", "--stats", "5"}, "--stats: '5' is not a duration"},
    {{"serve", "--ready-fd", "2"}, "--ready-fd: "},
    {{"serve", "--ready-fd", "-1"}, "--ready-fd: "},
    {{"serve", "--ready-fd", "x\033"}, "--ready-fd: "},
    {{"serve", "--ready-fd", "4294967295"}, "--ready-fd: "}};

static void check_last_line(const char *text)
{
    const char *last = strstr(text, "try: duosock ");

    assert_non_null(last);
    assert_string_equal(strchr(last, '\n'), "\n");
}

static void test_mistakes_exit_2_and_say_what_was_wrong(void **state)
{
    /* The parser is the same everywhere; a process of Wine costs much. */
    size_t step = os_is_wine() ? 3 : 1;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof mistakes / sizeof mistakes[0]; i += step) {
        run_result r;

        program_run(&r, "empty", mistakes[i].args);
        assert_contains(r.err, mistakes[i].said);
        check_last_line(r.err);
        assert_int_equal(r.code, 2);
        assert_string_equal(r.out, "");
        run_free(&r);
    }
}

static void test_variable_chooses_the_poller_where_no_option_does(void **state)
{
    run_result r;

    (void)state;
    os_set_variable("DUOSOCK_POLLER", "select");
    PROGRAM_RUN(&r, "empty", "selftest");
    assert_int_equal(r.code, 0);
    assert_contains(r.out, "(tcp, select)");
    run_free(&r);
    os_set_variable("DUOSOCK_POLLER", "xyzzy");
    PROGRAM_RUN(&r, "empty", "selftest", "--poller", "select");
    assert_int_equal(r.code, 0);
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "selftest");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "DUOSOCK_POLLER xyzzy: ");
    run_free(&r);
    os_set_variable("DUOSOCK_POLLER", NULL);
}

static void test_control_characters_of_arguments_are_escaped(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "--\033[2J\303\251");
    assert_contains(r.err, "unknown option --\\x1B[2J");
    assert_null(strchr(r.err, '\033'));
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_help_of_each_command_is_printed_to_stdout),
        PROGRAM_TEST(test_help_of_serve_names_every_option_and_default),
        PROGRAM_TEST(test_version_names_library_and_pollers),
        PROGRAM_TEST(test_output_that_is_closed_is_a_failure),
        PROGRAM_TEST(test_mistakes_exit_2_and_say_what_was_wrong),
        PROGRAM_TEST(test_variable_chooses_the_poller_where_no_option_does),
        PROGRAM_TEST(test_control_characters_of_arguments_are_escaped),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
