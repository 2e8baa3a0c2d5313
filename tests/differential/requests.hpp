// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/frame.hpp"
#include "codec/records.hpp"

#include <string>
#include <string_view>

namespace kazoo::differential {

/// The encoded bytes of one or several records.
template <class... Records>
[[nodiscard]] std::string bytes_of(const Records&... records) {
    base::Buffer buffer;
    codec::Encoder out(buffer);
    (encode(out, records), ...);
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

/// A complete frame with its length.
[[nodiscard]] inline std::string frame_of(std::string_view header, std::string_view body = {}) {
    std::byte length[4];
    base::store_be32(length, static_cast<std::uint32_t>(header.size() + body.size()));
    std::string frame(reinterpret_cast<const char*>(length), sizeof length);
    return frame.append(header).append(body);
}

[[nodiscard]] inline std::string header_of(std::int32_t xid, codec::Opcode op) {
    codec::RequestHeader header;
    header.xid = xid;
    header.type = op;
    return bytes_of(header);
}

/// Calls `use` with an empty request record of the opcode; returns false if it has none.
template <class Use>
bool with_request_record(codec::Opcode op, Use&& use) {
    using codec::Opcode;
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
            return use(codec::CreateRequest{}), true;
        case Opcode::create_ttl:
            return use(codec::CreateTtlRequest{}), true;
        case Opcode::delete_:
            return use(codec::DeleteRequest{}), true;
        case Opcode::exists:
            return use(codec::ExistsRequest{}), true;
        case Opcode::get_data:
            return use(codec::GetDataRequest{}), true;
        case Opcode::set_data:
            return use(codec::SetDataRequest{}), true;
        case Opcode::get_acl:
            return use(codec::GetAclRequest{}), true;
        case Opcode::set_acl:
            return use(codec::SetAclRequest{}), true;
        case Opcode::get_children:
            return use(codec::GetChildrenRequest{}), true;
        case Opcode::get_children2:
            return use(codec::GetChildren2Request{}), true;
        case Opcode::sync:
            return use(codec::SyncRequest{}), true;
        case Opcode::check:
            return use(codec::CheckRequest{}), true;
        case Opcode::multi:
        case Opcode::multi_read:
            return use(codec::MultiRequest{}), true;
        case Opcode::reconfig:
            return use(codec::ReconfigRequest{}), true;
        case Opcode::check_watches:
            return use(codec::CheckWatchesRequest{}), true;
        case Opcode::remove_watches:
            return use(codec::RemoveWatchesRequest{}), true;
        case Opcode::auth:
            return use(codec::AuthRequest{}), true;
        case Opcode::sasl:
            return use(codec::SaslRequest{}), true;
        case Opcode::set_watches:
            return use(codec::SetWatchesRequest{}), true;
        case Opcode::set_watches2:
            return use(codec::SetWatches2Request{}), true;
        case Opcode::add_watch:
            return use(codec::AddWatchRequest{}), true;
        case Opcode::get_ephemerals:
            return use(codec::GetEphemeralsRequest{}), true;
        case Opcode::get_all_children_number:
            return use(codec::GetAllChildrenNumberRequest{}), true;
        default:
            return false;
    }
}

/// Calls `use` with an empty reply record of the opcode; returns false if its reply is only a
/// header.
template <class Use>
bool with_reply_record(codec::Opcode op, Use&& use) {
    using codec::Opcode;
    switch (op) {
        case Opcode::create:
            return use(codec::CreateReply{}), true;
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
            return use(codec::Create2Reply{}), true;
        case Opcode::exists:
        case Opcode::set_data:
        case Opcode::set_acl:
            return use(codec::StatReply{}), true;
        case Opcode::get_data:
        case Opcode::reconfig:
            return use(codec::GetDataReply{}), true;
        case Opcode::get_acl:
            return use(codec::GetAclReply{}), true;
        case Opcode::get_children:
            return use(codec::GetChildrenReply{}), true;
        case Opcode::get_children2:
            return use(codec::GetChildren2Reply{}), true;
        case Opcode::sync:
            return use(codec::SyncReply{}), true;
        case Opcode::multi:
        case Opcode::multi_read:
            return use(codec::MultiResponse{}), true;
        case Opcode::sasl:
            return use(codec::SaslReply{}), true;
        case Opcode::add_watch:
            return use(codec::ErrorResponse{}), true;
        case Opcode::get_ephemerals:
            return use(codec::GetEphemeralsReply{}), true;
        case Opcode::get_all_children_number:
            return use(codec::GetAllChildrenNumberReply{}), true;
        case Opcode::who_am_i:
            return use(codec::WhoAmIReply{}), true;
        case Opcode::notification:
            return use(codec::WatcherEvent{}), true;
        default:
            return false;
    }
}

}  // namespace kazoo::differential
