// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/public_types.hpp"
#include "codec/record.hpp"

#include <kazoo/security.hpp>
#include <kazoo/stat.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {

// The replies about nodes, without their header. Unlike requests they own their strings, which are
// moved into the values that users receive. Requests that have no record here are answered by a
// header alone.

/// Reply to create: the path, including any sequence suffix.
struct CreateReply {
    static constexpr std::string_view record_name = "CreateReply";

    std::string path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const CreateReply&, const CreateReply&) = default;
};

/// Reply to create2, create_container and create_ttl.
struct Create2Reply {
    static constexpr std::string_view record_name = "Create2Reply";

    std::string path;
    ZnodeStat stat;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
        visit("stat", self.stat);
    }
    friend bool operator==(const Create2Reply&, const Create2Reply&) = default;
};

/// Reply to exists, set_data and set_acl.
struct StatReply {
    static constexpr std::string_view record_name = "StatReply";

    ZnodeStat stat;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("stat", self.stat);
    }
    friend bool operator==(const StatReply&, const StatReply&) = default;
};

/// Reply to get_data, and to reconfig, where the data is the new configuration.
struct GetDataReply {
    static constexpr std::string_view record_name = "GetDataReply";

    std::optional<std::string> data;  // null if the node was created or set with null
    ZnodeStat stat;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("data", self.data);
        visit("stat", self.stat);
    }
    friend bool operator==(const GetDataReply&, const GetDataReply&) = default;
};

struct GetAclReply {
    static constexpr std::string_view record_name = "GetAclReply";

    std::vector<Acl> acl;
    ZnodeStat stat;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("acl", self.acl);
        visit("stat", self.stat);
    }
    friend bool operator==(const GetAclReply&, const GetAclReply&) = default;
};

/// Names without their parent's path, in no particular order.
struct GetChildrenReply {
    static constexpr std::string_view record_name = "GetChildrenReply";

    std::vector<std::string> children;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("children", self.children);
    }
    friend bool operator==(const GetChildrenReply&, const GetChildrenReply&) = default;
};

struct GetChildren2Reply {
    static constexpr std::string_view record_name = "GetChildren2Reply";

    std::vector<std::string> children;
    ZnodeStat stat;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("children", self.children);
        visit("stat", self.stat);
    }
    friend bool operator==(const GetChildren2Reply&, const GetChildren2Reply&) = default;
};

struct SyncReply {
    static constexpr std::string_view record_name = "SyncReply";

    std::string path;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("path", self.path);
    }
    friend bool operator==(const SyncReply&, const SyncReply&) = default;
};

struct GetEphemeralsReply {
    static constexpr std::string_view record_name = "GetEphemeralsReply";

    std::vector<std::string> ephemerals;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("ephemerals", self.ephemerals);
    }
    friend bool operator==(const GetEphemeralsReply&, const GetEphemeralsReply&) = default;
};

struct GetAllChildrenNumberReply {
    static constexpr std::string_view record_name = "GetAllChildrenNumberReply";

    std::int32_t total_number = 0;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("total_number", self.total_number);
    }
    friend bool operator==(const GetAllChildrenNumberReply&, const GetAllChildrenNumberReply&) =
        default;
};

/// Reply to add_watch (older ClickHouse Keeper sends no body), and the body of an error among the
/// results of a multi.
struct ErrorResponse {
    static constexpr std::string_view record_name = "ErrorResponse";

    std::int32_t err = 0;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("err", self.err);
    }
    friend bool operator==(const ErrorResponse&, const ErrorResponse&) = default;
};

}  // namespace kazoo::codec
