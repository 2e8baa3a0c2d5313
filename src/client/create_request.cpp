// SPDX-License-Identifier: Apache-2.0
#include "client/create_request.hpp"

#include <cstdint>

namespace kazoo::detail::client {
namespace {

/// The greatest time to live that servers accept: 40 bits.
constexpr std::int64_t max_ttl_ms = 0xFF'FFFF'FFFF;

const char* contradiction_in(const CreateOptions& options) noexcept {
    if (options.ttl() && options.is_ephemeral()) {
        return "an ephemeral node cannot have a time to live";
    }
    if (options.ttl() && options.is_container()) {
        return "a container cannot have a time to live";
    }
    if (options.is_container() && options.is_ephemeral()) {
        return "a container cannot be ephemeral";
    }
    if (options.is_container() && options.is_sequence()) {
        return "a container cannot be a sequence node";
    }
    if (options.ttl() && (options.ttl()->count() < 1 || options.ttl()->count() > max_ttl_ms)) {
        return "the time to live must be from 1 to 1099511627775 milliseconds";
    }
    return nullptr;
}

}  // namespace

std::optional<Error> refusal_of_options(const CreateOptions& options) {
    const auto* const contradiction = contradiction_in(options);
    if (contradiction == nullptr) {
        return std::nullopt;
    }
    return Error(Errc::bad_arguments, Outcome::not_sent, "", {}, contradiction);
}

codec::Opcode create_opcode(const CreateOptions& options, bool with_stat) noexcept {
    if (options.ttl()) {
        return codec::Opcode::create_ttl;
    }
    if (options.is_container()) {
        return codec::Opcode::create_container;
    }
    return with_stat ? codec::Opcode::create2 : codec::Opcode::create;
}

codec::CreateMode create_mode_of(const CreateOptions& options) noexcept {
    if (options.ttl()) {
        return options.is_sequence() ? codec::CreateMode::ttl_sequence : codec::CreateMode::ttl;
    }
    if (options.is_container()) {
        return codec::CreateMode::container;
    }
    return codec::create_mode(options.is_ephemeral(), options.is_sequence());
}

}  // namespace kazoo::detail::client
