#include "handler/fiber/boost_fiber_internals.hpp"

namespace kazoo::handler {
namespace {

using boost::fibers::context;
using boost::fibers::scheduler;

/// Access checks do not apply to the arguments of an explicit instantiation. Each instantiation
/// defines a friend function that returns the member; argument-dependent lookup finds it through
/// `Tag`.
template <class Tag, auto member>
struct Reach {
    friend auto& reach(Tag, typename Tag::Owner& of) { return of.*member; }
};

struct Algorithm {
    using Owner = scheduler;
    friend auto& reach(Algorithm, scheduler& of);
};
template struct Reach<Algorithm, &scheduler::algo_>;

struct AllWorkers {
    using Owner = scheduler;
    friend auto& reach(AllWorkers, scheduler& of);
};
template struct Reach<AllWorkers, &scheduler::worker_queue_>;

struct MainFiber {
    using Owner = scheduler;
    friend auto& reach(MainFiber, scheduler& of);
};
template struct Reach<MainFiber, &scheduler::main_ctx_>;

struct Continuation {
    using Owner = context;
    friend auto& reach(Continuation, context& of);
};
template struct Reach<Continuation, &context::c_>;

}  // namespace

const AlgorithmPtr& algorithm_of(scheduler& of) {
    return reach(Algorithm(), of);
}
context* any_worker_of(scheduler& of) {
    auto& workers = reach(AllWorkers(), of);
    return workers.empty() ? nullptr : &workers.front();
}
context*& main_fiber_of(scheduler& of) {
    return reach(MainFiber(), of);
}
boost::context::fiber& continuation_of(context& of) {
    return reach(Continuation(), of);
}

}  // namespace kazoo::handler
