/* SPDX-License-Identifier: MIT */
/*
 * chaos.h - random worlds on the simulator, and who judges them.
 *
 * A world is what its dice say: hosts, a server (echo, sink or chat), guests
 * of many characters, limits, faults, perhaps a drain in the middle. What the
 * server sees of a guest is a door; what must come out of it is known at any
 * time, so every byte is judged when it arrives. No judge jumps out of a
 * callback: the first failure is kept, and the world stops.
 *
 *   dice.c   chance, from a seed or bytes    plan.c    limits and faults
 *   world.c  life of a world                 words.c   what guests say
 *   guest.c  guests by duos_client           raw.c     by bare sockets
 *   asker.c  datagrams                       measure.c memory and time
 *   door.c   the server's side               chat.c    of a chat
 *   model.c  who hears what in a chat        judge.c   bytes, reasons, ends
 *   spy.c    states and events               totals.c  what came together
 */
#ifndef TESTS_CHAOS_H
#define TESTS_CHAOS_H

#include <duosock/duosock.h>
#include <duosock/sim.h>

#include "model.h"

#define CHAOS_HOSTS_MAX  5u
#define CHAOS_GUESTS_MAX 40u
#define CHAOS_PIECE_MAX  8192u
#define CHAOS_PORT       7700u
#define CHAOS_ASKERS_MAX 3u
#define CHAOS_QUESTION   60u
#define CHAOS_NS_PER_MS  UINT64_C(1000000)

/* ---- what came together ------------------------------------------------ */

/* X(NAME, text): what a connection is in; of conn_core.h, but finer. */
#define CHAOS_STATES(X)                                                        \
    X(CONNECTING, "connecting")                                                \
    X(OPEN, "open")                                                            \
    X(QUEUED, "open, output waits")                                            \
    X(PAUSED, "open, paused")                                                  \
    X(HELD, "open, held back")                                                 \
    X(HALF_IN, "open, the peer has ended")                                     \
    X(HALF_OUT, "open, we have ended")                                         \
    X(HALF_QUEUED, "open, we end behind output")                               \
    X(FLUSHING, "flushing")                                                    \
    X(LINGERING, "lingering")                                                  \
    X(GREETING, "greeting")

/* X(NAME, text): what is told to it, or ends it. */
#define CHAOS_EVENTS(X)                                                        \
    X(ON_OPEN, "open")                                                         \
    X(ON_DATA, "data")                                                         \
    X(ON_EOF, "eof")                                                           \
    X(ON_DRAIN, "drain")                                                       \
    X(EEOF, "EEOF")                                                            \
    X(CANCELED, "CANCEL")                                                      \
    X(BROKEN, "RESET")                                                         \
    X(UNREACHED, "REFUSE")                                                     \
    X(TIMEDOUT, "TIME")                                                        \
    X(IDLE, "IDLE")                                                            \
    X(STALLED, "STALL")                                                        \
    X(DRAINED, "DRAIN")                                                        \
    X(EXHAUSTED, "MEMORY")

/* X(NAME): what guests are like; guest.c and raw.c have their habits. */
#define CHAOS_CHARACTERS(X)                                                    \
    X(TALKER)                                                                  \
    X(SILENT)                                                                  \
    X(IDLER)                                                                   \
    X(VISITOR)                                                                 \
    X(SLOW)                                                                    \
    X(DEAF)                                                                    \
    X(FLOOD)                                                                   \
    X(RUDE)                                                                    \
    X(HASTY)                                                                   \
    X(HALF)                                                                    \
    X(LEAVER)                                                                  \
    X(RAW_TALKER)                                                              \
    X(RAW_DEAF)                                                                \
    X(RAW_RUDE)                                                                \
    X(RAW_HASTY)

#define CHAOS_STATE_ENUM(NAME, text) CHAOS_STATE_##NAME,
#define CHAOS_EVENT_ENUM(NAME, text) CHAOS_EVENT_##NAME,
#define CHAOS_CHARACTER_ENUM(NAME)   CHAOS_##NAME,
typedef enum chaos_state {
    CHAOS_STATES(CHAOS_STATE_ENUM) CHAOS_STATE_COUNT
} chaos_state;
typedef enum chaos_event {
    CHAOS_EVENTS(CHAOS_EVENT_ENUM) CHAOS_EVENT_COUNT
} chaos_event;
typedef enum chaos_character {
    CHAOS_CHARACTERS(CHAOS_CHARACTER_ENUM) CHAOS_CHARACTER_COUNT
} chaos_character;
#undef CHAOS_STATE_ENUM
#undef CHAOS_EVENT_ENUM
#undef CHAOS_CHARACTER_ENUM

