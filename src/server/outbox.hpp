#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <list>

namespace kazoo::server {

/// Why output waits: for a fault to be removed, or else for a time.
struct Gate {
    std::uint64_t fault = 0;
    std::int64_t until_ms = 0;  // steady; if there is no fault

    friend bool operator==(const Gate&, const Gate&) = default;
};

/// What a connection is to send, in order: bytes that may go, then bytes behind gates.
class Outbox {
public:
    Outbox() = default;
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Where the next bytes are appended.
    [[nodiscard]] base::Buffer& tail() noexcept {
        return held_.empty() ? ready_ : held_.back().bytes;
    }
    /// What is appended from now on waits for this, and for all gates before.
    void add_gate(const Gate& gate);
    /// Opens gates from the front on while `open(gate)`; says whether there was one.
    template <class Open>
    bool open_gates(Open open) {
        bool any = false;
        while (!held_.empty() && open(held_.front().gate)) {
            open_first();
            any = true;
        }
        return any;
    }

    /// Moves what may go to `out`, which is empty, and takes its memory instead.
    void take(base::Buffer& out) noexcept;
    void on_sent(std::size_t bytes) noexcept {
        in_flight_ -= bytes < in_flight_ ? bytes : in_flight_;
    }

    /// What may go, and a way back to an earlier size of it.
    [[nodiscard]] std::size_t ready() const noexcept { return ready_.size(); }
    void shrink_ready(std::size_t size) noexcept;
    [[nodiscard]] bool holding() const noexcept { return !held_.empty(); }
    /// Bytes that were not reported as sent, those taken included.
    [[nodiscard]] std::size_t unsent() const noexcept {
        return in_flight_ + ready_.size() + held_before_last_ + last_held();
    }

    void discard_held() noexcept;
    void discard() noexcept;

private:
    struct Held {
        Gate gate;
        base::Buffer bytes;
    };
    // What a gate costs beside its bytes, so that gates without bytes count as well.
    static constexpr std::size_t cost_of_gate = 256;

    [[nodiscard]] std::size_t last_held() const noexcept {
        return held_.empty() ? 0 : held_.back().bytes.size() + cost_of_gate;
    }
    void open_first();

    base::Buffer ready_;
    std::list<Held> held_;
    std::size_t held_before_last_ = 0;
    std::size_t in_flight_ = 0;
};

}  // namespace kazoo::server
