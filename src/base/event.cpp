#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>

#include <algorithm>
#include <vector>

namespace kazoo {

struct Event::State {
    explicit State(std::shared_ptr<Handler> h) : handler(std::move(h)) {}

    bool wait_until(TimePoint deadline) {
        if (set.load(std::memory_order_acquire)) {
            return true;
        }
        const auto now = [this] { return handler ? handler->now() : Clock::now(); };
        if (deadline <= now()) {
            return false;
        }
        detail::check_may_block();
        const auto waiter = handler ? handler->waiter() : detail::thread_waiter();
        std::unique_lock lock(mutex);
        sleepers.push_back(waiter.get());
        while (!set.load(std::memory_order_relaxed) && now() < deadline) {
            lock.unlock();
            waiter->wait_until(deadline);
            lock.lock();
        }
        sleepers.erase(std::find(sleepers.begin(), sleepers.end(), waiter.get()));
        return set.load(std::memory_order_relaxed);
    }

    std::shared_ptr<Handler> handler;
    std::mutex mutex;
    std::atomic<bool> set{false};
    std::vector<Waiter*> sleepers;
};

Event::Event(std::shared_ptr<Handler> handler)
    : state_(std::make_shared<State>(std::move(handler))) {}

bool Event::is_set() const noexcept {
    return state_->set.load(std::memory_order_acquire);
}

void Event::set() {
    const std::lock_guard lock(state_->mutex);
    state_->set.store(true, std::memory_order_release);
    for (auto* sleeper : state_->sleepers) {
        sleeper->notify();
    }
}

void Event::clear() {
    state_->set.store(false, std::memory_order_release);
}

bool Event::wait(Duration timeout) const {
    return state_->wait_until(detail::deadline_after(state_->handler.get(), timeout));
}

void Event::wait() const {
    state_->wait_until(TimePoint::max());
}

}  // namespace kazoo
