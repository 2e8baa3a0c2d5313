#include "handler/strand_lane.hpp"

#include <boost/asio/post.hpp>

namespace kazoo::handler {

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

void StrandLane::post_drain() {
    boost::asio::post(executor_, [self = shared_from_this()] { self->drain(); });
}

void StrandLane::drain() {
    for (std::size_t done = 0; done < batch_limit; ++done) {
        if (next_ == batch_.size()) {
            batch_.clear();
            next_ = 0;
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) {
                draining_ = false;
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
