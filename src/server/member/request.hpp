// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "server/member/connection.hpp"
#include "server/rules/time.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace kazoo::server {

/// A request frame with its header decoded. `body` is valid while the request is handled.
struct Request {
    Connection& connection;
    codec::Opcode op;
    std::int32_t xid;
    std::span<const std::byte> body;
    Time now;
};

}  // namespace kazoo::server
