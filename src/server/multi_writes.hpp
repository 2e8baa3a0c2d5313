#pragma once

#include "codec/multi.hpp"
#include "server/writes.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace kazoo::server {

/// The operations of a multi, or nothing if it is malformed and fails as a whole with -5.
[[nodiscard]] std::optional<codec::MultiRequest> decode_multi(
    const Profile& profile, std::span<const std::byte> body
);

/// Carries out all of it or nothing, and says what became of each operation. Nothing if an ACL has
/// a null in it over which the whole fails with -5.
[[nodiscard]] std::optional<codec::MultiResponse> execute_multi(
    const WriteContext& context, TransactionWriter& writer, const codec::MultiRequest& request
);

}  // namespace kazoo::server
