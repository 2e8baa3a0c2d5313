#pragma once

#include <boost/fiber/context.hpp>
#include <boost/fiber/scheduler.hpp>

namespace kazoo::handler {

// Private members of Boost.Fiber for which there is no public access. Each use explains why it is
// needed; see boost_fiber_internals.cpp for how they are reached.

using AlgorithmPtr = boost::fibers::algo::algorithm::ptr_t;

/// Returns the scheduling algorithm of a thread.
[[nodiscard]] const AlgorithmPtr& algorithm_of(boost::fibers::scheduler& of);
/// Returns any fiber of a thread other than its main fiber; null if there is none.
[[nodiscard]] boost::fibers::context* any_worker_of(boost::fibers::scheduler& of);
[[nodiscard]] boost::fibers::context*& main_fiber_of(boost::fibers::scheduler& of);
/// Returns the continuation with which a suspended fiber is resumed.
[[nodiscard]] boost::context::fiber& continuation_of(boost::fibers::context& of);

}  // namespace kazoo::handler
