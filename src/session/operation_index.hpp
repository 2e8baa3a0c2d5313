#pragma once

#include "codec/opcode.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace kazoo::session {

/// The operations that metrics tell apart, by the names that errors contain. All others count as
/// the last one.
inline constexpr std::array<std::string_view, 13> operation_names = {
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
        default:
            return operation_count - 1;
    }
}

}  // namespace kazoo::session
