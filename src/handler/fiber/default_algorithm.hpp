#pragma once

namespace kazoo::handler {

/// Gives the calling thread an algorithm that waits for sockets, if the one it has is Boost.Fiber's
/// default, which picks the same fibers in the same order. Leaves any other alone.
void replace_default_algorithm();

}  // namespace kazoo::handler
