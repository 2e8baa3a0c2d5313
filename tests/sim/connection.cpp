// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <algorithm>

namespace kazoo::sim {
namespace {

std::error_code end_of_stream() {
    return std::make_error_code(std::errc::no_message_available);
}

}  // namespace

Connection::Connection(Simulator& simulator, Link& link, std::string name)
    : simulator_(simulator), link_(link), name_(std::move(name)) {}

void Connection::attach(Side side, Process& process, std::weak_ptr<Socket> socket) {
    end(side).process = &process;
    end(side).socket = std::move(socket);
}

TimePoint Connection::arrival(Side from) {
    auto& chance = simulator_.chance();
    auto when = simulator_.now() + link_.latency + chance.between(0ns, link_.jitter);
    const auto blocked = link_.blocked_until[static_cast<std::size_t>(from)];
    if (blocked > simulator_.now()) {  // retransmitted some time after the link recovers
        when = std::max(when, blocked + link_.latency + chance.between(0ms, 200ms));
    }
    auto& last = end(from).last_arrival;
    last = std::max(last, when);
    return last;
}

void Connection::send(Side from, std::span<const std::byte> bytes) {
    if (end(from).closed) {
        return;
    }
    auto& chance = simulator_.chance();
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t at = 0;
    while (at < all.size()) {
        auto size = all.size() - at;
        if (size > 1 && chance.one_in(6)) {
            size = 1 + static_cast<std::size_t>(chance.below(size));
        }
        queue(from, {std::string(all.substr(at, size)), false});
        at += size;
    }
    // With a blocked link the send buffer may be full, so that on_sent waits for the link.
    auto taken = simulator_.now() + chance.between(1us, 50us);
    const auto blocked = link_.blocked_until[static_cast<std::size_t>(from)];
    if (blocked > taken && chance.one_in(3)) {
        taken = blocked;
    }
    auto& sender = end(from);
    sender.process->at(taken, [self = shared_from_this(), from, size = bytes.size()] {
        const auto socket = self->end(from).socket.lock();
        if (socket && !self->end(from).closed) {
            socket->on_sent(size);
        }
    });
}

void Connection::queue(Side from, Segment segment) {
    auto& flight = end(from).under_way;
    const bool joins = !flight.empty() && !segment.last && simulator_.chance().one_in(3);
    if (joins) {
        flight.back().bytes += segment.bytes;
        return;
    }
    flight.push_back(std::move(segment));
    simulator_.at(arrival(from), [self = shared_from_this(), from] { self->deliver(from); });
}

void Connection::deliver(Side from) {
    auto& sender = end(from);
    if (sender.under_way.empty() || sender.swallowing) {
        return;
    }
    const auto blocked = link_.blocked_until[static_cast<std::size_t>(from)];
    if (blocked > simulator_.now()) {
        const auto later = blocked + simulator_.chance().between(0ms, 100ms);
        return simulator_.at(later, [self = shared_from_this(), from] { self->deliver(from); });
    }
    auto segment = std::move(sender.under_way.front());
    sender.under_way.pop_front();
    auto* const process = end(other(from)).process;
    if (process == nullptr) {
        return;
    }
    process->at(
        simulator_.now(),
        [self = shared_from_this(), to = other(from), segment = std::move(segment)]() mutable {
            self->hand_over(to, std::move(segment));
        }
    );
}

void Connection::hand_over(Side to, Segment segment) {
    auto& receiver = end(to);
    if (receiver.closed) {
        if (!segment.last) {  // data for a closed socket is answered with a reset
            notify_end(
                other(to),
                std::make_error_code(std::errc::connection_reset),
                simulator_.now() + link_.latency
            );
        }
        return;
    }
    const auto socket = receiver.socket.lock();
    if (segment.last) {
        receiver.closed = true;
        if (socket) {
            socket->on_end(end_of_stream());
        }
    } else if (socket) {
        socket->on_data(std::as_bytes(std::span(segment.bytes.data(), segment.bytes.size())));
    }
}

void Connection::close(Side from) {
    auto& sender = end(from);
    if (sender.closed) {
        return;
    }
    sender.closed = true;
    queue(from, {{}, true});
}

void Connection::notify_end(Side side, std::error_code why, TimePoint when) {
    auto* const process = end(side).process;
    if (process == nullptr) {
        return;
    }
    process->at(when, [self = shared_from_this(), side, why] {
        auto& told = self->end(side);
        if (told.closed) {
            return;
        }
        told.closed = true;
        if (const auto socket = told.socket.lock()) {
            socket->on_end(why);
        }
    });
}

void Connection::reset() {
    for (const auto side : {Side::client, Side::server}) {
        end(side).under_way.clear();
        end(side).swallowing = true;
        notify_end(side, std::make_error_code(std::errc::connection_reset), arrival(side));
    }
}

void Connection::swallow(Side from) {
    end(from).under_way.clear();
    end(from).swallowing = true;
}

void Connection::vanish(Side side) {
    end(side).closed = true;
    swallow(side);
}

}  // namespace kazoo::sim
