#pragma once

namespace kazoo::handler {

/// From now on each fiber has a lane slot of its own, in the threads that `mark_fiber_thread` was
/// called in. In others nothing changes.
void use_fiber_lane_slots();
void mark_fiber_thread() noexcept;

}  // namespace kazoo::handler
