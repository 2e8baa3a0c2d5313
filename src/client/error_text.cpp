// SPDX-License-Identifier: Apache-2.0
#include "client/error_text.hpp"

#include "codec/multi.hpp"

#include <new>

namespace kazoo::detail::client {

std::string limit_text(const std::error_code& error, const ClientLimits& limits) {
    if (error == ClientErrc::queue_full) {
        return "at most " + std::to_string(limits.requests) +
               " operations may be outstanding (ClientLimits::requests), and " +
               std::to_string(limits.queued_bytes) +
               " bytes may be queued (ClientLimits::queued_bytes)";
    }
    if (error == ClientErrc::too_many_watches) {
        return "at most " + std::to_string(limits.watches) +
               " watches may be set (ClientLimits::watches)";
    }
    return {};
}

Error error_with_text(std::error_code code, Outcome outcome, const char* text) noexcept {
    try {
        return Error(code, outcome, "", {}, text);
    } catch (const std::bad_alloc&) {
        return Error(code, outcome);
    }
}

Error not_accepted_error(
    std::error_code code, const ClientLimits& limits, const char* needs
) noexcept {
    try {
        const bool unknown = code == Errc::unimplemented;
        return Error(code, Outcome::not_sent, "", {}, unknown ? needs : limit_text(code, limits));
    } catch (const std::bad_alloc&) {
        return Error(code, Outcome::not_sent);
    }
}

std::string missing_chroot_text(
    std::string_view operation, std::string_view path, const Chroot& chroot
) {
    if (chroot.empty()) {
        return {};
    }
    const auto node = normalize_path(path);
    const auto needed = operation == "create" ? parent_path(node) : std::string_view(node);
    if (needed != "/") {
        return {};
    }
    return "the chroot " + chroot.prefix() + " does not exist; create it with ensure_path(\"/\")";
}

bool exceeds_usual_limit(const codec::MultiRequest& request) noexcept {
    constexpr std::size_t rest = 64;  // estimate of what an operation takes beside data and path
    std::size_t size = 0;
    for (const auto& operation : request.ops) {
        std::visit(
            [&size](const auto& record) {
                size += record.path.size() + rest;
                if constexpr (requires { record.data; }) {
                    size += record.data ? record.data->size() : 0;
                }
            },
            operation.request
        );
    }
    return size > usual_server_limit;
}

const char* ended_text(LifeEnd why) noexcept {
    switch (why) {
        case LifeEnd::stopped:
            return "the client was stopped";
        case LifeEnd::exhausted:
            return "no server could be reached, and connection_retry allows no more attempts";
        case LifeEnd::none:
        case LifeEnd::auth_failed:
        case LifeEnd::not_begun:
            break;
    }
    return "";
}

}  // namespace kazoo::detail::client
