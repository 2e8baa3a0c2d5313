// SPDX-License-Identifier: Apache-2.0
// What the session does if the servers are behind the last zxid that it has seen.
#include "session/session.hpp"

#include <array>
#include <charconv>

namespace kazoo::session {
namespace {

std::string zxid_text(std::int64_t zxid) {
    constexpr int hexadecimal = 16;
    std::array<char, hexadecimal + 1> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), zxid, hexadecimal).ptr;
    return "0x" + std::string(digits.data(), end);
}

}  // namespace

/// All hosts of the round have failed. Before the pause, servers may have to be asked.
void Session::round_failed(TimePoint now) {
    const auto* const server = behind_check_.end_round(now);
    if (server == nullptr || servers_behind_) {
        return back_off(now);
    }
    ask_zxid(*server, now);
}

void Session::ask_zxid(const BehindCheck::Server& server, TimePoint now) {
    attempt_ = ++last_attempt_;
    actions_.emplace_back(ProbeAction{attempt_, server.endpoint, ProbeAction::Word::srvr});
    enter(Phase::asking_zxid, later(now, connect_timeout(now)));
}

void Session::on_zxid_answer(std::string_view answer, TimePoint now) {
    if (const auto* const next = behind_check_.answer(answer, last_zxid_, now)) {
        return ask_zxid(*next, now);
    }
    if (!behind_check_.confirmed()) {
        return back_off(now);
    }
    note_servers_behind(now);
    if (!config_.resets_zxid) {
        return back_off(now);
    }
    static_cast<void>(reset_zxid(now));
}

std::string Session::behind_text() const {
    return "the server is behind this client's last zxid " + zxid_text(last_zxid_) +
           ": restored from a backup?";
}

/// The session stays: it goes on if the servers catch up in time.
void Session::note_servers_behind(TimePoint now) {
    for (const auto& [host, endpoint] : behind_check_.servers()) {
        static_cast<void>(attempts_.note(host, endpoint.address, behind_text(), now));
    }
    log(LogLevel::error,
        "the servers are behind this client: its last zxid is " + zxid_text(last_zxid_) +
            ", theirs at most " + zxid_text(behind_check_.furthest()) +
            (config_.resets_zxid
                 ? "; a new session begins (when_ensemble_is_behind)"
                 : "; if they were restored from a backup, call reset_zxid() or restart the client")
    );
    if (!config_.resets_zxid) {
        servers_behind_ = true;
        fail_requests(ClientErrc::ensemble_behind, Watching::goes_on);
    }
}

void Session::forget_servers_behind() noexcept {
    behind_check_.reset();
    servers_behind_ = false;
}

bool Session::reset_zxid(TimePoint now) {
    if (phase_ == Phase::idle || phase_ >= Phase::exchanging_sasl) {
        return false;
    }
    if (identity_.id != 0) {
        expire("the last zxid has been reset", StateReason::ensemble_behind, now);
    } else {
        disconnect();
        begin_round();
        enter(Phase::backing_off, now);
    }
    last_zxid_ = 0;
    forget_servers_behind();
    backoff_.reset();
    return true;
}

}  // namespace kazoo::session
