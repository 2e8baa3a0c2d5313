// SPDX-License-Identifier: Apache-2.0
#include "base/driven_loop.hpp"
#include "base/per_thread.hpp"
#include "handler/connection_thread.hpp"
#include "handler/loop_sharing.hpp"

#include <utility>

namespace kazoo::handler {
namespace {

struct OwnWaiter {
    const std::shared_ptr<LoopWaiter> waiter = std::make_shared<LoopWaiter>();
};

}  // namespace

std::shared_ptr<LoopWaiter> loop_waiter() {
    const auto* const own = base::PerThread<OwnWaiter>::find();
    return own != nullptr ? own->waiter : std::make_shared<LoopWaiter>();
}

/// A wait that LoopSharing counts.
class LoopWaiter::Stay {
public:
    Stay(LoopWaiter& waiter, LoopSharing& sharing) noexcept
        : runs(sharing.enter(waiter)), waiter_(waiter), sharing_(sharing) {}
    ~Stay() {
        sharing_.leave(waiter_);
        const std::lock_guard lock(waiter_.mutex_);
        waiter_.offered_ = false;  // it was too late
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    const bool runs;

private:
    LoopWaiter& waiter_;
    LoopSharing& sharing_;
};

/// Notes in the thread's DrivenLoop that it runs the loop. Within another one, the outer one is not
/// read directly any more.
class LoopWaiter::Driving {
public:
    explicit Driving(const std::shared_ptr<LoopSharing>& sharing) noexcept
        : loop(base::driven_loop()) {
        if (loop == nullptr) {
            return;
        }
        if (loop->loop != sharing->loop() || loop->inbox.expired()) {
            loop->loop = sharing->loop();
            loop->inbox = sharing;
            loop->connection.reset();
        }
        loop->sent = false;
        before_ = std::exchange(loop->running, true);
    }
    ~Driving() {
        if (loop != nullptr) {
            loop->sent = false;
            loop->running = before_;
        }
    }
    Driving(const Driving&) = delete;
    Driving& operator=(const Driving&) = delete;

    base::DrivenLoop* const loop;

private:
    bool before_ = false;
};

void LoopWaiter::use(
    const std::shared_ptr<LoopSharing>& sharing, const ConnectionThread& thread
) noexcept {
    if (sharing_.owner_before(sharing) || sharing.owner_before(sharing_)) {
        sharing_ = sharing;
    }
    connection_thread_ = &thread;
}

void LoopWaiter::wait_until(TimePoint deadline) {
    ++waits_;
    const auto sharing = sharing_.lock();
    if (!sharing) {
        static_cast<void>(sleep(deadline));
        return;
    }
    const Stay stay(*this, *sharing);
    if (stay.runs || sleep(deadline)) {
        run(sharing, deadline);
    }
}

void LoopWaiter::notify() noexcept {
    const std::lock_guard lock(mutex_);
    set_ = true;
    if (running_ == nullptr) {
        changed_.notify_one();
    } else if (thread_ != std::this_thread::get_id()) {
        running_->interrupt();
    }
}

void LoopWaiter::offer() noexcept {
    const std::lock_guard lock(mutex_);
    offered_ = true;
    changed_.notify_one();
}

/// Returns whether the loop was offered, and the wait is not over.
bool LoopWaiter::sleep(TimePoint deadline) {
    const auto woken = [this] { return set_ || offered_; };
    std::unique_lock lock(mutex_);
    auto* const outer = std::exchange(running_, nullptr);  // not null: within what run() runs
    if (deadline == TimePoint::max()) {
        changed_.wait(lock, woken);
    } else {
        changed_.wait_until(lock, deadline, woken);
    }
    running_ = outer;
    const bool notified = std::exchange(set_, false);
    return std::exchange(offered_, false) && !notified;
}

/// What the loop runs may wait for the loop of another handler, and that wait may use up the
/// notification of this one: the caller then looks at its condition again.
void LoopWaiter::run(const std::shared_ptr<LoopSharing>& sharing, TimePoint deadline) noexcept {
    const auto waits = waits_;
    LoopSharing* outer = nullptr;
    {
        const std::lock_guard lock(mutex_);
        outer = std::exchange(running_, sharing.get());
        thread_ = std::this_thread::get_id();
    }
    {
        const ConnectionThread::Substitute substitute(*connection_thread_);
        const Driving driving(sharing);
        sharing->run_inbox();
        while (!take_notification() && sharing->run_one(driving.loop, deadline) && waits_ == waits
        ) {
        }
    }
    const std::lock_guard lock(mutex_);
    running_ = outer;
}

bool LoopWaiter::take_notification() noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(set_, false);
}

}  // namespace kazoo::handler
