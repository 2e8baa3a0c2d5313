// SPDX-License-Identifier: Apache-2.0
#include "driver/environment_source.hpp"

#include "driver/asio_environment.hpp"

#include <random>

namespace kazoo::driver {

std::shared_ptr<Environment> make_environment(
    const std::shared_ptr<Handler>& handler, const std::optional<TlsOptions>& tls
) {
    if (auto* const source = handler->environment_source()) {
        return source->make_environment();
    }
    return make_asio_environment(handler, tls ? std::make_shared<const TlsOptions>(*tls) : nullptr);
}

std::uint64_t random_seed(Handler* handler) {
    if (auto* const source = handler != nullptr ? handler->environment_source() : nullptr) {
        return source->random_seed();
    }
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

}  // namespace kazoo::driver
