/* SPDX-License-Identifier: MIT */
/*
 * sim_retry.c - tests a protocol on a network that loses and doubles, a
 * thousand times in a moment. DUOSOCK_SIM_SEED=7 shows what seed 7 does.
 */
#include <duosock/duosock.h>
#include <duosock/sim.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(call) ((call) == DUOS_OK ? (void)0 : abort())

/* The protocol: a question is asked again until it is answered. */
static void answer(duos_watch *watch, unsigned events, void *user)
{
    const duos_socket *s = user;
    duos_addr from;
    char question;
    size_t n;

    (void)watch, (void)events;
    MUST(duos_recvfrom(*s, &question, 1, &n, &from, NULL));
    MUST(duos_sendto(*s, "!", 1, &from));
}

/* How many tries it took: a loss is noticed after 200 ms. */
static int ask(duos_socket s, const duos_addr *whom)
{
    char byte;
    size_t n;
    int tries = 0;

    MUST(duos_set_ms(s, DUOS_OPT_RECV_TIMEOUT, 200));
    do {
        MUST(duos_sendto(s, "?", 1, whom));
        tries++;
    } while (duos_recvfrom(s, &byte, 1, &n, NULL, NULL) == DUOS_EWOULDBLOCK);
    return tries;
}

static void show(const duos_sim_record *record, void *user)
{
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)user;
    MUST(duos_sim_record_text(record, line, sizeof line));
    puts(line);
}

/* The test: host a answers, host b asks, and the seed decides on all chance. */
static int run(const duos_sim_config *config)
{
    duos_addr addr = duos_sim_addr(1, DUOS_IPV4, 7700);
    duos_socket server, client;
    duos_watch watch;
    duos_loop *loop;
    duos_sim *sim;
    uint32_t a, b;
    int tries;

    MUST(duos_sim_create(config, &sim));
    MUST(duos_sim_add_host(sim, &a));
    MUST(duos_sim_add_host(sim, &b));
    MUST(duos_sim_set_host(sim, a));
    MUST(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &server));
    MUST(duos_bind(server, &addr));
    MUST(duos_loop_create(NULL, &loop));
    MUST(duos_watch_init(&watch, loop, answer, &server));
    MUST(duos_watch_start(&watch, server, DUOS_READ));
    MUST(duos_sim_add(sim, a, loop));
    MUST(duos_sim_set_host(sim, b));
    MUST(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &client));
    tries = ask(client, &addr); /* while it waits, host 1 has its turns */
    duos_sim_remove(sim, loop);
    duos_watch_stop(&watch);
    MUST(duos_loop_destroy(loop));
    MUST(duos_sim_destroy(sim)); /* closes the sockets */
    return tries;
}

int main(void)
{
    const char *only = getenv("DUOSOCK_SIM_SEED");
    duos_sim_config config;
    int tries = 0;

    duos_sim_config_init(&config);
    config.faults[DUOS_SIM_FAULT_LOSE] = 300; /* of 1,000 datagrams */
    config.faults[DUOS_SIM_FAULT_TWICE] = 100;
    if (only != NULL && duos_sim_seed(only, &config.seed) != DUOS_OK) {
        (void)fputs("DUOSOCK_SIM_SEED is not a number\n", stderr);
        return 2;
    }
    config.on_trace = only != NULL ? show : NULL;
    do {
        tries += run(&config);
    } while (only == NULL && config.seed++ < 1000);
    return printf("every answer came, after %d tries in all\n", tries) < 0;
}
