/* SPDX-License-Identifier: MIT */
/*
 * serve_self.c - whether what a relay connects to is where it listens itself:
 * it would be its own client until no room is left. Names are not looked up,
 * but for localhost.
 */
#include "serve.h"

#include "setup.h"
#include "trace.h"

#include <duosock/interface.h>

#include <stdlib.h>
#include <string.h>

static bool is_loopback(const duos_addr *addr)
{
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, addr->port);

    return (addr->family == DUOS_IPV4 && addr->ip.v4[0] == 127) ||
           (addr->family == DUOS_IPV6 &&
            memcmp(addr->ip.v6, v6.ip.v6, sizeof v6.ip.v6) == 0);
}

static bool is_of_list(const duos_interface *list, size_t count,
                       const duos_addr *addr)
{
    size_t i;

    for (i = 0; i < count; i++) {
        duos_addr own = list[i].addr;

        own.port = addr->port;
        if (duos_addr_equal(&own, addr)) {
            return true;
        }
    }
    return false;
}

/* One of this machine's; what cannot be found out is not. */
static bool is_ours(const duos_addr *addr)
{
    duos_interface *list = NULL;
    size_t cap = 0;
    size_t count = 0;
    bool ours = false;

    if (is_loopback(addr)) {
        return true;
    }
    if (duos_interfaces(NULL, 0, &cap) == DUOS_OK && cap > 0) {
        list = calloc(cap, sizeof *list);
    }
    if (list != NULL && duos_interfaces(list, cap, &count) == DUOS_OK) {
        ours = is_of_list(list, count < cap ? count : cap, addr);
    }
    free(list);
    return ours;
}

/* Whether an address of IPv6 takes IPv4, too: "*" and ":port" do, and what was
 * inherited, as a rule. */
static bool takes_both(const serve *s, const char *asked)
{
    duos_endpoint end;

    return asked == NULL ||
           (duos_endpoint_parse(asked, &end) == DUOS_OK && end.any &&
            end.family == DUOS_UNSPEC && !s->options->v6only);
}

static bool reaches(const duos_addr *to, const duos_addr *bound, bool both)
{
    if (setup_is_everywhere(to)) { /* that is this machine */
        return setup_is_everywhere(bound) || is_loopback(bound);
    }
    return setup_is_everywhere(bound) &&
           (bound->family == to->family ||
            (bound->family == DUOS_IPV6 && both)) &&
           is_ours(to);
}

bool serve_is_self(const serve *s, const char *asked, const duos_addr *bound)
{
    duos_endpoint to;

    if (s->mode_address == NULL ||
        duos_endpoint_parse(s->mode_address, &to) != DUOS_OK) {
        return false;
    }
    return duos_addr_equal(bound, &to.addr) ||
           (bound->family != DUOS_UNIX && to.addr.family != DUOS_UNIX &&
            bound->port == to.addr.port &&
            reaches(&to.addr, bound, takes_both(s, asked)));
}