typedef enum chaos_mode {
    CHAOS_ECHO,
    CHAOS_SINK,
    CHAOS_CHAT,
    CHAOS_MODE_COUNT
} chaos_mode;

typedef enum chaos_side {
    CHAOS_SERVER,
    CHAOS_CLIENT
} chaos_side;

/* Sums over many runs. */
typedef struct chaos_totals {
    uint64_t runs;
    uint64_t guests;
    uint64_t delivered; /* callbacks that duosock made */
    uint64_t turns;
    uint64_t bytes; /* that came back to guests */
    uint64_t drains;
    uint64_t answers; /* to datagrams */
    uint64_t denied;  /* allocations */
    uint64_t timers;  /* of the worlds, that fired; besides delivered */
    size_t memory;    /* the most that a world ever held */
    uint64_t modes[CHAOS_MODE_COUNT];
    uint64_t characters[CHAOS_CHARACTER_COUNT];
    uint64_t fired[DUOS_SIM_FAULT_COUNT];
    uint64_t pairs[2][CHAOS_STATE_COUNT][CHAOS_EVENT_COUNT];
    uint64_t hash; /* of all traces */
} chaos_totals;

void chaos_totals_print(const chaos_totals *totals);

/*
 * What is missing in the sums of so many runs: guests or events of a run, on
 * average; a fault that fired less than least times; a pair of state and event
 * that must be reached. NULL: nothing.
 */
const char *chaos_totals_missing(const chaos_totals *totals, uint64_t least);

/* ---- a world ----------------------------------------------------------- */

typedef struct chaos_world chaos_world;

/* Numbers from a seed; the first ones from bytes, if there are any. */
typedef struct chaos_dice {
    uint64_t state;
    const uint8_t *at;
    size_t left;
} chaos_dice;

/* A timer that knows when it may fire at the earliest. */
typedef struct chaos_timer {
    duos_timer timer;
    chaos_world *world;
    uint64_t due_ns;
    void (*run)(void *user);
    void *user;
} chaos_timer;

/* What the dice chose for the whole world; the faults come after set-up. */
typedef struct chaos_plan {
    chaos_mode mode;
    uint32_t hosts;
    uint32_t guests;
    uint32_t askers;
    uint32_t arrival_ms; /* guests come within that time */
    uint32_t end_ms;     /* and those who stay are ended at that one */
    uint32_t drain_ms;   /* 0: no drain */
    int32_t drain_limit_ms;
    uint32_t deny;   /* allocations that fail, of 1,000 */
    uint32_t meddle; /* of 1,000 reads, after how many the server acts up */
    size_t recv_buffer;
    uint32_t buffer; /* of the network */
    size_t max_line;
    bool quit;      /* the drain is asked for from outside */
    bool ends_self; /* on_eof is told, and who is told ends its side */
    bool by_line;   /* the room is given one line at a time */
    bool by_name;
    bool proxied; /* guests must begin with a PROXY header */
    bool lax;     /* any call may fail in any way: see chaos_likely */
    const chaos_character *cast; /* cast_size of them; NULL: by chance */
    uint32_t cast_size;
    uint32_t faults[DUOS_SIM_FAULT_COUNT];
    duos_conn_limits server;
    duos_conn_limits client;
    uint32_t max_clients;
    uint32_t accepts_per_turn;
    int32_t connect_ms;
} chaos_plan;

/* What is known of a connection's deadlines from outside. */
typedef struct chaos_clock {
    uint64_t begun_ns; /* the attempt to connect */
    uint64_t open_ns;  /* 0: not yet */
    uint64_t moved_ns; /* bytes came */
    uint64_t taken;    /* bytes that the system took, when last seen */
    uint64_t taken_ns; /* when it was less, at the latest */
    uint64_t looked_ns;
} chaos_clock;

typedef struct chaos_guest chaos_guest;

/* A connection as the server sees it. */
typedef struct chaos_door {
    chaos_world *world;
    struct chaos_door *next;
    duos_conn *conn; /* NULL when it is over */
    chaos_guest *guest;
    uint32_t host; /* of the guest */
    uint16_t port;
    chaos_clock clock;
    chaos_timer timer; /* goes on reading */
    uint64_t received;
    size_t due;   /* of a chat: what at least was sent before a drain */
    size_t noted; /* and what the model said before the last block */
    duos_err reason;
    bool ours;     /* we asked for its end */
    bool reset;    /* it ended by force */
    bool released; /* without on_close */
    struct chat_member *member;
    model_member *model;
} chaos_door;

