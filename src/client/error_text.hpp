#pragma once

#include "client/life.hpp"

#include <kazoo/client_options.hpp>
#include <kazoo/paths.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace kazoo::detail::client {

/// What the detail of an Error says of a limit that was reached; empty for other errors.
[[nodiscard]] std::string limit_text(const std::error_code& error, const ClientLimits& limits);

/// Why there is no node, if the answer can only mean that the chroot does not exist; else empty.
[[nodiscard]] std::string missing_chroot_text(
    std::string_view operation, std::string_view path, const Chroot& chroot
);

/// The usual limit of servers for a whole request, and what happens to a larger one.
inline constexpr std::size_t usual_server_limit = 0xfffff;
inline constexpr const char* large_request_text =
    "the request is larger than 1048575 bytes, the servers' default limit (jute.maxbuffer): "
    "a server closes the connection on a larger request";

/// Whether a record is too large for the usual server; the rest of a frame is small.
template <class Record>
[[nodiscard]] bool exceeds_usual_limit(const Record& record) {
    if constexpr (requires { record.data->size(); }) {
        constexpr std::size_t rest = 64;
        return record.data && record.data->size() + record.path.size() + rest > usual_server_limit;
    }
    return false;
}

/// Why a request that waited for a connection never got one.
[[nodiscard]] const char* ended_text(LifeEnd why) noexcept;

}  // namespace kazoo::detail::client
