// SPDX-License-Identifier: Apache-2.0
// The output of one client connection.

#pragma once

#include "base/buffer.hpp"
#include "server/rules/time.hpp"

#include <cstddef>
#include <cstdint>
#include <list>

namespace kazoo::server {

/// Holds back output for fault injection, until a fault is removed or, if `fault` is 0, until a
/// time.
struct ReplyHold {
    std::uint64_t fault = 0;
    SteadyTime until{};  // only if `fault` is 0

    friend bool operator==(const ReplyHold&, const ReplyHold&) = default;
};

/// The output of a connection, in order: bytes that may be sent, then sections behind holds. A
/// section may be sent when its hold and all before it are released.
class Outbox {
public:
    Outbox() = default;
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// The buffer to which output is appended. Ask again after any other call.
    [[nodiscard]] base::Buffer& tail() noexcept {
        return held_.empty() ? ready_ : held_.back().bytes;
    }
    /// Output appended from now on waits behind this hold. Consecutive equal holds are one.
    void add_hold(const ReplyHold& hold);
    /// Releases holds in order while `is_over(hold)` returns true; returns whether any was
    /// released.
    template <class IsOver>
    bool release_holds(IsOver is_over) {
        bool any = false;
        while (!held_.empty() && is_over(held_.front().hold)) {
            release_first();
            any = true;
        }
        return any;
    }

    /// Moves the bytes that may be sent to `out`, which must be empty; its memory is reused.
    void take(base::Buffer& out) noexcept;
    /// `bytes` of those taken have been sent.
    void on_sent(std::size_t bytes) noexcept {
        in_flight_ -= bytes < in_flight_ ? bytes : in_flight_;
    }

    /// Number of bytes that may be sent, and a way to drop those beyond an earlier number.
    [[nodiscard]] std::size_t ready() const noexcept { return ready_.size(); }
    void shrink_ready(std::size_t size) noexcept;
    [[nodiscard]] bool holding() const noexcept { return !held_.empty(); }
    /// Bytes not reported as sent: taken, ready, and behind holds. Constant time.
    [[nodiscard]] std::size_t unsent() const noexcept {
        return in_flight_ + ready_.size() + held_before_last_ + last_held();
    }

    /// Drops the holds and the output behind them.
    void discard_held() noexcept;
    /// Drops all output that was not taken.
    void discard() noexcept;

private:
    struct Held {
        ReplyHold hold;
        base::Buffer bytes;
    };
    // Added for each hold, so that holds without bytes count toward the limit of output as well.
    static constexpr std::size_t cost_of_hold = 256;

    [[nodiscard]] std::size_t last_held() const noexcept {
        return held_.empty() ? 0 : held_.back().bytes.size() + cost_of_hold;
    }
    void release_first();

    base::Buffer ready_;
    std::list<Held> held_;
    std::size_t held_before_last_ = 0;  // size of held_ without the last section, which still grows
    std::size_t in_flight_ = 0;         // taken, not reported as sent
};

}  // namespace kazoo::server
