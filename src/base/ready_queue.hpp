#pragma once

#include <kazoo/detail/result_state.hpp>

namespace kazoo::base {

/// Results of one thread, or fiber, that are ready and whose links have yet to run. While one
/// result's links run, those that become ready by it wait here, so that results that wait for one
/// another, however many, take no stack. The results themselves are the nodes: nothing is
/// allocated.
class ReadyQueue {
public:
    /// Runs the links of a result: now, or, inside of another's, after that.
    static void run(detail::RefPtr<detail::ResultStateBase> ready) noexcept;

    /// Runs what waits in this thread or fiber; for before it blocks, since what it is about to
    /// wait for may be among that.
    static void run_pending() noexcept;

    ~ReadyQueue() = default;
    ReadyQueue(const ReadyQueue&) = delete;
    ReadyQueue& operator=(const ReadyQueue&) = delete;

private:
    ReadyQueue() noexcept = default;

    void push(detail::RefPtr<detail::ResultStateBase> ready) noexcept;
    void drain() noexcept;

    detail::ResultStateBase* first_ = nullptr;
    detail::ResultStateBase* last_ = nullptr;
};

}  // namespace kazoo::base
