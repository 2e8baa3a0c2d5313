// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/time.hpp>

#include <cstdint>
#include <optional>

namespace kazoo::detail::recipe {

/// The pauses between tries that go on as long as an object lives, such as those to keep a node:
/// the limits of the policy apply to the failures since the last success. Not thread-safe.
class LastingTries {
public:
    explicit LastingTries(const RetryPolicy& policy) noexcept : policy_(policy) {}

    void succeeded() noexcept { run_.reset(); }
    /// Returns the next pause. Throws RetryFailedError if there is no other try. `seed`: for the
    /// random part of the pauses, used at the first failure; a session id differs between clients.
    [[nodiscard]] Duration after(const Error& error, TimePoint now, std::int64_t seed) {
        if (!run_) {
            run_.emplace(policy_, static_cast<std::uint64_t>(seed), now);
        }
        // The policy decides on the number of tries only, whatever the error is.
        const Error retried(
            ClientErrc::force_retry,
            error.outcome(),
            error.operation(),
            error.path(),
            error.message()
        );
        return run_->after(make_exception(retried), now);
    }

private:
    const RetryPolicy policy_;
    std::optional<RetryRun> run_;
};

}  // namespace kazoo::detail::recipe
