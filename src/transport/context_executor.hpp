// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <utility>

namespace kazoo::transport {

/// The executor of the library's sockets and timers. It belongs to the execution context of a
/// handler's executor, and calls a completion handler where the operation completed, in a thread
/// that runs the context.
///
/// With the handler's own executor, an `any_io_executor`, Asio allocates memory when it begins and
/// when it completes an operation, unless the executor is an io_context's own. The first happens in
/// functions that are noexcept, the second in the user's loop: an allocation that fails ends the
/// program. Completion handlers are serialised by Turns, so they need no strand.
class ContextExecutor {
public:
    /// A function and not a constructor with one parameter: to copy this class, clang 14 would
    /// examine the conversion to any_io_executor, which needs to know whether this is an executor.
    [[nodiscard]] static ContextExecutor of(const boost::asio::any_io_executor& executor) {
        return {executor, boost::asio::query(executor, boost::asio::execution::context)};
    }

    [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t
    ) const noexcept {
        return *context_;
    }
    /// What is posted goes through the handler's executor, and may fail with std::bad_alloc.
    [[nodiscard]] boost::asio::any_io_executor require(
        boost::asio::execution::blocking_t::never_t never
    ) const {
        return boost::asio::require(executor_, never);
    }
    template <class Function>
    void execute(Function&& function) const {
        std::forward<Function>(function)();
    }
    bool operator==(const ContextExecutor&) const noexcept = default;

private:
    ContextExecutor(
        const boost::asio::any_io_executor& executor, boost::asio::execution_context& context
    )
        : executor_(executor), context_(&context) {}

    boost::asio::any_io_executor executor_;
    boost::asio::execution_context* context_;
};

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, ContextExecutor>;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    ContextExecutor>;

}  // namespace kazoo::transport
