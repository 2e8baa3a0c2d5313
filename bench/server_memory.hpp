// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <iosfwd>

namespace bench {

/// Creates `nodes` nodes of `data_size` bytes in an embedded server and reads them back. Prints the
/// time this took and the memory used per node. Throws if a node has other data than was written.
void measure_memory(std::size_t nodes, std::size_t data_size, std::ostream& out);

/// Returns the frame of a request that every server answers: exists "/".
[[nodiscard]] kazoo::base::Buffer first_request();

}  // namespace bench
