// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "codec/record.hpp"

#include <cstdint>
#include <string_view>

namespace kazoo::codec {

/// Precedes every request except the first frame of a connection.
struct RequestHeader {
    static constexpr std::string_view record_name = "RequestHeader";

    std::int32_t xid = 0;
    Opcode type{};

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("xid", self.xid);
        visit("type", self.type);
    }
    friend bool operator==(const RequestHeader&, const RequestHeader&) = default;
};

/// Precedes every reply and notification. If `err` is not 0, the body is to be ignored.
struct ReplyHeader {
    static constexpr std::string_view record_name = "ReplyHeader";

    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    std::int32_t err = 0;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("xid", self.xid);
        visit("zxid", self.zxid);
        visit("err", self.err);
    }
    friend bool operator==(const ReplyHeader&, const ReplyHeader&) = default;
};

template <>
inline constexpr std::size_t fixed_wire_size<ReplyHeader> = 16;

/// Precedes each operation of a multi and each of its results, and ends both lists (with `done`).
struct MultiHeader {
    static constexpr std::string_view record_name = "MultiHeader";

    Opcode type = Opcode::error;
    bool done = false;
    std::int32_t err = -1;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("type", self.type);
        visit("done", self.done);
        visit("err", self.err);
    }
    friend bool operator==(const MultiHeader&, const MultiHeader&) = default;
};

}  // namespace kazoo::codec
