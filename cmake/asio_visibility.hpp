// SPDX-License-Identifier: Apache-2.0
// Included before everything else where the library uses Asio: what Asio keeps for each thread (the
// loops that run in it) is shared with a program that runs a loop of its own; see kazoo.map.
#pragma once

#pragma GCC visibility push(default)
#include <boost/asio/detail/call_stack.hpp>
#include <boost/asio/detail/strand_executor_service.hpp>
#include <boost/asio/detail/strand_service.hpp>
#include <boost/asio/detail/thread_context.hpp>
#include <boost/asio/detail/thread_info_base.hpp>
#pragma GCC visibility pop