struct chaos_guest {
    chaos_world *world;
    uint32_t number;
    uint32_t loop; /* of the world's loops */
    chaos_character character;
    chaos_timer timer; /* for the next thing to do */
    chaos_timer rest;  /* until it reads on */
    chaos_clock clock;
    chaos_door *door;
    duos_client *client; /* or */
    duos_socket socket;  /* bare */
    duos_watch watch;
    unsigned char *piece; /* of a bare one: on its way */
    uint32_t piece_len;
    uint32_t piece_sent;
    uint32_t pieces_left;
    uint16_t port;
    unsigned char *said; /* what was taken from it, in order */
    size_t said_len;
    size_t said_room;
    uint64_t heard;
    uint32_t opened;
    uint32_t closed;
    uint32_t words; /* of a chat: counts its lines */
    duos_err reason;
    bool begun;
    bool named;    /* of a chat: it has said its name */
    bool greeting; /* a bare one's piece is its PROXY header */
    bool waiting;  /* for on_drain */
    bool ours;     /* it ended by its own will */
    bool over;
};

/* One who asks by datagrams, again and again until the answer comes. */
typedef struct chaos_asker {
    chaos_world *world;
    uint32_t number;
    uint32_t questions; /* that it has */
    uint32_t question;  /* the one that is open */
    uint32_t tries;
    uint32_t sent;
    uint32_t answers;
    duos_socket socket;
    duos_watch watch;
    chaos_timer timer;
} chaos_asker;

/* Memory of the library, counted; some calls are refused. */
typedef struct chaos_memory {
    duos_alloc alloc;
    chaos_world *world;
    uint64_t state; /* chance of its own: which calls are refused */
    uint64_t denied;
    size_t live;
    size_t peak;
    size_t base; /* without connections; 0: not known yet */
} chaos_memory;

struct chaos_world {
    chaos_plan plan;
    chaos_dice dice;
    chaos_dice speech; /* with at: what guests say, instead of by chance */
    chaos_totals *totals;
    chaos_memory memory;   /* of the library */
    chaos_memory machines; /* of the simulator */
    duos_sim *sim;
    duos_loop *loops[CHAOS_HOSTS_MAX]; /* the first is the server's */
    chaos_guest guests[CHAOS_GUESTS_MAX];
    chaos_guest fresh; /* who comes when all is quiet again */
    uint32_t guests_over;
    chaos_asker askers[CHAOS_ASKERS_MAX];
    duos_socket oracle;
    duos_watch oracle_watch;

    duos_server *server;
    chaos_door *doors;
    uint32_t doors_open;
    uint32_t clients_live;
    struct chat_room *room;
    model *model;
    duos_quit quit;
    chaos_timer drain;
    uint64_t drain_ns; /* 0: not begun */
    uint32_t drained;  /* times that it was told */
    bool ending;       /* guests are being ended, whatever they do */
    bool destroyed;
    bool unsure; /* what the room did with a line: the model is silent */
    bool quiet;  /* faults are over */
    uint64_t turns;
    uint64_t acts; /* what was done in them, or arrived between them */
    uint64_t delivered;
    uint64_t timers;
    void (*on_trace)(const duos_sim_record *record, void *user);
    void *user; /* of it */

    const char *failure;
    char detail[120];
};

/* How to make one. bytes: len choices, before those of the seed. */
typedef struct chaos_setup {
    uint64_t seed;
    const uint8_t *bytes;
    size_t len;
    void (*on_trace)(const duos_sim_record *record, void *user);
    chaos_totals *totals;
    /* Changes what the dice chose; arranges more when all is set up. */
    void (*adjust)(chaos_world *world, void *user);
    void (*arrange)(chaos_world *world, void *user);
    void *user;
} chaos_setup;

/* Lives a world from beginning to end; NULL, or what went wrong. */
const char *chaos_run(const chaos_setup *setup);

/* ---- dice.c ------------------------------------------------------------ */

uint32_t chaos_below(chaos_world *w, uint32_t n);
uint32_t chaos_pick(chaos_world *w, const uint32_t *list, size_t count);
bool chaos_one_in(chaos_world *w, uint32_t n);

#define CHAOS_PICK(w, list)                                                    \
    chaos_pick((w), (list), sizeof(list) / sizeof((list)[0]))

/* ---- plan.c ------------------------------------------------------------ */

void chaos_choose(chaos_world *w);

/* ---- words.c ----------------------------------------------------------- */

/* The next thing that a guest says: 1..CHAOS_PIECE_MAX bytes. */
uint32_t chaos_words(chaos_guest *g, uint32_t most, unsigned char *out);

/* The PROXY header that a guest begins with, of either version. */
uint32_t chaos_header(const chaos_guest *g, unsigned char *out);

