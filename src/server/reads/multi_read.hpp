// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/reads/reads.hpp"

namespace kazoo::server {

/// Appends the reply to a multi_read. Returns false and appends nothing if the request is malformed
/// or the reply would be longer than context.max_multi_reply.
[[nodiscard]] bool append_multi_read(
    base::Buffer& out, const ReadContext& context, std::int32_t xid, std::span<const std::byte> body
);

}  // namespace kazoo::server
