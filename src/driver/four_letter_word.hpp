#pragma once

#include "driver/world.hpp"

#include <memory>
#include <string>

namespace kazoo::driver {

/// Sends a four-letter word to a server, on a connection of its own, and reads the answer to its
/// end. `done` is called once, on the executor of `world`, whose timer is used.
using WordDone = UniqueFunction<void(std::error_code, std::string answer)>;
void send_four_letter_word(
    std::shared_ptr<World> world,
    base::Endpoint server,
    std::string word,
    TimePoint deadline,
    WordDone done
);

}  // namespace kazoo::driver
