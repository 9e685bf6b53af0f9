/* SPDX-License-Identifier: MIT */
/*
 * os.h - what tests ask of the operating system itself, past duosock: to be
 * short of descriptors, to send signals, to run threads, to look at a socket
 * from outside. os_posix.c and os_win32.c implement it. A bool result of
 * false means that this system cannot do it, so the test is to be skipped.
 */
#ifndef TEST_OS_H
#define TEST_OS_H

#include <duosock/quit.h>
#include <duosock/socket.h>

/* Ends a test that this system cannot show, with the reason. */
#define skip_because(reason)                                                   \
    do {                                                                       \
        print_message("[  REASON  ] %s\n", (reason));                          \
        skip();                                                                \
    } while (0)

/* ---- which system ----------------------------------------------------- */

bool os_is_windows(void);
bool os_is_linux(void);

/* Wine is a Windows, too, but some of its answers are its own. */
bool os_is_wine(void);

/* ---- descriptors ------------------------------------------------------ */

/* Makes sure that count sockets can be open at a time. */
bool os_allow_descriptors(size_t count);

/* From now on nothing can be opened, until os_end_shortage. */
bool os_begin_shortage(void);

/* Whether one closed descriptor is then one that can be opened: not so below
 * valgrind, which has a limit and numbers of its own. */
bool os_shortage_is_exact(void);
void os_end_shortage(void);

/* The longest path that a unix socket can be bound to. */
size_t os_unix_path_max(void);

/* A second descriptor of the same socket whose number is at least number. */
bool os_duplicate_above(duos_socket s, int number, duos_socket *out);

/* A descriptor or handle that is a regular file. */
bool os_open_file(duos_socket *out);
void os_close_file(duos_socket file);

/* Two connected datagram sockets that hold senders up when they are full. */
bool os_datagram_pair(duos_socket ends[2]);

/* Two that are connected and keep messages apart, so these may be empty. */
bool os_packet_pair(duos_socket ends[2]);

/* Whether a child process would get the socket. */
bool os_is_inherited(duos_socket s);

/* What the system says of its mode; false where it cannot be asked. */
bool os_get_nonblocking(duos_socket s, bool *on);

/* Sends one byte out of band. */
bool os_send_urgent(duos_socket s, char byte);

/* How many descriptors or handles this process has, of any kind. */
bool os_count_handles(size_t *count);

/* ---- Winsock ---------------------------------------------------------- */

/* What a program does that uses Winsock besides us, too. */
bool os_start_winsock(void);
bool os_stop_winsock(void);

/* Whether anybody in this process is counted. */
bool os_winsock_is_started(void);

/* ---- rights ----------------------------------------------------------- */

/* From now on the user may not have ports below 1024, until os_end_... */
bool os_begin_no_rights(void);
void os_end_no_rights(void);

/* ---- files ------------------------------------------------------------ */

/* The permissions of a path, and the umask that files are made with. */
bool os_get_mode(const char *path, uint32_t *mode);
bool os_set_umask(uint32_t mask, uint32_t *before);

/* A path that is no socket: false where there is no such thing. */
bool os_make_link(const char *target, const char *path);
bool os_make_fifo(const char *path);
bool os_make_directory(const char *path);
bool os_remove_directory(const char *path);

/* Whether a path leads to anything, be it a link into nowhere. */
bool os_path_exists(const char *path);

/* ---- processes -------------------------------------------------------- */

/* Who we are, as others see us. */
bool os_get_self(uint64_t *pid, uint32_t *uid, uint32_t *gid);

/* Sends 0 or 1 bytes and several handles in one message of a unix socket. */
bool os_send_handles(duos_socket s, size_t bytes, const intptr_t *handles,
                     size_t count);

/* Another name for a socket: descriptor number exactly, or none. */
bool os_duplicate_to(duos_socket s, int number);

/* ---- signals ---------------------------------------------------------- */

/* Interrupts this thread once a millisecond, until os_end_storm. */
bool os_begin_storm(void);
void os_end_storm(void);

/* How many signals have come. */
unsigned os_storm_count(void);

/* Whether SIGPIPE does what it does by default; true where there is none. */
bool os_sigpipe_is_default(void);

/* ---- requests to quit -------------------------------------------------- */

/*
 * Asks this process to quit, as the system would. Returns false where there is
 * no such request, or when it has changed errno.
 */
bool os_ask_to_quit(duos_quit_kind kind);

/* A handler of the test's own, which hears of what nobody else hears. */
bool os_begin_own_quit(void);
void os_end_own_quit(void);
unsigned os_own_quits(void);

/* ---- standard input --------------------------------------------------- */

/*
 * From now on, until os_end_input, the standard input is: a pipe that is
 * written with os_type, a file, the null device, or nothing at all.
 */
bool os_begin_input_pipe(void);
bool os_begin_input_file(const char *path);
bool os_begin_no_input(void);
void os_end_input(void);
extern const char *const os_null_device;

bool os_type(const void *data, size_t len);

/* Closes the pipe: nothing more will come. */
void os_type_end(void);

/* ---- threads ---------------------------------------------------------- */

/* A thread; the storm of signals does not reach it. */
typedef struct os_thread os_thread;

os_thread *os_thread_start(void (*run)(void *user), void *user);
void os_thread_join(os_thread *thread);

/* ---- words of the system ---------------------------------------------- */

/* For duos_setsockopt and duos_getsockopt. */
extern const int os_level_socket;
extern const int os_opt_reuse_address;
extern const int os_opt_type;
extern const int os_opt_unknown;

/* A number that the error table holds, and its code. */
extern const int os_number_refused; /* DUOS_ECONNREFUSED */
extern const char *const os_name_refused;

/* inet_pton: bytes receives 4 or 16. */
bool os_read_address(duos_family family, const char *text, uint8_t *bytes);

/* inet_ntop: bytes are 4 or 16. */
bool os_write_address(duos_family family, const uint8_t *bytes, char *text,
                      size_t cap);

/* Processor time of this process so far. */
uint64_t os_cpu_ns(void);

/* Sets or, for NULL, removes a variable of the environment. */
void os_set_variable(const char *name, const char *value);

#endif
