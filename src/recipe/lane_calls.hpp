// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/unique_function.hpp>

#include <memory>
#include <mutex>

namespace kazoo::detail::recipe {

/// Calls functions of the user on Lane::callback, one at a time, until it is closed. Owned by a
/// recipe and by the calls that are queued. Thread-safe.
class LaneCalls final : public std::enable_shared_from_this<LaneCalls> {
public:
    explicit LaneCalls(std::shared_ptr<Handler> handler)
        : handler_(std::move(handler)), idle_(handler_) {}

    /// Queues a call. `function` is destroyed on the lane after the call, or without a call if
    /// close() comes first. An exception that it throws is logged. Throws what Handler::dispatch
    /// throws, and std::bad_alloc.
    void post(UniqueFunction<void()> function);
    /// No other call begins. Waits for a call in progress, unless the caller is on a lane of the
    /// handler or must not block.
    void close() noexcept;

private:
    void call(UniqueFunction<void()>& function);

    const std::shared_ptr<Handler> handler_;
    const Event idle_;  // cleared when a call begins, set when it ends
    std::mutex mutex_;
    // Guarded by mutex_:
    bool closed_ = false;
    bool calling_ = false;
};

}  // namespace kazoo::detail::recipe
