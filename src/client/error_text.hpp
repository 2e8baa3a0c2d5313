// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/life.hpp"

#include <kazoo/client_options.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/paths.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace kazoo::codec {
struct MultiRequest;
}

namespace kazoo::detail::client {

// The details of error messages that need more than the error code.

/// Returns which limit was reached; empty for errors of other kinds.
[[nodiscard]] std::string limit_text(const std::error_code& error, const ClientLimits& limits);

/// Returns an error with this text, or without it if there is no memory for it.
[[nodiscard]] Error error_with_text(
    std::error_code code, Outcome outcome, const char* text
) noexcept;
/// Returns the error of a request that the session has not accepted. Its text says which limit was
/// reached, or is `needs` (the release that the request needs) if the server does not know it.
[[nodiscard]] Error not_accepted_error(
    std::error_code code, const ClientLimits& limits, const char* needs = ""
) noexcept;

/// Returns an explanation if NoNode can only mean that the chroot does not exist; else empty.
[[nodiscard]] std::string missing_chroot_text(
    std::string_view operation, std::string_view path, const Chroot& chroot
);

/// The default limit of servers for a whole request (jute.maxbuffer).
inline constexpr std::size_t usual_server_limit = 0xfffff;
inline constexpr const char* large_request_text =
    "the request is larger than 1048575 bytes, the servers' default limit (jute.maxbuffer): "
    "a server closes the connection on a larger request";

/// Returns whether a record with data is larger than servers accept by default. Not exact: what a
/// frame contains beside data and path is estimated.
template <class Record>
[[nodiscard]] bool exceeds_usual_limit(const Record& record) {
    if constexpr (requires { record.data->size(); }) {
        constexpr std::size_t rest = 64;
        return record.data && record.data->size() + record.path.size() + rest > usual_server_limit;
    }
    return false;
}

/// The same for a multi or multi_read, whose operations are added up.
[[nodiscard]] bool exceeds_usual_limit(const codec::MultiRequest& request) noexcept;

/// Returns why a request that waited for a connection ended without one; empty if there is no more
/// to say than the error code does.
[[nodiscard]] const char* ended_text(LifeEnd why) noexcept;

}  // namespace kazoo::detail::client
