// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "codec/protocol_numbers.hpp"

#include <kazoo/call_options.hpp>
#include <kazoo/errors.hpp>

#include <optional>

namespace kazoo::detail::client {

// How CreateOptions are sent: opcode and mode belong together, and servers make an ordinary node of
// what has the mode of a container and another opcode.

/// Returns the error of options that contradict each other or that no server accepts.
[[nodiscard]] std::optional<Error> refusal_of_options(const CreateOptions& options);

/// Returns the opcode of the request; create_ttl has a record of its own, CreateTtlRequest. Only
/// plain nodes have one that is answered without a stat.
[[nodiscard]] codec::Opcode create_opcode(const CreateOptions& options, bool with_stat) noexcept;

/// Returns the mode of the node, which the request contains.
[[nodiscard]] codec::CreateMode create_mode_of(const CreateOptions& options) noexcept;

/// Returns the text for a server that does not support the request: what it needs. Empty for a
/// request that every server supports.
[[nodiscard]] constexpr const char* needs_text(codec::Opcode create) noexcept {
    switch (create) {
        case codec::Opcode::create2:
            return "a create that returns the stat needs ZooKeeper 3.5 or later";
        case codec::Opcode::create_container:
            return "containers need ZooKeeper 3.5.1 or later";
        case codec::Opcode::create_ttl:
            return "nodes with a time to live need ZooKeeper 3.5.3 or later with "
                   "extendedTypesEnabled=true";
        default:
            return "";
    }
}

}  // namespace kazoo::detail::client
