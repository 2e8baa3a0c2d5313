// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace kazoo::session {

/// The operations that metrics tell apart, by the names that errors contain. All others count as
/// the last one.
inline constexpr std::array<std::string_view, 19> operation_names = {
    "create",
    "delete",
    "exists",
    "get",
    "get_acls",
    "get_children",
    "set",
    "set_acls",
    "sync",
    "commit",
    "multi_read",
    "add_auth",
    "add_watch",
    "remove_watches",
    "get_ephemerals",
    "get_all_children_number",
    "who_am_i",
    "reconfig",
    "other"};
inline constexpr std::size_t operation_count = operation_names.size();

/// Returns the position of a name in operation_names; the last one if it is not listed.
[[nodiscard]] constexpr std::size_t operation_index(std::string_view name) noexcept {
    std::size_t at = 0;
    while (at + 1 < operation_count && operation_names[at] != name) {
        ++at;
    }
    return at;
}

/// Returns the position of the operation that sends this request.
[[nodiscard]] constexpr std::size_t operation_index(codec::Opcode op) noexcept {
    using codec::Opcode;
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
            return operation_index("create");
        case Opcode::delete_:
            return operation_index("delete");
        case Opcode::exists:
            return operation_index("exists");
        case Opcode::get_data:
            return operation_index("get");
        case Opcode::get_acl:
            return operation_index("get_acls");
        case Opcode::get_children:
        case Opcode::get_children2:
            return operation_index("get_children");
        case Opcode::set_data:
            return operation_index("set");
        case Opcode::set_acl:
            return operation_index("set_acls");
        case Opcode::sync:
            return operation_index("sync");
        case Opcode::multi:
            return operation_index("commit");
        case Opcode::multi_read:
            return operation_index("multi_read");
        case Opcode::auth:
            return operation_index("add_auth");
        case Opcode::add_watch:
            return operation_index("add_watch");
        case Opcode::check_watches:
        case Opcode::remove_watches:
            return operation_index("remove_watches");
        case Opcode::get_ephemerals:
            return operation_index("get_ephemerals");
        case Opcode::get_all_children_number:
            return operation_index("get_all_children_number");
        case Opcode::who_am_i:
            return operation_index("who_am_i");
        case Opcode::reconfig:
            return operation_index("reconfig");
        default:
            return operation_count - 1;
    }
}

}  // namespace kazoo::session
