// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::handler {

/// Replaces Boost.Fiber's default scheduling algorithm, if the calling thread has that, by one that
/// also waits for sockets and picks fibers in the same order. Does not replace any other algorithm.
void replace_default_algorithm();

}  // namespace kazoo::handler
