/* SPDX-License-Identifier: MIT */
/*
 * duosock.h - everything: the thin layer (sockets, addresses, options, select,
 * pollers) and what is built on it (loop, names, connections, server,
 * client, datagrams).
 */
#ifndef DUOSOCK_H
#define DUOSOCK_H

#include <duosock/config.h>
#include <duosock/error.h>
#include <duosock/alloc.h>
#include <duosock/shared.h>
#include <duosock/addr.h>
#include <duosock/cidr.h>
#include <duosock/interface.h>
#include <duosock/socket.h>
#include <duosock/stream.h>
#include <duosock/message.h>
#include <duosock/sendfile.h>
#include <duosock/pair.h>
#include <duosock/local.h>
#include <duosock/listen.h>
#include <duosock/option.h>
#include <duosock/multicast.h>
#include <duosock/tcpinfo.h>
#include <duosock/select.h>
#include <duosock/poller.h>
#include <duosock/loop.h>
#include <duosock/resolve.h>
#include <duosock/quit.h>
#include <duosock/input.h>
#include <duosock/transport.h>
#include <duosock/conn.h>
#include <duosock/frame.h>
#include <duosock/server.h>
#include <duosock/client.h>
#include <duosock/datagram.h>

#endif
