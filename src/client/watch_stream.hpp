// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/watch_operations.hpp>
#include <kazoo/watch_stream.hpp>
#include <kazoo/watcher.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// The changes of a WatchStream that wait to be read, and the reader that waits for one.
///
/// A gap replaces all changes before it, so that at most one waits, and it precedes all others.
/// Thread-safe; results are completed, and their values destroyed, without mutex_.
class StreamState final : public detail::RefCounted {
public:
    StreamState(std::shared_ptr<Handler> handler, std::string_view path, std::size_t limit);

    /// Returns a watch function that passes events to the stream.
    [[nodiscard]] static Watcher watcher(const detail::RefPtr<StreamState>& stream);
    /// Returns the stream, once its watch is set.
    [[nodiscard]] static AsyncResult<WatchStream> open(
        detail::RefPtr<StreamState> stream, AsyncResult<WatchHandle> watch
    );

    AsyncResult<std::optional<WatchChange>> next();
    void close() noexcept;
    [[nodiscard]] std::optional<WatchedEvent> end() const;
    /// The process was forked: nothing may be locked.
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }

private:
    using Change = std::optional<WatchChange>;
    /// CHILD events are about the list of children, all others about the node.
    using Subject = std::pair<std::string_view, bool>;

    void on_event(const WatchedEvent& event) noexcept;
    void supply() noexcept;
    void put_back(WatchChange&& change) noexcept;

    // With mutex_ held:
    void add(const WatchedEvent& event);
    void add_gap() noexcept;
    [[nodiscard]] bool take(Change& change) noexcept;

    const std::shared_ptr<Handler> handler_;
    const std::string path_;
    const std::size_t limit_;
    const base::ForkGuard fork_;
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    WatchHandle watch_;
    bool gap_ = false;
    std::list<WatchChange> changes_;
    std::map<Subject, std::list<WatchChange>::iterator> places_;  // views the paths in changes_
    std::shared_ptr<Promise<Change>> reader_;
    std::optional<WatchedEvent> end_;
    bool over_ = false;  // no more events are added
};

}  // namespace kazoo::detail::client
