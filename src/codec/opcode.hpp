// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace kazoo::codec {

/// The type of a request. The underlying type is fixed, so that every number from the network is a
/// valid value of the enum; `is_known` returns whether it is one of these. Versions are the first
/// of ZooKeeper that support the request: an older server replies `unimplemented` and closes the
/// connection.
enum class Opcode : std::int32_t {
    notification = 0,
    create = 1,
    delete_ = 2,
    exists = 3,
    get_data = 4,
    set_data = 5,
    get_acl = 6,
    set_acl = 7,
    get_children = 8,
    sync = 9,
    ping = 11,
    get_children2 = 12,
    check = 13,
    multi = 14,
    create2 = 15,           // 3.5.0
    reconfig = 16,          // 3.5.0
    check_watches = 17,     // 3.5.0
    remove_watches = 18,    // 3.5.0
    create_container = 19,  // 3.5.1
    delete_container = 20,  // between servers; clients must not send it
    create_ttl = 21,        // 3.5.3
    multi_read = 22,        // 3.6.0
    auth = 100,
    set_watches = 101,
    sasl = 102,
    get_ephemerals = 103,           // 3.6.0
    get_all_children_number = 104,  // 3.6.0
    set_watches2 = 105,             // 3.6.0
    add_watch = 106,                // 3.6.0
    who_am_i = 107,                 // 3.7.0
    create_session = -10,           // between servers; clients must not send it
    close_session = -11,
    error = -1,  // not a request: marks failed results and the end of a multi
};

/// Returns the enumerator's name (`delete` for `delete_`); "unknown" for any other number.
[[nodiscard]] std::string_view name(Opcode op) noexcept;

[[nodiscard]] bool is_known(Opcode op) noexcept;

/// Returns whether the request may change the tree, so that its outcome is unknown if the
/// connection is lost before the reply arrives.
[[nodiscard]] constexpr bool is_write(Opcode op) noexcept {
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
        case Opcode::delete_:
        case Opcode::delete_container:
        case Opcode::set_data:
        case Opcode::set_acl:
        case Opcode::multi:  // even if it contains checks only
        case Opcode::reconfig:
            return true;
        default:
            return false;
    }
}

/// The xids of everything but ordinary requests, whose xids run from 1 to 2^31-1. `watch_xid` marks
/// notifications, which answer no request.
inline constexpr std::int32_t watch_xid = -1;
inline constexpr std::int32_t ping_xid = -2;
inline constexpr std::int32_t auth_xid = -4;
inline constexpr std::int32_t set_watches_xid = -8;

}  // namespace kazoo::codec
