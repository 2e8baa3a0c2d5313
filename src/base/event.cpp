#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>

#include <algorithm>
#include <vector>

namespace kazoo {

struct Event::State {
    explicit State(std::shared_ptr<Handler> h) : handler(std::move(h)) {}

    bool wait_until(TimePoint deadline) {
        if (over()) {
            return set.load(std::memory_order_acquire);
        }
        const auto now = [this] { return handler ? handler->now() : Clock::now(); };
        if (deadline <= now()) {
            return false;
        }
        detail::check_may_block();
        const auto waiter = handler ? handler->waiter() : detail::thread_waiter();
        std::unique_lock lock(mutex);
        sleepers.push_back(waiter.get());
        while (!over() && now() < deadline) {
            lock.unlock();
            waiter->wait_until(deadline);
            lock.lock();
        }
        sleepers.erase(std::find(sleepers.begin(), sleepers.end(), waiter.get()));
        return set.load(std::memory_order_relaxed);
    }

    [[nodiscard]] bool over() const {
        return set.load(std::memory_order_acquire) || cancelled.load(std::memory_order_acquire);
    }
    void wake_all() {
        for (auto* sleeper : sleepers) {
            sleeper->notify();
        }
    }

    std::shared_ptr<Handler> handler;
    std::mutex mutex;
    std::atomic<bool> set{false};
    std::atomic<bool> cancelled{false};
    std::vector<Waiter*> sleepers;
};

Event::Event(std::shared_ptr<Handler> handler)
    : state_(std::make_shared<State>(std::move(handler))) {}

bool Event::is_set() const noexcept {
    return state_->set.load(std::memory_order_acquire);
}

void Event::set() const {
    const std::lock_guard lock(state_->mutex);
    state_->set.store(true, std::memory_order_release);
    state_->cancelled.store(false, std::memory_order_release);
    state_->wake_all();
}

void Event::clear() const {
    const std::lock_guard lock(state_->mutex);
    state_->set.store(false, std::memory_order_release);
    state_->cancelled.store(false, std::memory_order_release);
}

void Event::cancel() const {
    const std::lock_guard lock(state_->mutex);
    state_->cancelled.store(true, std::memory_order_release);
    state_->wake_all();
}

bool Event::wait(AnyDuration timeout) const {
    return state_->wait_until(detail::deadline_after(state_->handler.get(), timeout));
}

bool Event::wait() const {
    return state_->wait_until(TimePoint::max());
}

}  // namespace kazoo
