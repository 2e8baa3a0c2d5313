// SPDX-License-Identifier: Apache-2.0
/// Watch events in the output of commands.
#pragma once

#include "cli/session.hpp"

#include <kazoo/watcher.hpp>

#include <future>
#include <memory>

namespace tool {

/// Writes one event: "CHANGED /a", or an object with the fields type, path, state and zxid.
void print_event(Output& out, const kazoo::WatchedEvent& event);

/// The option --watch of commands that read: waits for one event of a watch that fires once.
class OneEvent {
public:
    /// Returns the watch function to pass to the operation; none unless `wanted`.
    explicit OneEvent(bool wanted);
    [[nodiscard]] const kazoo::Watcher& watcher() const noexcept { return watcher_; }
    /// Writes out what has been written so far, waits for the event, and writes it. Does nothing
    /// unless it was wanted. Throws Failure with ExitCode::lost if the session ends.
    void print(Output& out);

private:
    std::shared_ptr<std::promise<kazoo::WatchedEvent>> event_;
    kazoo::Watcher watcher_;
};

}  // namespace tool
