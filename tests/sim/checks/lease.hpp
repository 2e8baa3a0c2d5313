// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/verdict.hpp"

#include <kazoo/time.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace kazoo::sim {

/// Checks that the servers do not expire a session while its client is certain that they do not
/// (SessionOperations::session_valid_until).
class LeaseCheck {
public:
    LeaseCheck(Verdict& verdict, std::string who) : verdict_(verdict), who_(std::move(who)) {}

    /// The timeout of a session, of this client or another, has expired.
    void on_expired(std::int64_t session) { expired_.insert(session); }
    /// The client has this session, certainly until then. Returns whether it is certain now.
    bool look(std::int64_t session, std::optional<TimePoint> until, TimePoint now);

private:
    Verdict& verdict_;
    const std::string who_;
    std::set<std::int64_t> expired_;
};

}  // namespace kazoo::sim
