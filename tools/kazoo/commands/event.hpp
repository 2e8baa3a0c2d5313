// SPDX-License-Identifier: Apache-2.0
/// Watch events in the output of commands.
#pragma once

#include "cli/session.hpp"

#include <kazoo/watcher.hpp>

#include <future>
#include <memory>

namespace tool {

/// Returns the line for one event: "CHANGED /a", or an object with the fields type, path, state and
/// zxid.
std::string event_line(Format format, const kazoo::WatchedEvent& event);

/// Returns a watch function that lets the shell write each event.
kazoo::Watcher announcing_watcher(Interactive& shell, Format format);

/// The option --watch of commands that read: waits for one event of a watch that fires once. In a
/// shell nothing waits: the event is written when it arrives.
class OneEvent {
public:
    /// Returns the watch function to pass to the operation; none unless `wanted`.
    OneEvent(const Session& session, bool wanted);
    [[nodiscard]] const kazoo::Watcher& watcher() const noexcept { return watcher_; }
    /// Writes out what has been written so far, waits for the event, and writes it. Does nothing
    /// unless it was wanted, and in a shell. Throws Failure with ExitCode::lost if the session
    /// ends.
    void print(Output& out);

private:
    std::shared_ptr<std::promise<kazoo::WatchedEvent>> event_;
    kazoo::Watcher watcher_;
};

}  // namespace tool
