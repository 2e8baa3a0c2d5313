// SPDX-License-Identifier: Apache-2.0
#include "session/unsupported.hpp"

#include "codec/protocol_numbers.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace kazoo::session {
namespace {

using codec::Opcode;

constexpr std::array newer_requests = {
    Opcode::create2,
    Opcode::reconfig,
    Opcode::check_watches,
    Opcode::remove_watches,
    Opcode::create_container,
    Opcode::create_ttl,
    Opcode::multi_read,
    Opcode::get_ephemerals,
    Opcode::get_all_children_number,
    Opcode::add_watch,
    Opcode::who_am_i};

/// Returns 0 for a request that every server knows.
std::uint32_t bit_of(Opcode op) noexcept {
    if (op < Opcode::create2) {
        return 0;  // the usual case: the numbers of the newer requests are greater
    }
    const auto* const at = std::find(newer_requests.begin(), newer_requests.end(), op);
    return at == newer_requests.end() ? 0 : 1U << (at - newer_requests.begin());
}

}  // namespace

bool may_be_unknown(Opcode op) noexcept {
    return bit_of(op) != 0;
}

bool is_unknown_request(Opcode op, std::int32_t err) noexcept {
    return codec::errc(err) == Errc::unimplemented && may_be_unknown(op) &&
           op != Opcode::create_ttl && op != Opcode::reconfig;
}

void UnsupportedRequests::add(
    const base::Endpoint& server, Opcode op, int count, TimePoint now
) noexcept {
    try {
        std::erase_if(entries_, [&](const Entry& one) {
            return now >= one.ends || (one.op == op && one.server == server);
        });
        if (entries_.size() >= limit) {
            entries_.erase(entries_.begin());
        }
        entries_.push_back({server, op, count, later(now, remembered)});
    } catch (const std::bad_alloc&) {
        return;
    }
}

void UnsupportedRequests::refused(const base::Endpoint& server, Opcode op, TimePoint now) noexcept {
    add(server, op, closings, now);
}

void UnsupportedRequests::answered(Opcode op) noexcept {
    answered_ops_ |= bit_of(op);
    if (!entries_.empty() && may_be_unknown(op)) {
        std::erase_if(entries_, [&](const Entry& one) {
            return one.op == op && one.closings < closings;
        });
    }
}

void UnsupportedRequests::closed_at(
    const base::Endpoint& server, Opcode op, TimePoint now
) noexcept {
    if (!may_be_unknown(op) || (answered_ops_ & bit_of(op)) != 0) {
        return;
    }
    int count = 1;
    for (const auto& one : entries_) {
        if (one.op == op && one.server == server && now < one.ends) {
            count = std::min(one.closings + 1, closings);
        }
    }
    add(server, op, count, now);
}

bool UnsupportedRequests::contains(const base::Endpoint& server, Opcode op, TimePoint now)
    const noexcept {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& one) {
        return one.op == op && one.closings >= closings && now < one.ends && one.server == server;
    });
}

}  // namespace kazoo::session
