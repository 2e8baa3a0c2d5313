// SPDX-License-Identifier: Apache-2.0
#include "handler/fiber/default_algorithm.hpp"

#include <kazoo/handlers/fiber_scheduling.hpp>

#include <boost/fiber/operations.hpp>
#include <boost/fiber/scheduler.hpp>

#include <typeinfo>

namespace kazoo::handler {
namespace {

using boost::fibers::scheduler;
using AlgorithmPtr = boost::fibers::algo::algorithm::ptr_t;

// Boost.Fiber has no public way to ask for a thread's algorithm, and replacing one that the user
// has chosen would break the program. Access checks do not apply to the arguments of an explicit
// instantiation, so this one makes the private member readable; it is not written.
const AlgorithmPtr& algorithm_of(const scheduler& of);

template <AlgorithmPtr scheduler::*member>
struct Readable {
    friend const AlgorithmPtr& algorithm_of(const scheduler& of) { return of.*member; }
};
template struct Readable<&scheduler::algo_>;

}  // namespace

void replace_default_algorithm() {
    const auto& present = *algorithm_of(*boost::fibers::context::active()->get_scheduler());
    if (typeid(present) == typeid(boost::fibers::algo::round_robin)) {
        boost::fibers::use_scheduling_algorithm<ConnectionScheduling<>>();
    }
}

}  // namespace kazoo::handler
