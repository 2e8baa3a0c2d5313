// SPDX-License-Identifier: Apache-2.0
// What a session shows and measures of itself.
#include "session/picture.hpp"
#include "session/session.hpp"

namespace kazoo::session {

/// Requests that nothing waits for any more are not measured, and each is measured once.
void Session::on_written(TimePoint now) noexcept {
    requests_.note_written(now, [&](const Pending& request) {
        if (request.times_sent > 1) {
            ++metrics_.session.requests_resent;
        } else if (request.request) {
            metrics_.of(request.op).queued.add(now - request.issued);
        }
    });
}

SessionPicture Session::picture(std::size_t most_requests, std::size_t most_paths) const {
    SessionPicture picture;
    picture.state = state_;
    picture.session_id = identity_.id;
    picture.timeout = keepalive_.timeout();
    if (phase_ >= Phase::connecting) {
        picture.server = server_name(host_, server_.address);
    }
    picture.last_zxid = last_zxid_;
    picture.ping_sent = ping_sent_;
    picture.ping_round_trip = round_trip_;
    picture.in_flight = requests_.sent();
    picture.queued = requests_.size() - requests_.sent();
    requests_.each([&](const Pending& entry, bool sent) {
        picture.requests.push_back({entry.request, entry.op, entry.xid, sent, entry.issued});
        return picture.requests.size() < most_requests;
    });
    picture.watches = watches_.size();
    picture.watched_paths = watches_.paths();
    watches_.each([&](WatchKind kind, std::string_view path, std::size_t functions) {
        picture.paths.push_back({std::string(path), kind, functions});
        return picture.paths.size() < most_paths;
    });
    picture.history = attempts_.history();
    return picture;
}

}  // namespace kazoo::session
