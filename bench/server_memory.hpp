#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <iosfwd>

namespace bench {

/// Creates so many nodes in an embedded server, reads all of them back, and says how long it took
/// and how much memory each came to. Throws if one was not what it should be.
void measure_memory(std::size_t nodes, std::size_t data_size, std::ostream& out);

/// A frame that any server answers: exists "/".
[[nodiscard]] kazoo::base::Buffer first_request();

}  // namespace bench
