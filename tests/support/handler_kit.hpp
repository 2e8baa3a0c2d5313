// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string_view>
#include <vector>

namespace kazoo::testing_support {

/// A handler with its environment, such as an event loop and the thread that runs it. With every
/// kind of handler the thread of the test may make blocking calls of the handler's clients.
class HandlerKit {
public:
    HandlerKit() = default;
    virtual ~HandlerKit() = default;
    HandlerKit(const HandlerKit&) = delete;
    HandlerKit& operator=(const HandlerKit&) = delete;

    [[nodiscard]] virtual const std::shared_ptr<Handler>& handler() = 0;
    /// Runs `body` where a program with this kind of handler makes blocking calls, and waits for
    /// it.
    virtual void run_blocking(const std::function<void()>& body) { body(); }
    /// Drops the kit's own use of the handler (Handler::stop), if it has one, so that only clients
    /// keep the handler running.
    virtual void let_go() {}
    /// Ends the environment after the clients have stopped. Returns whether all work of the handler
    /// ended by itself within `limit`.
    [[nodiscard]] virtual bool shut_down(std::chrono::milliseconds limit) = 0;
};

/// One kind of handler, for parameterised tests.
struct HandlerKind {
    const char* name;               ///< in the names of tests: "Threading"
    std::string_view handler_name;  ///< Handler::name()
    std::unique_ptr<HandlerKit> (*make)();
    /// Whether blocking calls work in result callbacks and watch functions; if not, they throw
    /// WouldDeadlockError.
    bool callbacks_may_block;
    /// Number of threads that the handler itself has while a client runs.
    int threads;
};
std::ostream& operator<<(std::ostream& out, const HandlerKind& kind);

/// The library's handlers, as far as they are built, and handlers that a user might write. The Asio
/// handler appears with different loops: one thread, the concurrency hint 1, several threads, a
/// strand.
const std::vector<HandlerKind>& handler_kinds();
/// The first kind of each handler class, for suites that do not depend on how many threads run a
/// loop.
std::vector<HandlerKind> first_of_each_handler();
/// Returns the kind with this name. Throws std::invalid_argument if there is none.
const HandlerKind& handler_kind(std::string_view name);
/// SequentialAsioHandler with the executor of a thread pool. Not among handler_kinds().
HandlerKind asio_pool_kind();

}  // namespace kazoo::testing_support
