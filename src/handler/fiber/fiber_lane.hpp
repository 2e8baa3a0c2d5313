// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "handler/fiber/own_fiber.hpp"
#include "handler/task_queue.hpp"

#include <boost/fiber/condition_variable.hpp>

namespace kazoo::handler {

/// One lane of the fiber handler: a queue and the fiber that empties it.
struct FiberLane {
    TaskQueue<boost::fibers::condition_variable_any> queue;
    OwnFiber fiber;  // the one that serves the queue, while there is one
};

}  // namespace kazoo::handler
