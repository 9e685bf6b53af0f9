/* SPDX-License-Identifier: MIT */
/*
 * os_net_none.c - systems whose network tests cannot change.
 */
#include "support/os_net.h"

bool os_cut_off(duos_socket s)
{
    (void)s;
    return false;
}

bool os_begin_island(void)
{
    return false;
}

bool os_send_syn(uint32_t number, const duos_addr *to)
{
    (void)number;
    (void)to;
    return false;
}

bool os_count_tcp(int state, uint16_t local, uint16_t remote, unsigned *count)
{
    (void)state;
    (void)local;
    (void)remote;
    (void)count;
    return false;
}
