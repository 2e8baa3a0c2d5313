// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin.hpp"
#include "script.hpp"
#include "target.hpp"
#include "transcript.hpp"

#include <deque>
#include <optional>

namespace kazoo::differential {

/// Plays scripts on one server. Only one client at a time has requests in flight, so that the
/// result does not depend on timing; the requests of one client are pipelined.
class Player {
public:
    explicit Player(Target& target) : target_(target), admin_(target) {}

    /// `root` must not exist; it is deleted at the end.
    [[nodiscard]] Transcript play(const Script& script, const std::string& root);

    [[nodiscard]] Target& target() const noexcept { return target_; }

private:
    struct Pending {
        std::size_t step = 0;
        codec::Opcode op{};
    };
    struct Client {
        std::optional<Target::Link> link;
        std::int64_t session = 0;
        std::string password;
        std::string unsent;
        std::deque<Pending> pending;
        std::size_t loose = 0;  // trailing notifications whose step is not yet known
    };

    void perform(const Step& step);
    void request(const Step& step);
    void raw_bytes(const Step& step);
    void disconnect(const Step& step);
    void shake_hands(const Step& step);
    [[nodiscard]] std::string connect_request(const Step& step) const;
    /// Reads the handshake reply; returns whether the session was accepted.
    bool accept(const Step& step, Target::Link link);
    [[nodiscard]] std::string body_of(const Step& step) const;

    void settle(std::size_t slot);
    void settle_others(std::size_t slot);
    void barrier();
    void barrier(std::size_t slot);
    void expect_close(std::size_t slot);
    void take_frame(std::size_t slot, const std::string& frame);
    void lose(std::size_t slot, const std::string& why);
    void note(std::size_t slot, std::size_t step, Entry entry);
    void note(std::size_t slot, const std::string& text);
    using Marks = std::array<std::size_t, slots>;
    [[nodiscard]] Marks marks() const;
    void sort_notifications(const Marks& since);
    void end(const std::string& root);

    Target& target_;
    Admin admin_;

    // The state of the current script.
    std::array<Client, slots> clients_;
    std::map<std::int64_t, std::string> passwords_;  // of sessions that were not closed
    Transcript transcript_;
    Names names_;
    std::string root_;
    std::int64_t latest_zxid_ = 0;
    std::size_t step_ = 0;
};

}  // namespace kazoo::differential
