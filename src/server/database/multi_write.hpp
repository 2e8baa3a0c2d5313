// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/multi.hpp"
#include "server/database/write_operations.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace kazoo::server {

/// Decodes a multi. Returns nullopt if it is malformed; it then fails as a whole with
/// MarshallingError (-5). Which flags and opcodes are malformed depends on the release.
[[nodiscard]] std::optional<codec::MultiRequest> decode_multi(
    const Profile& profile, std::span<const std::byte> body
);

/// Executes all operations or none, and returns the result of each. The tree must be recording
/// (Tree::begin); if an operation fails, the changes are rolled back. Returns nullopt, with nothing
/// executed, if an operation fails with marshalling_error (a null in an ACL): the multi then fails
/// as a whole with that error (-5).
[[nodiscard]] std::optional<codec::MultiResponse> execute_multi(
    const WriteContext& context, TransactionWriter& writer, const codec::MultiRequest& request
);

}  // namespace kazoo::server
