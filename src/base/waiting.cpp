#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace kazoo::detail {
namespace {

thread_local const LaneScope* innermost = nullptr;

class ThreadWaiter final : public Waiter {
public:
    void wait_until(TimePoint deadline) override {
        std::unique_lock lock(mutex_);
        if (deadline == TimePoint::max()) {
            notified_.wait(lock, [this] { return set_; });
        } else {
            notified_.wait_until(lock, deadline, [this] { return set_; });
        }
        set_ = false;
    }

    void notify() noexcept override {
        const std::lock_guard lock(mutex_);
        set_ = true;
        notified_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable notified_;
    bool set_ = false;
};

/// Static objects are destroyed after the thread-local ones of the main thread, and a static client
/// waits then: this has no destructor and stays readable.
thread_local bool cache_is_gone = false;

struct WaiterCache {
    WaiterCache() = default;
    ~WaiterCache() { cache_is_gone = true; }
    const std::shared_ptr<Waiter> waiter = std::make_shared<ThreadWaiter>();
};

}  // namespace

std::shared_ptr<Waiter> thread_waiter() {
    if (cache_is_gone) {
        return std::make_shared<ThreadWaiter>();
    }
    thread_local const WaiterCache cache;
    return cache.waiter;
}

void check_may_block() {
    if (LaneScope::in_listener()) {
        throw_error(Error(
            ClientErrc::would_deadlock,
            Outcome::not_sent,
            "wait",
            {},
            "a state listener must not block; start the work and return"
        ));
    }
}

LaneScope::LaneScope(const Handler& handler, Lane lane) noexcept
    : handler_(handler), lane_(lane), outer_(std::exchange(innermost, this)) {}

LaneScope::~LaneScope() {
    innermost = outer_;
}

bool LaneScope::on_lane_of(const Handler& handler) noexcept {
    const auto* scope = innermost;
    while (scope != nullptr && &scope->handler_ != &handler) {
        scope = scope->outer_;
    }
    return scope != nullptr;
}

bool LaneScope::in_listener() noexcept {
    const auto* scope = innermost;
    while (scope != nullptr && scope->lane_ != Lane::session) {
        scope = scope->outer_;
    }
    return scope != nullptr;
}

}  // namespace kazoo::detail
