/* SPDX-License-Identifier: MIT */
/*
 * os_net_linux.c - os_net.h: a filter of a socket that drops everything,
 * network namespaces, raw sockets, and /proc/net/tcp. Nobody needs to be root
 * where users may have namespaces.
 */
#define _GNU_SOURCE 1

#include "support/os_net.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* As in linux/filter.h, which not every C library brings along. */
typedef struct filter_step {
    uint16_t code;
    uint8_t jump_true;
    uint8_t jump_false;
    uint32_t k;
} filter_step;

typedef struct filter_program {
    unsigned short len;
    filter_step *steps;
} filter_program;

#define RETURN_K 0x06

bool os_cut_off(duos_socket s)
{
    filter_step nothing = {RETURN_K, 0, 0, 0};
    filter_program program = {1, &nothing};

    return setsockopt((int)s.os, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                      sizeof program) == 0;
}

/* ---- an island -------------------------------------------------------- */

static void set_ipv4(struct sockaddr *out, uint32_t ip)
{
    struct sockaddr_in addr;

    memset(&addr, 0, sizeof addr);
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(ip);
    memcpy(out, &addr, sizeof addr);
}

static bool loopback_up(int fd)
{
    struct ifreq request;

    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP | IFF_LOOPBACK;
    return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

/* What is sent there comes back, to an address that nobody has. */
static bool route_nowhere(int fd)
{
    static char device[] = "lo";
    struct rtentry route;

    memset(&route, 0, sizeof route);
    set_ipv4(&route.rt_dst, 0x0a000000);
    set_ipv4(&route.rt_genmask, 0xff000000);
    route.rt_flags = RTF_UP;
    route.rt_dev = device;
    return ioctl(fd, SIOCADDRT, &route) == 0;
}

bool os_begin_island(void)
{
    bool made;
    int fd;

    if (unshare(CLONE_NEWNET) != 0 &&
        unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return false;
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    made = fd >= 0 && loopback_up(fd) && route_nowhere(fd);
    if (fd >= 0) {
        close(fd);
    }
    return made;
}

/* ---- packets ---------------------------------------------------------- */

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static unsigned sum16(const uint8_t *data, size_t len)
{
    unsigned sum = 0;
    size_t i;

    for (i = 0; i < len; i += 2) {
        sum += (unsigned)data[i] << 8 | data[i + 1];
    }
    return sum;
}

enum {
    IP_HEAD = 20,
    TCP_HEAD = 20
};

/* The system adds the length, the number and the checksum of IP. */
static void write_syn(uint8_t *packet, uint32_t number, uint32_t to,
                      uint16_t port)
{
    uint8_t *tcp = packet + IP_HEAD;
    unsigned sum;

    memset(packet, 0, IP_HEAD + TCP_HEAD);
    packet[0] = 0x45; /* version 4, 5 words */
    packet[8] = 64;   /* hops */
    packet[9] = IPPROTO_TCP;
    put32(packet + 12, 0x0a010000 + number);
    put32(packet + 16, to);
    put16(tcp, 1024 + number % 60000);
    put16(tcp + 2, port);
    put32(tcp + 4, number * 2654435761u);
    tcp[12] = 0x50; /* 5 words */
    tcp[13] = 0x02; /* SYN */
    put16(tcp + 14, 65535);
    sum = sum16(packet + 12, 8) + IPPROTO_TCP + TCP_HEAD + sum16(tcp, TCP_HEAD);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(tcp + 16, ~sum & 0xffff);
}

bool os_send_syn(uint32_t number, const duos_addr *to)
{
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    uint8_t packet[IP_HEAD + TCP_HEAD];
    struct sockaddr addr;
    bool sent;

    write_syn(packet, number, INADDR_LOOPBACK, to->port);
    set_ipv4(&addr, INADDR_LOOPBACK);
    sent = sendto(fd, packet, sizeof packet, 0, &addr, sizeof addr) ==
           (ssize_t)sizeof packet;
    (void)close(fd);
    return sent;
}

/* ---- what the system knows -------------------------------------------- */

bool os_count_tcp(int state, uint16_t local, uint16_t remote, unsigned *count)
{
    FILE *file = fopen("/proc/self/net/tcp", "r");
    char line[512];

    if (file == NULL) {
        return false;
    }
    *count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned here, there, st;

        if (sscanf(line, " %*d: %*x:%x %*x:%x %x", &here, &there, &st) == 3 &&
            (int)st == state && (local == 0 || here == local) &&
            (remote == 0 || there == remote)) {
            ++*count;
        }
    }
    fclose(file);
    return true;
}
