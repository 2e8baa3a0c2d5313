// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lane_calls.hpp"
#include "recipe/lasting_tries.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>
#include <kazoo/recipes/election.hpp>
#include <kazoo/recipes/leader_latch.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace kazoo::detail::recipe {

/// What a LeaderLatch and its coroutines share.
class Latching final : public std::enable_shared_from_this<Latching> {
public:
    Latching(KazooClient& client, PathView path, const LeaderLatchOptions& options);

    /// Returns false if that was done before.
    [[nodiscard]] bool begin() noexcept;
    /// The start has failed: it may be started again.
    void undo_begin() noexcept;
    void close() noexcept;
    /// Ends it as close() does, but not the calls of the user's functions.
    void end() noexcept;
    [[nodiscard]] bool started() const noexcept;
    [[nodiscard]] Leadership leadership() const;
    [[nodiscard]] Election& election() noexcept { return election_; }
    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] const LeaderLatchOptions& options() const noexcept { return options_; }

    // For the coroutines.

    /// A stop is requested on it by close().
    [[nodiscard]] std::stop_token closed() const noexcept { return closed_.get_token(); }
    /// Set while this process leads; cancelled by close().
    [[nodiscard]] const Event& led() const noexcept { return led_; }
    /// Whether its node has been created since this was called last.
    [[nodiscard]] bool has_stood() noexcept { return stands_->exchange(false); }
    /// Used by one coroutine after the other.
    [[nodiscard]] LastingTries& tries() noexcept { return tries_; }
    void enter(const Leadership& leadership);
    void leave() noexcept;
    /// Reports an error, unless it was the last one that was reported.
    void report(const Error& error) noexcept;

private:
    const RecipeClient client_;
    const LeaderLatchOptions options_;
    const std::shared_ptr<std::atomic<bool>> stands_;  // shared with a function of election_
    Election election_;
    const Event led_;
    LastingTries tries_;
    const std::shared_ptr<LaneCalls> calls_;
    std::stop_source closed_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    Leadership leadership_;  // a default-constructed one while this process does not lead
    bool started_ = false;
    std::error_code reported_;  // of the last reported error; none once this process has led
};

/// Stands for leadership until the latch is closed. Keeps the handler running. Throws what
/// Handler::start throws, and std::bad_alloc.
AsyncResult<void> stand(std::shared_ptr<Latching> latching);

/// Waits until this process leads.
AsyncResult<Leadership> await_leadership(std::shared_ptr<Latching> latching, CallLimits limits);

}  // namespace kazoo::detail::recipe
