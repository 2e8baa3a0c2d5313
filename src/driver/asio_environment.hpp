// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment.hpp"

#include <kazoo/handler.hpp>
#include <kazoo/tls_options.hpp>

#include <memory>

namespace kazoo::driver {

/// Returns the real environment of a handler: its executor (serialised by Turns), its clock, and
/// TCP. Endpoints with TLS are connected to with these options; null stands for the default ones.
[[nodiscard]] std::shared_ptr<Environment> make_asio_environment(
    std::shared_ptr<Handler> handler, std::shared_ptr<const TlsOptions> tls
);

}  // namespace kazoo::driver
