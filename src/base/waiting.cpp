#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <condition_variable>
#include <mutex>

namespace kazoo::detail {
namespace {

thread_local int listener_depth = 0;

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

}  // namespace

std::shared_ptr<Waiter> thread_waiter() {
    thread_local const auto waiter = std::make_shared<ThreadWaiter>();
    return waiter;
}

void check_may_block() {
    if (listener_depth > 0) {
        throw_error(Error(
            ClientErrc::would_deadlock,
            Outcome::not_sent,
            "wait",
            {},
            "a state listener must not block; start the work and return"
        ));
    }
}

ListenerScope::ListenerScope() noexcept {
    ++listener_depth;
}
ListenerScope::~ListenerScope() {
    --listener_depth;
}

}  // namespace kazoo::detail
