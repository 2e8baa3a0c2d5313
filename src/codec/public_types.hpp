// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/record.hpp"

#include <kazoo/security.hpp>
#include <kazoo/stat.hpp>

#include <string_view>

namespace kazoo::codec {

// The wire form of types of the public API, so that replies are decoded directly into the objects
// that users receive.

template <>
struct Describe<ZnodeStat> {
    static constexpr std::string_view record_name = "ZnodeStat";

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("czxid", self.czxid);
        visit("mzxid", self.mzxid);
        visit("ctime", self.ctime);
        visit("mtime", self.mtime);
        visit("version", self.version);
        visit("cversion", self.cversion);
        visit("aversion", self.aversion);
        visit("ephemeral_owner", self.ephemeral_owner);
        visit("data_length", self.data_length);
        visit("num_children", self.num_children);
        visit("pzxid", self.pzxid);
    }
};

template <>
inline constexpr std::size_t fixed_wire_size<ZnodeStat> = 68;

template <>
struct Describe<Id> {
    static constexpr std::string_view record_name = "Id";

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("scheme", self.scheme);
        visit("id", self.id);
    }
};

template <>
struct Describe<Acl> {
    static constexpr std::string_view record_name = "Acl";

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("perms", self.perms);
        visit("id", self.id);
    }
};

}  // namespace kazoo::codec
