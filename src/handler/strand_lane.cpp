#include "handler/strand_lane.hpp"

#include <boost/asio/post.hpp>

namespace kazoo::handler {

/// What is posted. A turn that is destroyed instead of taken, with its executor, takes along what
/// waits: a result there owns its handler, which owns the lane.
class StrandLane::Turn {
public:
    explicit Turn(std::shared_ptr<StrandLane> lane) : lane_(std::move(lane)) {}
    Turn(Turn&&) noexcept = default;
    ~Turn() {
        if (lane_) {
            lane_->abandon();
        }
    }
    void operator()() { std::exchange(lane_, nullptr)->drain(); }

private:
    std::shared_ptr<StrandLane> lane_;
};

void StrandLane::push(Task task) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(task));
        if (std::exchange(draining_, true)) {
            return;
        }
    }
    post_drain();
}

bool StrandLane::wait_idle(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return idle_.wait_for(lock, limit, [this] { return !draining_; });
}

void StrandLane::post_drain() {
    boost::asio::post(executor_, Turn(shared_from_this()));
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

void StrandLane::drain() {
    for (std::size_t done = 0; done < batch_limit; ++done) {
        if (next_ == batch_.size()) {
            batch_.clear();
            next_ = 0;
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) {
                draining_ = false;
                idle_.notify_all();
                return;
            }
            batch_.swap(waiting_);
        }
        auto task = std::move(batch_[next_++]);
        task();
    }
    post_drain();
}

}  // namespace kazoo::handler
