// SPDX-License-Identifier: Apache-2.0
// Requests that the present server does not know.
#include "codec/protocol_numbers.hpp"
#include "session/session.hpp"

#include <vector>

namespace kazoo::session {

/// Called with each reply, and with what the server does next if that follows from the reply alone:
/// `ends` the connection.
void Session::note_support(codec::Opcode op, std::int32_t err, bool ends, TimePoint now) noexcept {
    if (is_unknown_request(op, err)) {
        unsupported_.refused(server_, op, now);
    } else if (!ends) {
        unsupported_.answered(op);
    }
}

/// Called when the server has closed the connection: it may not know the oldest request.
void Session::suspect_oldest_request(TimePoint now) noexcept {
    requests_.each([&](const Pending& oldest, bool sent) {
        if (sent) {
            unsupported_.closed_at(server_, oldest.op, now);
        }
        return false;
    });
}

/// Called for a new connection. Requests that the server does not know would end it at once.
void Session::give_up_unsupported(TimePoint now) {
    if (unsupported_.empty()) {
        return;
    }
    std::vector<RequestId> refused;
    requests_.each([&](const Pending& entry, bool sent) {
        if (!sent && unsupported_.contains(server_, entry.op, now)) {
            refused.push_back(entry.id);
        }
        return true;
    });
    for (const auto id : refused) {
        auto request = requests_.cancel(id);
        if (request.request) {
            give_up(std::move(request), Errc::unimplemented);
        }
    }
}

/// Servers answer a request that they do not know at once, ahead of earlier ones, and close the
/// connection. Returns whether this is such a reply; the connection has then ended. The request
/// ends in its turn among those that end with the connection.
bool Session::on_early_refusal(std::int32_t xid, std::int32_t err, TimePoint now) {
    if (codec::errc(err) != Errc::unimplemented) {
        return false;
    }
    RequestId id = 0;
    codec::Opcode op{};
    requests_.each([&](const Pending& entry, bool sent) {
        if (sent && entry.xid == xid && may_be_unknown(entry.op)) {
            id = entry.id;
            op = entry.op;
        }
        return sent && id == 0;
    });
    if (id == 0) {
        return false;
    }
    unsupported_.refused(server_, op, now);
    refused_ = id;
    end_by_server(err, now);
    refused_ = 0;
    return true;
}

/// Ends the refused request if it has outlived the connection, behind reads that have, too.
void Session::end_refused() noexcept {
    if (refused_ == 0) {
        return;
    }
    auto request = requests_.cancel(refused_);
    if (request.request) {
        refuse(std::move(request));
    }
}

void Session::refuse(RequestQueue::GivenUp request) noexcept {
    ReplyEvent event;
    event.request = std::move(request.request);
    event.error = Errc::unimplemented;
    if (request.watch) {
        event.watcher = request.watch->take_watcher();
    }
    events_.push_promised(std::move(event));
}

}  // namespace kazoo::session
