// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "running_loop.hpp"

#include <kazoo/client.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace bench {

/// A handler of this library that the cases measure.
struct HandlerKind {
    std::string_view name;     ///< of the subject
    std::string_view variant;  ///< of the case in ratios
};
inline constexpr std::array handler_kinds{
    HandlerKind{"kazoo-threading", ""}, HandlerKind{"kazoo-asio", "asio"}};

/// A connected client and what its handler needs.
class OurClient {
public:
    OurClient(std::string_view variant, kazoo::ClientOptions options);

    [[nodiscard]] kazoo::KazooClient& operator*() noexcept { return client_; }
    [[nodiscard]] kazoo::KazooClient* operator->() noexcept { return &client_; }

private:
    std::unique_ptr<RunningLoop> loop_;  // null for the default handler
    kazoo::KazooClient client_;
};

}  // namespace bench
