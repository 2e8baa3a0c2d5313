// SPDX-License-Identifier: Apache-2.0
#include "handler/strand_lane.hpp"

#include "base/follow_ups.hpp"
#include "base/hand_over.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace kazoo::handler {
/// The function that is posted. If it is destroyed without having run, because its executor was
/// destroyed, it destroys the waiting tasks: they own results, which own the handler and so the
/// lane.
class StrandLane::Turn {
public:
    explicit Turn(std::shared_ptr<StrandLane> lane) : lane_(std::move(lane)) {}
    Turn(Turn&&) noexcept = default;
    ~Turn() {
        // If posting is failing, push() or drain() handles the tasks.
        if (lane_ && !base::HandOver::is_failing(lane_.get())) {
            lane_->abandon();
        }
    }
    void operator()() { std::exchange(lane_, nullptr)->drain(); }

private:
    std::shared_ptr<StrandLane> lane_;
};

StrandLane::StrandLane(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)),
      loop_(base::loop_of<boost::asio::io_context::executor_type>(executor_)) {}

void StrandLane::push(Task task) {
    std::size_t place = 0;
    {
        const std::lock_guard lock(mutex_);
        place = waiting_.size();
        waiting_.push_back(std::move(task));
        if (std::exchange(draining_, true)) {
            return;
        }
    }
    try {
        wake();
    } catch (...) {
        // While draining_ was set, other threads could only append, so `place` is still valid. What
        // they have appended runs with the next task.
        const std::lock_guard lock(mutex_);
        draining_ = false;
        idle_.notify_all();
        task = std::move(waiting_[place]);  // destroyed after the mutex
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
        throw;
    }
}

bool StrandLane::wait_idle(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return idle_.wait_for(lock, limit, [this] { return !draining_; });
}

void StrandLane::wake() {
    const auto run = [](const std::shared_ptr<void>& lane, Task&) noexcept {
        static_cast<StrandLane*>(lane.get())->drain();
    };
    if (loop_ != nullptr) {
        base::LoopWork work{shared_from_this(), run, {}};
        if (base::FollowUps::add(loop_, work)) {
            return;
        }
    }
    post_drain();
}

void StrandLane::post_drain() {
    const base::HandOver giving(this);
    // The executor of an io_context uses the bound allocator, so that waking the lane allocates
    // nothing.
    if (const auto* const loop = executor_.target<boost::asio::io_context::executor_type>()) {
        boost::asio::post(
            *loop,
            boost::asio::bind_allocator(
                base::HandlerAllocator<std::byte>(memory_), Turn(shared_from_this())
            )
        );
    } else {
        boost::asio::post(executor_, Turn(shared_from_this()));
    }
}

void StrandLane::abandon() {
    std::vector<Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        dropped.swap(waiting_);
        draining_ = false;
        idle_.notify_all();
    }
    batch_.clear();
    next_ = 0;
}

void StrandLane::drain() noexcept {
    for (const auto until = Clock::now() + batch_time;;) {
        for (std::size_t done = 0; done < batch_limit; ++done) {
            if (next_ == batch_.size() && !take()) {
                return;
            }
            auto task = std::move(batch_[next_++]);
            task();
        }
        if (Clock::now() < until) {
            continue;
        }
        try {
            return post_drain();
        } catch (...) {
            continue;  // out of memory: other handlers of the loop wait a little longer
        }
    }
}

/// Takes all waiting tasks as the next batch. Returns false if there are none; the lane is then
/// idle.
bool StrandLane::take() {
    batch_.clear();
    next_ = 0;
    if (batch_.capacity() > kept_capacity) {
        std::vector<Task>().swap(batch_);
    }
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
        draining_ = false;
        idle_.notify_all();
        return false;
    }
    batch_.swap(waiting_);
    return true;
}

}  // namespace kazoo::handler
