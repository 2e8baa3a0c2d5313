#pragma once

#include <boost/fiber/context.hpp>
#include <boost/fiber/scheduler.hpp>

namespace kazoo::handler {

// What Boost.Fiber keeps to itself and offers no other way to: each use says why it is needed.
// (Naming a private member is allowed in an explicit instantiation; see private_parts.cpp.)

using AlgorithmPtr = boost::fibers::algo::algorithm::ptr_t;

/// Which algorithm a thread has.
[[nodiscard]] const AlgorithmPtr& algorithm_of(boost::fibers::scheduler& of);
/// One of the fibers of a thread that is not its main one; null if there is none.
[[nodiscard]] boost::fibers::context* any_worker_of(boost::fibers::scheduler& of);
[[nodiscard]] boost::fibers::context*& main_fiber_of(boost::fibers::scheduler& of);
/// Where a suspended fiber goes on.
[[nodiscard]] boost::context::fiber& continuation_of(boost::fibers::context& of);

}  // namespace kazoo::handler
