// SPDX-License-Identifier: Apache-2.0
#include "admin.hpp"

#include "requests.hpp"

#include <stdexcept>

namespace kazoo::differential {
namespace {

using codec::Opcode;

constexpr std::size_t reply_header_size = 16;

std::string body_for(const std::string& path) {
    codec::ExistsRequest request;
    request.path = path;
    return bytes_of(request);
}

codec::ReplyHeader header_in(std::string_view frame) {
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ReplyHeader header;
    if (!decode(in, header)) {
        throw std::runtime_error("a reply without a header");
    }
    return header;
}

std::vector<std::string> children_in(const std::string& frame) {
    codec::Decoder in(std::as_bytes(std::span(frame)).subspan(reply_header_size));
    codec::GetChildrenReply reply;
    if (header_in(frame).err != 0 || !decode(in, reply)) {
        return {};
    }
    std::sort(reply.children.begin(), reply.children.end());
    return reply.children;
}

}  // namespace

std::string connect_frame(std::int64_t session, std::string_view password) {
    const std::string none(16, '\0');
    codec::ConnectRequest request;
    request.timeout_ms = 60'000;
    request.session_id = session;
    request.passwd = {session == 0 ? std::string_view(none) : password};
    return frame_of(bytes_of(request));
}

Admin::Admin(Target& target) : target_(target), link_(target.open()) {
    target_.send(link_, connect_frame(0, {}));
    receive(link_);
    codec::AuthRequest auth;
    auth.scheme = "digest";
    auth.auth = {super_credential};
    call({{Opcode::auth, bytes_of(auth)}});
}

Admin::~Admin() {
    try {
        target_.close(link_);
    } catch (const std::exception&) {
        // Ignored: the session will expire.
    }
}

std::int64_t Admin::create(const std::string& path) {
    codec::CreateRequest request;
    request.path = path;
    request.acl = open_acl_unsafe();
    const auto replies = call({{Opcode::create, bytes_of(request)}});
    const auto header = header_in(replies.front());
    if (header.err != 0) {
        throw std::runtime_error(target_.name() + " did not create " + path);
    }
    return header.zxid;
}

Admin::Tree Admin::look(const std::string& path, const Names& names) {
    static constexpr std::array ops{Opcode::get_children, Opcode::get_data, Opcode::get_acl};
    Tree tree;
    for (std::vector<std::string> level{path}; !level.empty();) {
        std::vector<Request> requests;
        for (const auto& node : level) {
            for (const auto op : ops) {
                requests.emplace_back(op, body_for(node));
            }
        }
        const auto replies = call(requests);
        std::vector<std::string> next;
        for (std::size_t i = 0; i < replies.size(); ++i) {
            const auto& node = level[i / ops.size()];
            auto entry = masked(ops[i % ops.size()], replies[i], names);
            entry.text = node + ": " + entry.text;
            tree.entries.push_back(std::move(entry));
            if (i % ops.size() == 0) {
                for (const auto& child : children_in(replies[i])) {
                    next.push_back(node + '/' + child);
                }
            }
        }
        tree.paths.insert(tree.paths.end(), level.begin(), level.end());
        level = std::move(next);
    }
    return tree;
}

void Admin::remove(const std::vector<std::string>& paths) {
    std::vector<Request> requests;
    for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
        codec::DeleteRequest request;
        request.path = *path;
        requests.emplace_back(Opcode::delete_, bytes_of(request));
    }
    call(requests);
}

void Admin::end_session(std::int64_t id, const std::string& password) {
    const auto link = target_.open();
    target_.send(link, connect_frame(id, password));
    receive(link);
    target_.send(link, frame_of(header_of(1, Opcode::close_session)));
    while (target_.receive(link, answer_limit).kind == Target::Received::Kind::frame) {
    }
    target_.close(link);
}

std::vector<std::string> Admin::call(const std::vector<Request>& requests) {
    std::vector<std::string> replies;
    constexpr std::size_t batch = 500;
    for (std::size_t from = 0; from < requests.size(); from += batch) {
        const auto to = std::min(from + batch, requests.size());
        std::string frames;
        for (auto i = from; i < to; ++i) {
            frames += frame_of(header_of(1, requests[i].first), requests[i].second);
        }
        target_.send(link_, frames);
        while (replies.size() < to) {
            replies.push_back(receive(link_));
        }
    }
    return replies;
}

std::string Admin::receive(Target::Link link) {
    auto received = target_.receive(link, answer_limit);
    if (received.kind != Target::Received::Kind::frame) {
        throw std::runtime_error(target_.name() + " does not answer");
    }
    return std::move(received.bytes);
}

}  // namespace kazoo::differential