/* Bytes were taken from a guest. */
void chaos_said(chaos_guest *g, const void *data, size_t len);

/* ---- measure.c --------------------------------------------------------- */

void chaos_memory_init(chaos_memory *m, chaos_world *w, uint64_t seed);

/* ---- world.c ----------------------------------------------------------- */

/* A callback was made. */
void chaos_delivered(chaos_world *w);
uint64_t chaos_now(const chaos_world *w);

void chaos_timer_init(chaos_timer *t, chaos_world *w, duos_loop *loop,
                      void (*run)(void *user), void *user);
/* DUOS_OK, or DUOS_ENOMEM where memory may be refused. */
duos_err chaos_timer_start(chaos_timer *t, uint32_t ms);

/* A guest is over. */
void chaos_over(chaos_guest *g);

/* ---- guest.c, raw.c ---------------------------------------------------- */

void chaos_guest_init(chaos_world *w, chaos_guest *g, uint32_t number,
                      chaos_character character);
/* Ends it at once, whatever it does. */
void chaos_guest_end(chaos_guest *g);
void chaos_guest_free(chaos_guest *g);
/* Finds its door, if that was opened before it. */
void chaos_door_meet(chaos_guest *g);
/* Where its connection, or its last one, comes from; 0: not known. */
uint16_t chaos_guest_port(const chaos_guest *g);

void chaos_raw_begin(chaos_guest *g);
void chaos_raw_act(chaos_guest *g);
void chaos_raw_end(chaos_guest *g, duos_err reason);

/* Shared by both: what a guest does next, its habits. */
typedef enum chaos_ending {
    CHAOS_END_STAY,
    CHAOS_END_HALF,
    CHAOS_END_CLOSE,
    CHAOS_END_ABORT,
    CHAOS_END_RELEASE
} chaos_ending;

typedef struct chaos_habits {
    const char *name;
    uint32_t pieces;
    uint32_t size;
    uint32_t gap_ms;
    uint32_t rest_ms; /* reads so seldom; UINT32_MAX: never */
    chaos_ending ending;
    bool raw;
} chaos_habits;

const chaos_habits *chaos_habits_of(chaos_character character);

/* ---- door.c, chat.c ---------------------------------------------------- */

void chaos_server_start(chaos_world *w);
void chaos_server_drain(chaos_world *w);
void chaos_server_end(chaos_world *w);

void chaos_chat_start(chaos_world *w);
void chaos_chat_enter(chaos_door *d);
void chaos_chat_data(chaos_door *d, const void *data, size_t len);
void chaos_chat_end(chaos_door *d);
void chaos_chat_leave(chaos_door *d);
/* Whether the room has ended a connection for this reason. */
bool chaos_chat_ended(const chaos_door *d, duos_err reason);
void chaos_chat_close(chaos_world *w);
void chaos_chat_free(chaos_world *w);

/* ---- asker.c ----------------------------------------------------------- */

void chaos_askers_start(chaos_world *w);
void chaos_askers_end(chaos_world *w);

/* ---- judge.c ----------------------------------------------------------- */

/* Keeps the first failure and stops the world. */
void chaos_check(chaos_world *w, bool good, const char *what, duos_err reason);
void chaos_check_guest(chaos_guest *g, bool good, const char *what);

/* The same for what holds as long as calls fail in the usual ways only. */
void chaos_likely(chaos_world *w, bool good, const char *what, duos_err reason);

/* Bytes came to a guest. */
void chaos_judge_heard(chaos_guest *g, const void *data, size_t len);

/* Bytes came through a door. */
void chaos_judge_received(chaos_door *d, const void *data, size_t len);

/* A connection, of door or guest, ended; conn is NULL for a bare socket. */
void chaos_judge_end(chaos_world *w, const chaos_clock *clock,
                     const duos_conn *conn, chaos_side side, duos_err reason,
                     bool ours);

/* The same of one whose header has not come, or not all of it. */
void chaos_judge_greeting(chaos_world *w, const duos_conn *conn,
                          duos_err reason);

/* Both ends are over: what must have come. */
void chaos_judge_world(chaos_world *w);

/* Something was seen of a connection: when did output move last? */
void chaos_clock_look(chaos_world *w, chaos_clock *clock,
                      const duos_conn *conn);

/* ---- spy.c ------------------------------------------------------------- */

void chaos_spy_server(chaos_world *w);
void chaos_spy_client(duos_client *client, chaos_world *w);
void chaos_spy_event(chaos_world *w, chaos_side side, const duos_conn *conn,
                     chaos_event event);

#endif
