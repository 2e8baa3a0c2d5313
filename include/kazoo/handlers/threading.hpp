// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Runs everything on four threads of its own (kazoo's `SequentialThreadingHandler`): one for the
/// connections and one for each lane. The default handler of a client.
///
/// Blocking calls are allowed everywhere but on the connection thread, where coroutines continue
/// after `direct`, and in state listeners. A callback that blocks delays its own lane only.
///
/// A caller that blocks again and again while no other does, such as a loop of blocking calls,
/// takes the place of the connection thread while it waits, which saves two switches of threads per
/// call. What would run on the connection thread then runs in that caller's thread, within its
/// blocking call: the logger, a host provider, coroutines after `direct`. It must not lock what the
/// caller holds; on the connection thread it would wait for the caller, which waits for it.
///
/// The threads exist from the first client's start to the last client's stop, which waits for
/// callbacks in progress without a limit of time. `start` throws std::system_error if a thread
/// cannot be created; the others are ended then. The threads do not handle signals of the process.
///
/// After fork(), the parent's threads do not exist in the child: waiting for them throws
/// ForkedError, and callbacks run in the thread that dispatches them. The first client started in
/// the child gives the handler new threads.
class SequentialThreadingHandler final : public Handler {
public:
    SequentialThreadingHandler();
    ~SequentialThreadingHandler() override;

    /// Returns "sequential_threading_handler".
    [[nodiscard]] std::string_view name() const noexcept override;
    /// The executor of the connection thread. Runs one handler at a time.
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    /// Without running threads, starts one for the task; runs it in this call only if that fails.
    void dispatch(Lane lane, Task task) override;
    /// Throws WouldDeadlockError on the connection thread and in a caller that takes its place.
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    void start() override;
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

private:
    struct Threads;
    void own_in_child();

    std::shared_ptr<Threads> threads_;
};

}  // namespace kazoo
KAZOO_API_END
