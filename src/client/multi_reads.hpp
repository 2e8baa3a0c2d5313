// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/multi_read.hpp>
#include <kazoo/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::client {

/// The kinds and paths of reads, as the caller gave them; nullopt for a null pointer.
using Reads = std::vector<std::pair<MultiReadOp, std::optional<std::string>>>;

/// Returns the errors of the reads whose paths are malformed, at their places; the other elements
/// are empty.
[[nodiscard]] std::vector<std::optional<Error>> malformed_reads(
    const Reads& reads, const Chroot& chroot
);

/// Decodes the body of the reply to a multi_read that contained the reads without an error in
/// `malformed`, and adds those errors. If it contained none, there is no body. Returns
/// protocol_error if the body does not answer the reads, response_too_large if its lists would take
/// too much memory.
[[nodiscard]] Result<MultiReadResults> read_multi_read_reply(
    const Reads& reads, std::vector<std::optional<Error>> malformed, std::string_view body
);

/// Performs the reads: in one request if the servers know it, otherwise one by one. A coroutine;
/// see multi_step_operations.hpp.
AsyncResult<MultiReadResults> read_many(
    std::shared_ptr<Core> core, Reads reads, CallContext context
);

}  // namespace kazoo::detail::client
