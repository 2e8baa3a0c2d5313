// The output of one client connection.

#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <list>

namespace kazoo::server {

/// A barrier in the output, set by fault injection: it opens when a fault is removed or, if `fault`
/// is 0, at a time.
struct Gate {
    std::uint64_t fault = 0;
    std::int64_t until_ms = 0;  // steady; only if `fault` is 0

    friend bool operator==(const Gate&, const Gate&) = default;
};

/// The output of a connection, in order: bytes that may be sent, then sections behind gates. A
/// section may be sent when its gate and all gates before it are open.
class Outbox {
public:
    Outbox() = default;
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// The buffer to which output is appended. Ask again after any other call.
    [[nodiscard]] base::Buffer& tail() noexcept {
        return held_.empty() ? ready_ : held_.back().bytes;
    }
    /// Output appended from now on waits behind this gate. Consecutive equal gates are one.
    void add_gate(const Gate& gate);
    /// Opens gates in order while `open(gate)` returns true; returns whether any was opened.
    template <class Open>
    bool open_gates(Open open) {
        bool any = false;
        while (!held_.empty() && open(held_.front().gate)) {
            open_first();
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
    /// Bytes not reported as sent: taken, ready, and behind gates. Constant time.
    [[nodiscard]] std::size_t unsent() const noexcept {
        return in_flight_ + ready_.size() + held_before_last_ + last_held();
    }

    /// Drops the gates and the output behind them.
    void discard_held() noexcept;
    /// Drops all output that was not taken.
    void discard() noexcept;

private:
    struct Held {
        Gate gate;
        base::Buffer bytes;
    };
    // Added for each gate, so that gates without bytes count toward the limit of output as well.
    static constexpr std::size_t cost_of_gate = 256;

    [[nodiscard]] std::size_t last_held() const noexcept {
        return held_.empty() ? 0 : held_.back().bytes.size() + cost_of_gate;
    }
    void open_first();

    base::Buffer ready_;
    std::list<Held> held_;
    std::size_t held_before_last_ = 0;  // size of held_ without the last section, which still grows
    std::size_t in_flight_ = 0;         // taken, not reported as sent
};

}  // namespace kazoo::server
