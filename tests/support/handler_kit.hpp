#pragma once

#include <kazoo/handler.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string_view>
#include <vector>

namespace kazoo::testing_support {

/// A handler with what it needs around it, such as a loop and the thread that runs it. The thread
/// of the test may block on the handler's clients, whatever kind it is.
class HandlerKit {
public:
    HandlerKit() = default;
    virtual ~HandlerKit() = default;
    HandlerKit(const HandlerKit&) = delete;
    HandlerKit& operator=(const HandlerKit&) = delete;

    [[nodiscard]] virtual const std::shared_ptr<Handler>& handler() = 0;
    /// Runs `body` where a program with such a handler would block, and returns when it has ended.
    virtual void run_blocking(const std::function<void()>& body) { body(); }
    /// Leaves the handler to its clients, as far as the kit itself has started it.
    virtual void let_go() {}
    /// Ends what is around the handler, whose clients have stopped. Says whether it ended by itself
    /// within `limit`.
    [[nodiscard]] virtual bool shut_down(std::chrono::milliseconds limit) = 0;
};

/// One kind of handler and what distinguishes it from the others.
struct HandlerKind {
    const char* name;  ///< of the instantiation: "Threading"
    std::string_view handler_name;
    std::unique_ptr<HandlerKit> (*make)();
    /// Blocking calls work in result callbacks and watch functions; elsewhere they throw
    /// WouldDeadlockError there.
    bool callbacks_may_block;
    /// How many threads the handler itself has while a client runs.
    int threads;
};
std::ostream& operator<<(std::ostream& out, const HandlerKind& kind);

/// The library's handlers, as far as they are built, and those that a user might write. The Asio
/// handler is there once with one thread that runs the loop and once with several.
const std::vector<HandlerKind>& handler_kinds();
/// Throws std::invalid_argument if there is none.
const HandlerKind& handler_kind(std::string_view name);
/// SequentialAsioHandler with the executor of a thread pool. Not among handler_kinds().
HandlerKind asio_pool_kind();

}  // namespace kazoo::testing_support
