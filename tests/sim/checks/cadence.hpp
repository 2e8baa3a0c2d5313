#pragma once

#include "history.hpp"
#include "history/verdict.hpp"

#include <kazoo/handler.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace kazoo::sim {

/// When a client pings and connects, as seen on its wire.
///
/// Pings go out every third of the session timeout T, whatever else is sent; what the client cannot
/// help (its process stood still, the system took no bytes) is excused. Attempts that come to
/// nothing follow each other with pauses, one for each round of servers, and they do follow. A
/// connection on which nothing arrives for 2T/3 is given up, a session without contact for 4T/3
/// as well.
class Cadence {
public:
    Cadence(Verdict& verdict, std::string who, std::size_t hosts)
        : verdict_(verdict), who_(std::move(who)), hosts_(hosts) {}

    /// The client's process stood still, or is about to, for so long.
    void on_excuse(Duration time);

    /// The name that is looked up now takes so long.
    void on_slow_name(Duration time) { attempt_excuse_ += time; }

    void on_attempt(TimePoint now);
    /// The server has welcomed the client.
    void on_welcome(Duration session_timeout, TimePoint now);
    void on_heard(TimePoint now) { heard_ = now; }
    /// The server has answered something on this connection.
    void on_proof() { unproven_.clear(); }
    void on_ping(TimePoint now);
    /// Credentials are sent: until they are judged there are no pings.
    void on_auth();
    void on_end(TimePoint now);

    void on_send(TimePoint now) { sending_since_ = now; }
    void on_sent(TimePoint now);

    /// The client wants to be connected from now on, or does not any more.
    void want(bool connected, TimePoint now);
    /// What the client says of itself, and whether its process has had time to look at the clock.
    void look(bool connected, bool suspended, TimePoint now);

private:
    [[nodiscard]] Duration excused(TimePoint now) const;
    void check_gap(TimePoint now, const char* what);

    Verdict& verdict_;
    const std::string who_;
    const std::size_t hosts_;

    std::deque<TimePoint> unproven_;  // attempts since the last proof
    TimePoint last_attempt_;
    TimePoint heard_;
    bool wanted_ = false;

    Duration timeout_{0};  // of the session; 0: none so far
    bool welcomed_ = false;
    TimePoint last_ping_;  // or the welcome
    Duration excuse_{0};   // since then
    Duration attempt_excuse_{0};
    Duration heard_excuse_{0};
    Duration patience_{0};  // after a pause a ping has the usual time to be answered
    bool excused_before_ = true;
    std::optional<TimePoint> sending_since_;
};

}  // namespace kazoo::sim
