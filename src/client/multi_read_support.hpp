// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>

#include <atomic>

namespace kazoo::detail::client {

/// Whether the servers of a client know multi_read (ZooKeeper 3.6). Older ones reply that they do
/// not, or close the connection without a reply, which may have other reasons. Thread-safe.
class MultiReadSupport {
public:
    /// Returns false if multi_read is not to be sent any more.
    [[nodiscard]] bool expected() const noexcept { return state_.load() != State::absent; }

    /// Returns whether a server has answered one.
    [[nodiscard]] bool present() const noexcept { return state_.load() == State::present; }

    /// A server has answered a multi_read.
    void answered() noexcept {
        auto present = state_.load();
        while (present != State::absent && !state_.compare_exchange_weak(present, State::present)) {
        }
    }

    /// A multi_read has failed. Returns whether to send single reads instead: because servers do
    /// not know it, or because that may be why the connection was lost. Two such losses count as
    /// the former.
    [[nodiscard]] bool failed(const Error& error) noexcept {
        if (error.code() == Errc::unimplemented) {
            state_.store(State::absent);
            return true;
        }
        // Sent, and not answered.
        if (error.code() != Errc::connection_loss || error.outcome() != Outcome::not_applied) {
            return false;
        }
        auto present = State::unknown;
        if (state_.compare_exchange_strong(present, State::suspected)) {
            return true;
        }
        present = State::suspected;
        return state_.compare_exchange_strong(present, State::absent) || present == State::absent;
    }

private:
    enum class State { unknown, suspected, present, absent };
    std::atomic<State> state_{State::unknown};
};

}  // namespace kazoo::detail::client
