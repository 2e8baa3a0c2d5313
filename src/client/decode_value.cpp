// SPDX-License-Identifier: Apache-2.0
#include "client/decode_value.hpp"

#include "codec/auth.hpp"
#include "codec/decoder.hpp"
#include "codec/replies.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kazoo::detail::client {
namespace {

template <class Record>
bool read(ReplyBody body, Record& record) {
    codec::Decoder decoder(body);
    decoder.limit_memory(list_memory(body.size()));
    const bool good = codec::decode(decoder, record);
    if (decoder.too_large()) {
        throw std::length_error("a list in a reply exceeds the memory limit");
    }
    return good;
}

}  // namespace

std::size_t list_memory(std::size_t body) noexcept {
    constexpr std::size_t always = 16u << 20;
    return std::max(always, 4 * body);
}

bool decode_value(ReplyBody body, const Chroot& chroot, std::string& path) {
    codec::CreateReply reply;  // consists of a path, like the reply to sync
    if (!read(body, reply)) {
        return false;
    }
    path = chroot.empty() ? std::move(reply.path) : chroot.strip(reply.path);
    return true;
}

bool decode_value(ReplyBody body, const Chroot& chroot, CreatedNode& node) {
    codec::Create2Reply reply;
    const bool good = read(body, reply);
    node.path = chroot.strip(reply.path);
    node.stat = reply.stat;
    return good;
}

bool decode_value(ReplyBody body, const Chroot&, ZnodeStat& stat) {
    codec::Decoder decoder(body);
    return codec::decode(decoder, stat);
}

bool decode_value(ReplyBody body, const Chroot& chroot, std::optional<ZnodeStat>& stat) {
    return decode_value(body, chroot, stat.emplace());
}

/// As codec::GetDataReply, in place.
bool decode_value(ReplyBody body, const Chroot&, NodeData& node) {
    codec::Decoder decoder(body);
    const auto data = decoder.buffer();
    if (!codec::decode(decoder, node.stat)) {
        return false;
    }
    node.null_data = !data;
    if (data) {
        node.data.assign(*data);
    }
    return true;
}

bool decode_value(ReplyBody body, const Chroot&, std::vector<std::string>& children) {
    codec::GetChildrenReply reply;
    const bool good = read(body, reply);
    children = std::move(reply.children);
    return good;
}

bool decode_value(ReplyBody body, const Chroot&, ChildrenAndStat& node) {
    codec::GetChildren2Reply reply;
    const bool good = read(body, reply);
    node.children = std::move(reply.children);
    node.stat = reply.stat;
    return good;
}

bool decode_value(ReplyBody body, const Chroot&, AclsAndStat& node) {
    codec::GetAclReply reply;
    const bool good = read(body, reply);
    node.acls = std::move(reply.acl);
    node.stat = reply.stat;
    return good;
}

bool decode_value(ReplyBody body, const Chroot&, std::int32_t& number) {
    codec::GetAllChildrenNumberReply reply;
    const bool good = read(body, reply);
    number = reply.total_number;
    return good;
}

bool decode_value(ReplyBody body, const Chroot&, std::vector<ClientInfo>& identities) {
    codec::WhoAmIReply reply;
    const bool good = read(body, reply);
    identities.reserve(reply.clients.size());
    for (auto& [scheme, user] : reply.clients) {
        identities.push_back({std::move(scheme), std::move(user)});
    }
    return good;
}

bool decode_paths(ReplyBody body, const Chroot& chroot, std::vector<std::string>& paths) {
    codec::GetEphemeralsReply reply;
    const bool good = read(body, reply);
    paths = std::move(reply.ephemerals);
    if (!chroot.empty()) {
        for (auto& path : paths) {
            path = chroot.strip(path);
        }
    }
    return good;
}

}  // namespace kazoo::detail::client
