// SPDX-License-Identifier: Apache-2.0
#include "testing/fault_translation.hpp"

#include <vector>

namespace kazoo::testing {
namespace {

/// All opcodes of a kind of request; empty for `any`.
std::vector<codec::Opcode> opcodes(Request request) {
    using enum codec::Opcode;
    switch (request) {
        case Request::any:
            return {};
        case Request::create:
            return {create, create2, create_container, create_ttl};
        case Request::delete_:
            return {delete_, delete_container};
        case Request::exists:
            return {exists};
        case Request::get:
            return {get_data};
        case Request::set:
            return {set_data};
        case Request::get_acls:
            return {get_acl};
        case Request::set_acls:
            return {set_acl};
        case Request::get_children:
            return {get_children, get_children2};
        case Request::sync:
            return {sync};
        case Request::multi:
            return {multi, multi_read};
        case Request::set_watches:
            return {set_watches, set_watches2};
        case Request::add_watch:
            return {add_watch};
        case Request::remove_watches:
            return {remove_watches};
        case Request::auth:
            return {auth, sasl};
        case Request::ping:
            return {ping};
        case Request::close:
            return {close_session};
        case Request::sasl:
            return {sasl};
    }
    return {};
}

server::RequestFault::Kind kind_of(Fault::Kind kind) {
    using To = server::RequestFault::Kind;
    switch (kind) {
        case Fault::Kind::drop_before:
            return To::drop_before;
        case Fault::Kind::drop_after:
            return To::drop_after;
        case Fault::Kind::hold:
            return To::hold;
        case Fault::Kind::delay:
            return To::delay;
        case Fault::Kind::fail:
            return To::fail;
    }
    return To::drop_before;
}

}  // namespace

server::RequestFault to_core(const Fault& fault) {
    server::RequestFault core;
    core.kind = kind_of(fault.kind());
    core.other_ops = opcodes(fault.request());
    if (!core.other_ops.empty()) {
        core.op = core.other_ops.front();
    }
    core.session = fault.session();
    core.path_prefix = fault.path();
    core.skip = fault.skip();
    core.times = fault.times();
    core.delay = fault.delay();
    core.err = static_cast<std::int32_t>(fault.error());
    return core;
}

server::HandshakeFault to_core(Handshake what) {
    using To = server::HandshakeFault;
    switch (what) {
        case Handshake::normal:
            return To::none;
        case Handshake::refuse:
            return To::refuse;
        case Handshake::hang:
            return To::hang;
        case Handshake::garbage:
            return To::garbage;
        case Handshake::other_session:
            return To::other_session;
        case Handshake::expired:
            return To::expired;
        case Handshake::keeper_without_leader:
            return To::keeper_without_leader;
        case Handshake::not_read_only:
            return To::not_read_only;
        case Handshake::short_answer:
            return To::short_answer;
    }
    return To::none;
}

}  // namespace kazoo::testing
