// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/list.hpp"
#include "codec/opcode.hpp"
#include "codec/public_types.hpp"
#include "codec/record.hpp"

#include <kazoo/security.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace kazoo::codec {

// The requests about nodes. They view their strings: encoding one copies nothing, and a decoded one
// is valid as long as its frame. A version of -1 matches every version. `flags` is a
// CreateMode (protocol_numbers.hpp). `opcode` is the type for the header; ping, who_am_i and
// close_session consist of a header alone.

/// Also the body of create2 and create_container; the type in the header distinguishes them.
struct CreateRequest {
    static constexpr std::string_view record_name = "CreateRequest";
    static constexpr Opcode opcode = Opcode::create;

    std::string_view path;
    std::optional<std::string_view> data;
    List<Acl> acl;
    std::int32_t flags = 0;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("data", self.data);
        visit("acl", self.acl);
        visit("flags", self.flags);
    }
    friend bool operator==(const CreateRequest&, const CreateRequest&) = default;
};

/// A node that the server deletes once it has had no children and no changes for `ttl_ms`. Needs
/// TTL nodes to be enabled on the server, and flags of 5 or 6.
struct CreateTtlRequest {
    static constexpr std::string_view record_name = "CreateTtlRequest";
    static constexpr Opcode opcode = Opcode::create_ttl;

    std::string_view path;
    std::optional<std::string_view> data;
    List<Acl> acl;
    std::int32_t flags = 0;
    std::int64_t ttl_ms = 0;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("data", self.data);
        visit("acl", self.acl);
        visit("flags", self.flags);
        visit("ttl_ms", self.ttl_ms);
    }
    friend bool operator==(const CreateTtlRequest&, const CreateTtlRequest&) = default;
};

struct DeleteRequest {
    static constexpr std::string_view record_name = "DeleteRequest";
    static constexpr Opcode opcode = Opcode::delete_;

    std::string_view path;
    std::int32_t version = -1;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("version", self.version);
    }
    friend bool operator==(const DeleteRequest&, const DeleteRequest&) = default;
};

/// With `watch`, a watch is set even if the node does not exist; other requests that fail set none.
struct ExistsRequest {
    static constexpr std::string_view record_name = "ExistsRequest";
    static constexpr Opcode opcode = Opcode::exists;

    std::string_view path;
    bool watch = false;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watch", self.watch);
    }
    friend bool operator==(const ExistsRequest&, const ExistsRequest&) = default;
};

struct GetDataRequest {
    static constexpr std::string_view record_name = "GetDataRequest";
    static constexpr Opcode opcode = Opcode::get_data;

    std::string_view path;
    bool watch = false;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watch", self.watch);
    }
    friend bool operator==(const GetDataRequest&, const GetDataRequest&) = default;
};

struct SetDataRequest {
    static constexpr std::string_view record_name = "SetDataRequest";
    static constexpr Opcode opcode = Opcode::set_data;

    std::string_view path;
    std::optional<std::string_view> data;
    std::int32_t version = -1;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("data", self.data);
        visit("version", self.version);
    }
    friend bool operator==(const SetDataRequest&, const SetDataRequest&) = default;
};

struct GetAclRequest {
    static constexpr std::string_view record_name = "GetAclRequest";
    static constexpr Opcode opcode = Opcode::get_acl;

    std::string_view path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const GetAclRequest&, const GetAclRequest&) = default;
};

struct SetAclRequest {
    static constexpr std::string_view record_name = "SetAclRequest";
    static constexpr Opcode opcode = Opcode::set_acl;

    std::string_view path;
    List<Acl> acl;
    std::int32_t version = -1;  // compared with the node's aversion

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("acl", self.acl);
        visit("version", self.version);
    }
    friend bool operator==(const SetAclRequest&, const SetAclRequest&) = default;
};

struct GetChildrenRequest {
    static constexpr std::string_view record_name = "GetChildrenRequest";
    static constexpr Opcode opcode = Opcode::get_children;

    std::string_view path;
    bool watch = false;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watch", self.watch);
    }
    friend bool operator==(const GetChildrenRequest&, const GetChildrenRequest&) = default;
};

struct GetChildren2Request {
    static constexpr std::string_view record_name = "GetChildren2Request";
    static constexpr Opcode opcode = Opcode::get_children2;

    std::string_view path;
    bool watch = false;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("watch", self.watch);
    }
    friend bool operator==(const GetChildren2Request&, const GetChildren2Request&) = default;
};

/// The server echoes the path, and does not check it.
struct SyncRequest {
    static constexpr std::string_view record_name = "SyncRequest";
    static constexpr Opcode opcode = Opcode::sync;

    std::string_view path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const SyncRequest&, const SyncRequest&) = default;
};

/// An operation of a multi; servers refuse it as a request of its own.
struct CheckRequest {
    static constexpr std::string_view record_name = "CheckRequest";
    static constexpr Opcode opcode = Opcode::check;

    std::string_view path;
    std::int32_t version = -1;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("version", self.version);
    }
    friend bool operator==(const CheckRequest&, const CheckRequest&) = default;
};

/// The three lists are strings that may be null, encoded like buffers. `new_members`, unless null,
/// replaces the whole configuration.
struct ReconfigRequest {
    static constexpr std::string_view record_name = "ReconfigRequest";
    static constexpr Opcode opcode = Opcode::reconfig;

    std::optional<std::string_view> joining;
    std::optional<std::string_view> leaving;
    std::optional<std::string_view> new_members;
    std::int64_t cur_config_id = -1;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("joining", self.joining);
        visit("leaving", self.leaving);
        visit("new_members", self.new_members);
        visit("cur_config_id", self.cur_config_id);
    }
    friend bool operator==(const ReconfigRequest&, const ReconfigRequest&) = default;
};

/// Sent by servers only.
struct DeleteContainerRequest {
    static constexpr std::string_view record_name = "DeleteContainerRequest";
    static constexpr Opcode opcode = Opcode::delete_container;

    std::string_view path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const DeleteContainerRequest&, const DeleteContainerRequest&) = default;
};

/// The ephemeral nodes of this session whose paths begin with the prefix, which is compared as a
/// string and may end within a name.
struct GetEphemeralsRequest {
    static constexpr std::string_view record_name = "GetEphemeralsRequest";
    static constexpr Opcode opcode = Opcode::get_ephemerals;

    std::string_view prefix_path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("prefix_path", self.prefix_path);
    }
    friend bool operator==(const GetEphemeralsRequest&, const GetEphemeralsRequest&) = default;
};

/// Counts all descendants, not only the children.
struct GetAllChildrenNumberRequest {
    static constexpr std::string_view record_name = "GetAllChildrenNumberRequest";
    static constexpr Opcode opcode = Opcode::get_all_children_number;

    std::string_view path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const GetAllChildrenNumberRequest&, const GetAllChildrenNumberRequest&) =
        default;
};

}  // namespace kazoo::codec
