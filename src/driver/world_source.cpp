#include "driver/world_source.hpp"

#include "driver/asio_world.hpp"

#include <random>

namespace kazoo::driver {

std::shared_ptr<World> make_world(const std::shared_ptr<Handler>& handler) {
    auto* const source = handler->world_source();
    return source != nullptr ? source->make_world() : make_asio_world(handler);
}

std::uint64_t random_seed(Handler* handler) {
    if (auto* const source = handler != nullptr ? handler->world_source() : nullptr) {
        return source->random_seed();
    }
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

}  // namespace kazoo::driver
