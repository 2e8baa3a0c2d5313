// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/recipe_client.hpp"
#include "recipe/turns.hpp"

#include <kazoo/event.hpp>
#include <kazoo/watcher.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// What the calls of a Queue or LockingQueue share. They keep it alive, also after the user's
/// object has been destroyed. Thread-safe.
class QueueState {
public:
    /// `recipe`: the name of the public class; a string literal. `entries`: the name of the node
    /// below `path` that has the entries; empty if `path` itself has them.
    QueueState(
        const KazooClient& client,
        const char* recipe,
        std::string_view path,
        std::string_view entries
    );
    QueueState(const QueueState&) = delete;
    QueueState& operator=(const QueueState&) = delete;

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }
    /// Returns the path of an entry.
    [[nodiscard]] std::string entry(std::string_view name) const {
        return entries + "/" + std::string(name);
    }

    /// Reserves an entry for one call of this object. Returns false if another has reserved it.
    [[nodiscard]] bool reserve(const std::string& name);
    void release(const std::string& name, bool taken) noexcept;
    [[nodiscard]] bool is_reserved(const std::string& name) const;

    /// Ends the calls that wait for items, when the user's object is destroyed.
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept;
    /// Throws CancelledError if the user's object has been destroyed.
    void throw_if_closed() const;

    /// Returns the limits of a call that waits for items, or of another.
    [[nodiscard]] CallLimits limits(const CallOptions& options, CallKind kind) const {
        return CallLimits(options, *handler(), kind);
    }

    const RecipeClient client;
    const std::string path;
    const std::string entries;  ///< The parent of the entries.
    /// Set when an entry has come or gone, or another call of this object has not taken what it had
    /// reserved. The call that has its turn clears it before it lists the entries.
    const Event changed;
    /// Sets `changed`. One object for all reads, so that the client has one watch of each node.
    const Watcher watcher;
    const std::shared_ptr<Turns> turns;

private:
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::set<std::string> reserved_;
    bool closed_ = false;
};

/// The reservation of an entry by one call.
class Reservation {
public:
    /// Throws std::bad_alloc.
    Reservation(std::shared_ptr<QueueState> queue, std::string name)
        : queue_(std::move(queue)), name_(std::move(name)), owns_(queue_->reserve(name_)) {}
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation() {
        if (owns_) {
            queue_->release(name_, taken_);
        }
    }
    /// Notes that the entry has been taken, so that it is nothing for other calls.
    void taken() noexcept { taken_ = true; }
    /// Returns false if another call has the entry.
    explicit operator bool() const noexcept { return owns_; }

private:
    const std::shared_ptr<QueueState> queue_;
    const std::string name_;
    const bool owns_;
    bool taken_ = false;
};

}  // namespace kazoo::detail::recipe
