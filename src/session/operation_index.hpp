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

/// The same, when the program is compiled.
[[nodiscard]] consteval std::size_t constant_index(std::string_view name) {
    return operation_index(name);
}

/// Returns the position of the operation that sends this request.
[[nodiscard]] constexpr std::size_t operation_index(codec::Opcode op) noexcept {
    using codec::Opcode;
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
            return constant_index("create");
        case Opcode::delete_:
            return constant_index("delete");
        case Opcode::exists:
            return constant_index("exists");
        case Opcode::get_data:
            return constant_index("get");
        case Opcode::get_acl:
            return constant_index("get_acls");
        case Opcode::get_children:
        case Opcode::get_children2:
            return constant_index("get_children");
        case Opcode::set_data:
            return constant_index("set");
        case Opcode::set_acl:
            return constant_index("set_acls");
        case Opcode::sync:
            return constant_index("sync");
        case Opcode::multi:
            return constant_index("commit");
        case Opcode::multi_read:
            return constant_index("multi_read");
        case Opcode::auth:
            return constant_index("add_auth");
        case Opcode::add_watch:
            return constant_index("add_watch");
        case Opcode::check_watches:
        case Opcode::remove_watches:
            return constant_index("remove_watches");
        case Opcode::get_ephemerals:
            return constant_index("get_ephemerals");
        case Opcode::get_all_children_number:
            return constant_index("get_all_children_number");
        case Opcode::who_am_i:
            return constant_index("who_am_i");
        case Opcode::reconfig:
            return constant_index("reconfig");
        default:
            return operation_count - 1;
    }
}

}  // namespace kazoo::session
