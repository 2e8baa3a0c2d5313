#include "handler/fiber/thread_end.hpp"

#include "handler/fiber/boost_fiber_internals.hpp"

#include <boost/fiber/algo/round_robin.hpp>

#include <vector>

namespace kazoo::handler {
namespace {

using boost::fibers::context;

/// Makes the calling fiber the main fiber of its thread. Needed when a fiber calls std::exit, which
/// destroys the thread's scheduler within that fiber: a scheduler waits until all its other fibers
/// have ended, which the calling fiber never does. The remaining fibers stay suspended.
void become_main_fiber() {
    auto& self = *context::active();
    auto& scheduler = *self.get_scheduler();
    auto& main = *main_fiber_of(scheduler);
    // An algorithm whose ready queue is known, so that fibers can be unlinked from it. The old
    // one is leaked: other threads may be about to notify it.
    static auto& old = *new std::vector<AlgorithmPtr>;
    old.push_back(algorithm_of(scheduler));
    scheduler.set_algo(new boost::fibers::algo::round_robin);
    while (auto* const worker = any_worker_of(scheduler)) {
        worker->ready_unlink();
        scheduler.detach_worker_context(worker);
    }
    main.ready_unlink();
    auto& main_continuation = continuation_of(main);
    // Leaked: destroying it would unwind the stack of the suspended main fiber.
    static auto& kept = *new std::vector<boost::context::fiber>;
    kept.push_back(std::move(main_continuation));
    // The scheduler only changes its active fiber when one is resumed. So the main fiber is resumed
    // with a continuation that switches straight back to this stack.
    main_continuation = boost::context::fiber([&self](boost::context::fiber&&) {
        return std::move(continuation_of(self));
    });
    main.resume();
}

struct ThreadEnd {
    // Constructed after Boost.Fiber's thread-local variables, so that it is destroyed before them.
    ThreadEnd() { static_cast<void>(context::active()); }
    ~ThreadEnd() {
        const bool in_main = context::active()->is_context(boost::fibers::type::main_context);
        if (!in_main) {
            abandoned->store(true);
            become_main_fiber();
        }
        for (const auto& end : all) {
            end(!in_main);
        }
    }
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;

    const std::shared_ptr<std::atomic<bool>> abandoned = std::make_shared<std::atomic<bool>>(false);
    std::vector<std::function<void(bool)>> all;
};

ThreadEnd& end_of_thread() {
    thread_local ThreadEnd end;
    return end;
}

}  // namespace

void at_thread_end(std::function<void(bool)> end) {
    end_of_thread().all.push_back(std::move(end));
}

std::shared_ptr<const std::atomic<bool>> abandonment_of_thread() {
    return end_of_thread().abandoned;
}

}  // namespace kazoo::handler
