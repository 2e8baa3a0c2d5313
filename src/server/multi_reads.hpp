#pragma once

#include "server/reads.hpp"

namespace kazoo::server {

/// Appends the reply to a multi_read. False, and nothing is appended, if the request is malformed
/// or the reply too long.
[[nodiscard]] bool append_multi_read(
    base::Buffer& out, const ReadContext& context, std::int32_t xid, std::span<const std::byte> body
);

}  // namespace kazoo::server
