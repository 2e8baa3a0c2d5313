#include "handler/fiber/default_algorithm.hpp"

#include "handler/fiber/boost_fiber_internals.hpp"

#include <kazoo/handlers/fiber_scheduling.hpp>

#include <boost/fiber/operations.hpp>

#include <typeinfo>

namespace kazoo::handler {

void replace_default_algorithm() {
    // Boost.Fiber has no way to ask for the present algorithm, and replacing one that the user has
    // chosen would break the program.
    const auto& present = *algorithm_of(*boost::fibers::context::active()->get_scheduler());
    if (typeid(present) == typeid(boost::fibers::algo::round_robin)) {
        boost::fibers::use_scheduling_algorithm<ConnectionScheduling<>>();
    }
}

}  // namespace kazoo::handler
