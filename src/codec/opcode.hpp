#pragma once

#include <cstdint>
#include <string_view>

namespace kazoo::codec {

/// The type of a request. The underlying type is fixed, so that every number from the network is a
/// valid value of the enum; `is_known` returns whether it is one of these.
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
    create2 = 15,
    reconfig = 16,
    check_watches = 17,
    remove_watches = 18,
    create_container = 19,
    delete_container = 20,
    create_ttl = 21,
    multi_read = 22,
    auth = 100,
    set_watches = 101,
    sasl = 102,
    get_ephemerals = 103,
    get_all_children_number = 104,
    set_watches2 = 105,
    add_watch = 106,
    who_am_i = 107,
    create_session = -10,
    close_session = -11,
    error = -1,
};

/// Returns the enumerator's name (`delete` for `delete_`); "unknown" for any other number.
[[nodiscard]] std::string_view name(Opcode op) noexcept;

[[nodiscard]] bool is_known(Opcode op) noexcept;

/// Returns whether the request may change the tree, so that its outcome is unknown if the
/// connection is lost before the reply arrives.
[[nodiscard]] bool is_write(Opcode op) noexcept;

/// The xids of everything but ordinary requests, whose xids run from 1 to 2^31-1. `watch_xid` marks
/// notifications, which answer no request.
inline constexpr std::int32_t watch_xid = -1;
inline constexpr std::int32_t ping_xid = -2;
inline constexpr std::int32_t auth_xid = -4;
inline constexpr std::int32_t set_watches_xid = -8;

}  // namespace kazoo::codec
