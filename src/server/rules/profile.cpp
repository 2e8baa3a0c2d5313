// SPDX-License-Identifier: Apache-2.0
#include "server/rules/profile.hpp"

#include <kazoo/errors.hpp>

namespace kazoo::server {

namespace {

using codec::Opcode;

/// The opcodes of every ClickHouse Keeper. Later ones, and those behind feature flags, are left
/// out.
bool keeper_supports(Opcode op) noexcept {
    switch (op) {
        case Opcode::create:
        case Opcode::delete_:
        case Opcode::exists:
        case Opcode::get_data:
        case Opcode::set_data:
        case Opcode::get_acl:
        case Opcode::set_acl:
        case Opcode::get_children:
        case Opcode::get_children2:
        case Opcode::sync:
        case Opcode::ping:
        case Opcode::multi:
        case Opcode::multi_read:
        case Opcode::auth:
        case Opcode::close_session:
            return true;
        default:
            return false;
    }
}

}  // namespace

bool Profile::supports(Opcode op) const noexcept {
    if (keeper) {
        return keeper_supports(op);
    }
    switch (op) {
        case Opcode::create2:
        case Opcode::reconfig:
        case Opcode::check_watches:
        case Opcode::remove_watches:
            return at_least(5);
        case Opcode::create_container:
            return at_least(5, 1);
        case Opcode::create_ttl:
            return at_least(5, 3);
        case Opcode::multi_read:
        case Opcode::get_ephemerals:
        case Opcode::get_all_children_number:
        case Opcode::set_watches2:
        case Opcode::add_watch:
            return at_least(6);
        case Opcode::who_am_i:
            return at_least(7);
        // Not for clients. Apache's server executes some of them for any client, which is unsafe;
        // deviation: rejected here. check is valid only inside a multi.
        case Opcode::notification:
        case Opcode::error:
        case Opcode::create_session:
        case Opcode::delete_container:
        case Opcode::check:
            return false;
        default:
            return codec::is_known(op);
    }
}

bool Profile::notifies_with_zxid() const noexcept {
    return !keeper && at_least(9);
}

bool Profile::wraps_sequence_numbers() const noexcept {
    return !keeper && !at_least(6);
}

bool Profile::watch_modes_coexist() const noexcept {
    return !keeper && at_least(9);
}

bool Profile::checks_read_for_events() const noexcept {
    return !keeper && (filters_events || checks_read_for_exists());
}

bool Profile::checks_read_for_exists() const noexcept {
    return !keeper && (at_least(9, 2) || (minor == 8 && patch >= 4));
}

bool Profile::protects_acls() const noexcept {
    return !keeper && (at_least(5, 5) || (minor == 4 && patch >= 14));
}

bool Profile::types_create2_in_multi() const noexcept {
    return !keeper && (at_least(9) || ((minor == 7 || minor == 8) && patch >= 2));
}

bool Profile::bad_flags_fail_multi() const noexcept {
    return types_create2_in_multi();  // changed together
}

std::int32_t Profile::greatest_create_flag() const noexcept {
    if (supports(Opcode::create_ttl)) {
        return 6;
    }
    return supports(Opcode::create_container) ? 4 : 3;
}

bool Profile::accepts_empty_acls() const noexcept {
    return keeper;
}

bool Profile::accepts_ipv6_acls() const noexcept {
    return !keeper && at_least(9, 4);
}

bool Profile::counts_undecodable_writes() const noexcept {
    return !keeper && !at_least(9);
}

bool Profile::deletes_node_first() const noexcept {
    return !keeper && !at_least(6);
}

std::int32_t Profile::reconfig_refusal() const noexcept {
    return static_cast<std::int32_t>(
        at_least(5, 3) ? Errc::reconfig_disabled : Errc::unimplemented
    );
}

std::string Profile::version() const {
    if (keeper) {
        return "v24.8.14.39-lts";
    }
    const std::string release = "3." + std::to_string(minor) + "." + std::to_string(patch);
    if (!at_least(7)) {
        return release + "-d65253dcf68e9097c6e95a126463fd5fdeb4521c, built on 01/26/2022 23:30 GMT";
    }
    return release + "-293c895a8d966a3ecb92872be4a1daf87d725da2, built on 2026-02-11 20:18 UTC";
}

}  // namespace kazoo::server
