// SPDX-License-Identifier: Apache-2.0
#include "codec/opcode.hpp"

#include <algorithm>
#include <array>

namespace kazoo::codec {

namespace {

struct Named {
    Opcode op;
    std::string_view name;
};

constexpr std::array table{
    Named{Opcode::notification, "notification"},
    Named{Opcode::create, "create"},
    Named{Opcode::delete_, "delete"},
    Named{Opcode::exists, "exists"},
    Named{Opcode::get_data, "get_data"},
    Named{Opcode::set_data, "set_data"},
    Named{Opcode::get_acl, "get_acl"},
    Named{Opcode::set_acl, "set_acl"},
    Named{Opcode::get_children, "get_children"},
    Named{Opcode::sync, "sync"},
    Named{Opcode::ping, "ping"},
    Named{Opcode::get_children2, "get_children2"},
    Named{Opcode::check, "check"},
    Named{Opcode::multi, "multi"},
    Named{Opcode::create2, "create2"},
    Named{Opcode::reconfig, "reconfig"},
    Named{Opcode::check_watches, "check_watches"},
    Named{Opcode::remove_watches, "remove_watches"},
    Named{Opcode::create_container, "create_container"},
    Named{Opcode::delete_container, "delete_container"},
    Named{Opcode::create_ttl, "create_ttl"},
    Named{Opcode::multi_read, "multi_read"},
    Named{Opcode::auth, "auth"},
    Named{Opcode::set_watches, "set_watches"},
    Named{Opcode::sasl, "sasl"},
    Named{Opcode::get_ephemerals, "get_ephemerals"},
    Named{Opcode::get_all_children_number, "get_all_children_number"},
    Named{Opcode::set_watches2, "set_watches2"},
    Named{Opcode::add_watch, "add_watch"},
    Named{Opcode::who_am_i, "who_am_i"},
    Named{Opcode::create_session, "create_session"},
    Named{Opcode::close_session, "close_session"},
    Named{Opcode::error, "error"}};

const Named* find(Opcode op) noexcept {
    const auto found = std::find_if(table.begin(), table.end(), [op](const Named& entry) {
        return entry.op == op;
    });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name(Opcode op) noexcept {
    const Named* entry = find(op);
    return entry == nullptr ? "unknown" : entry->name;
}

bool is_known(Opcode op) noexcept {
    return find(op) != nullptr;
}

}  // namespace kazoo::codec
