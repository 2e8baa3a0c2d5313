// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment.hpp"

#include <kazoo/tls_options.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace kazoo::detail {

/// Returned by Handler::environment_source() if the handler's clients do not use the real clock and
/// network, but a simulation.
class EnvironmentSource {
public:
    virtual ~EnvironmentSource() = default;
    /// Returns a new environment, with a separate timer.
    [[nodiscard]] virtual std::shared_ptr<driver::Environment> make_environment() = 0;
    [[nodiscard]] virtual std::uint64_t random_seed() = 0;
};

}  // namespace kazoo::detail

namespace kazoo::driver {

/// Returns a new environment for a client of the handler: from its EnvironmentSource if it has one,
/// else Asio's, which connects with a copy of these options where TLS is wanted.
[[nodiscard]] std::shared_ptr<Environment> make_environment(
    const std::shared_ptr<Handler>& handler, const std::optional<TlsOptions>& tls = std::nullopt
);

/// Returns a seed for the jitter of pauses and the order of hosts: from the handler's
/// EnvironmentSource if it has one, else from std::random_device. `handler` may be null.
[[nodiscard]] std::uint64_t random_seed(Handler* handler);

}  // namespace kazoo::driver
