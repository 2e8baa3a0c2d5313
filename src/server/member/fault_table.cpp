// SPDX-License-Identifier: Apache-2.0
#include "server/member/fault_table.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {
namespace {

constexpr int without_limit = std::numeric_limits<int>::max();

bool matches(
    const RequestFault& fault, codec::Opcode op, std::int64_t session, std::string_view path
) {
    const auto& others = fault.other_ops;
    const bool op_fits =
        fault.op ? *fault.op == op || std::find(others.begin(), others.end(), op) != others.end()
                 : op != codec::Opcode::ping;
    return op_fits && (fault.session == 0 || fault.session == session) &&
           path.substr(0, fault.path_prefix.size()) == fault.path_prefix;
}

}  // namespace

std::uint64_t FaultTable::add(RequestFault fault) {
    // Discards faults that are used up. A hold stays: each ReplyHold refers to it until it is
    // removed.
    std::erase_if(requests_, [](const RequestFault& old) {
        return old.times <= 0 && old.kind != RequestFault::Kind::hold;
    });
    fault.number = ++last_number_;
    requests_.push_back(std::move(fault));
    return last_number_;
}

void FaultTable::remove(std::uint64_t number) {
    std::erase_if(requests_, [&](const RequestFault& fault) { return fault.number == number; });
}

void FaultTable::clear() {
    // Keeps the counter: callers may still hold old numbers.
    const auto last_number = last_number_;
    *this = {};
    last_number_ = last_number;
}

const RequestFault* FaultTable::find_and_count(
    codec::Opcode op, std::int64_t session, std::string_view path
) {
    for (auto& fault : requests_) {
        if (fault.times <= 0 || !matches(fault, op, session, path)) continue;
        if (fault.skip > 0) {
            --fault.skip;
            continue;
        }
        if (fault.times != without_limit) --fault.times;
        return &fault;
    }
    return nullptr;
}

HandshakeFault FaultTable::match_handshake() {
    if (handshake_times <= 0) handshake = HandshakeFault::none;
    const auto matched = handshake;
    if (matched != HandshakeFault::none && handshake_times != without_limit) --handshake_times;
    if (handshake_times <= 0) {
        handshake = HandshakeFault::none;
        handshake_times = without_limit;
    }
    return matched;
}

bool FaultTable::contains(std::uint64_t number) const noexcept {
    return std::any_of(requests_.begin(), requests_.end(), [&](const RequestFault& fault) {
        return fault.number == number;
    });
}

}  // namespace kazoo::server
