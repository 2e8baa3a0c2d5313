// SPDX-License-Identifier: Apache-2.0
#include "support/fiber/fiber_kit.hpp"

#include "support/wait_until.hpp"

#include <kazoo/handlers/fiber.hpp>

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/operations.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace kazoo::testing_support {
namespace {

/// A type of its own, so that the handler does not recognise the default algorithm.
class OwnAlgorithm : public boost::fibers::algo::round_robin {};

/// The thread starts the handler, so that its fibers exist, and schedules fibers until shut_down().
class FiberKit final : public HandlerKit {
public:
    explicit FiberKit(bool own_algorithm) {
        // Boost.Fiber allocates a thread's scheduler on first use, in a function that is noexcept:
        // a test in which allocations fail must not be the first to use it on this thread.
        static_cast<void>(boost::this_fiber::get_id());
        std::promise<void> made;
        thread_ = std::thread([this, own_algorithm, &made] { run(own_algorithm, made); });
        made.get_future().get();
    }
    ~FiberKit() override {
        release();
        thread_.join();
    }

    const std::shared_ptr<Handler>& handler() override { return handler_; }

    void let_go() override {
        set(wanted_let_go_);
        static_cast<void>(wait_until([this] { return let_go_.load(); }, std::chrono::seconds(10)));
    }
    bool shut_down(std::chrono::milliseconds limit) override {
        set(wanted_let_go_);
        // The thread still schedules fibers: clients destroyed in a callback may be closing.
        const bool alone = wait_until([this] { return handler_.use_count() == 1; }, limit);
        set(released_);
        return wait_until([this] { return ended_.load(); }, limit) && alone;
    }

private:
    void run(bool own_algorithm, std::promise<void>& made) {
        if (own_algorithm) {
            boost::fibers::use_scheduling_algorithm<OwnAlgorithm>();
        }
        handler_->start();
        made.set_value();
        wait_for(wanted_let_go_);
        handler_->stop();
        let_go_ = true;
        wait_for(released_);
        ended_ = true;
    }
    void wait_for(const bool& flag) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return flag; });
    }
    void set(bool& flag) {
        const std::lock_guard lock(mutex_);
        flag = true;
        changed_.notify_all();
    }
    void release() {
        set(wanted_let_go_);
        set(released_);
    }

    std::shared_ptr<Handler> handler_ = std::make_shared<SequentialFiberHandler>();
    std::mutex mutex_;
    boost::fibers::condition_variable_any changed_;
    bool wanted_let_go_ = false;  // guarded by mutex_, like released_
    bool released_ = false;
    std::atomic<bool> let_go_{false};
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

template <bool own_algorithm>
HandlerKind kind(const char* name) {
    return {
        name,
        "sequential_fiber_handler",
        []() -> std::unique_ptr<HandlerKit> { return std::make_unique<FiberKit>(own_algorithm); },
        true,
        0};
}

}  // namespace

HandlerKind fiber_kind() {
    return kind<false>("Fiber");
}

HandlerKind fiber_polling_kind() {
    return kind<true>("FiberPolling");
}

}  // namespace kazoo::testing_support
