// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/verdict.hpp"

#include <kazoo/handler.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace kazoo::sim {

/// Checks when a client pings and connects, as observed on its wire.
///
/// Pings go out every third of the session timeout T, whatever else is sent. Delays outside the
/// client's control (its process was suspended, the system's send buffer was full) are excused.
/// After a round of failed attempts the client pauses, and then continues to try. It abandons a
/// connection on which nothing arrives for 2T/3, and a session without contact for 4T/3.
class Cadence {
public:
    Cadence(Verdict& verdict, std::string who, std::size_t hosts)
        : verdict_(verdict), who_(std::move(who)), hosts_(hosts) {}

    /// The client's process is suspended, or is about to be, for this long.
    void on_excuse(Duration time);

    /// The name lookup in progress takes this long.
    void on_slow_name(Duration time) { attempt_excuse_ += time; }

    void on_attempt(TimePoint now);
    /// The server has accepted the client's handshake.
    void on_handshake(Duration session_timeout, TimePoint now);
    void on_received(TimePoint now) { last_received_ = now; }
    /// The server has answered a request on this connection.
    void on_reply() { attempts_without_reply_.clear(); }
    void on_ping(TimePoint now);
    /// Credentials were sent; there are no pings until the server has answered them.
    void on_auth();
    void on_end(TimePoint now);

    void on_send(TimePoint now) { sending_since_ = now; }
    void on_sent(TimePoint now);

    /// From now on the client tries to stay connected, or no longer does.
    void set_wanted(bool connected, TimePoint now);
    /// What a client believes that takes all that it receives for a sign that its session lives.
    [[nodiscard]] TimePoint naive_bound() const noexcept { return last_received_ + timeout_; }
    /// Checks the state that the client reports. Call only when its process has had time to run its
    /// timers.
    void look(bool connected, bool suspended, TimePoint now);

private:
    [[nodiscard]] Duration excused(TimePoint now) const;
    void check_gap(TimePoint now, const char* what);

    Verdict& verdict_;
    const std::string who_;
    const std::size_t hosts_;

    std::deque<TimePoint> attempts_without_reply_;  // attempts since the last answered request
    TimePoint last_attempt_;
    TimePoint last_received_;
    bool wanted_ = false;

    Duration timeout_{0};  // of the session; 0 before the first handshake
    bool handshake_done_ = false;
    TimePoint last_ping_;       // or the time of the handshake
    Duration excused_time_{0};  // since last_ping_
    Duration attempt_excuse_{0};
    Duration heard_excuse_{0};
    Duration extra_silence_{0};  // after a suspension a ping has the usual time to be answered
    bool excused_before_ = true;
    std::optional<TimePoint> sending_since_;
};

}  // namespace kazoo::sim
