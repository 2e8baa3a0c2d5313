// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>
#include <kazoo/watcher.hpp>

#include <memory>
#include <mutex>

namespace kazoo::detail::recipe {

/// The watch function that all reads of one object share, so that calls which give up leave at most
/// one of them behind for each node, and a way to wait for its next call. Thread-safe.
class NodeSignal {
public:
    explicit NodeSignal(const std::shared_ptr<Handler>& handler);

    [[nodiscard]] const Watcher& watcher() const noexcept { return watcher_; }
    /// Begins to wait for the next call of the watch function, also for one that says that the
    /// session has ended. To be called before the read that sets the watch. See wait_for().
    [[nodiscard]] AsyncResult<bool> wait(const CallLimits& limits) const;

private:
    struct Events {
        explicit Events(const std::shared_ptr<Handler>& loop)
            : handler(loop), next(loop), spare(loop) {}
        void fire();

        const std::shared_ptr<Handler> handler;
        std::mutex mutex;
        // Guarded by mutex. Waits that begin in response to a call of the watch function are for
        // the next one, so the event that is being set must not be theirs.
        Event next;
        Event spare;
    };

    const std::shared_ptr<Events> events_;
    const Watcher watcher_;
};

}  // namespace kazoo::detail::recipe
