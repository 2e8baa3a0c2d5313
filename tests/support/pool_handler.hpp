// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

namespace kazoo::testing_support {

/// A handler as a user with a thread pool might write it. Each lane is a strand. The connection and
/// the three lanes occupy four threads at most, so callbacks may block.
class PoolHandler final : public Handler {
public:
    ~PoolHandler() override { pool_.join(); }

    std::string_view name() const noexcept override { return "pool_handler"; }
    boost::asio::any_io_executor executor() override { return pool_.get_executor(); }

    void dispatch(Lane lane, Task task) override {
        boost::asio::post(strand(lane), [task = std::move(task)]() mutable { task(); });
    }

    std::shared_ptr<Waiter> waiter() override { return std::make_shared<Sleeper>(); }

    void start() override { ++users_; }
    void stop() override {
        // Waits until the lanes are empty, but not on a thread of the pool, which would deadlock.
        if (--users_ > 0 || pool_.get_executor().running_in_this_thread()) return;
        for (const Lane lane : {Lane::completion, Lane::callback, Lane::session}) {
            std::packaged_task<void()> barrier([] {});
            auto reached = barrier.get_future();
            boost::asio::post(strand(lane), std::move(barrier));
            reached.wait();
        }
    }
    bool running() const noexcept override { return users_ > 0; }

private:
    using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;

    class Sleeper final : public Waiter {
    public:
        void wait_until(TimePoint deadline) override {
            std::unique_lock lock(mutex_);
            const auto is_set = [this] { return set_; };
            if (deadline == TimePoint::max()) {
                woken_.wait(lock, is_set);
            } else {
                woken_.wait_until(lock, deadline, is_set);
            }
            set_ = false;
        }
        void notify() noexcept override {
            const std::lock_guard lock(mutex_);
            set_ = true;
            woken_.notify_one();
        }

    private:
        std::mutex mutex_;
        std::condition_variable woken_;
        bool set_ = false;  // guarded by mutex_
    };

    Strand& strand(Lane lane) { return strands_[static_cast<std::size_t>(lane)]; }

    boost::asio::thread_pool pool_{4};
    std::array<Strand, 3> strands_{
        Strand(pool_.get_executor()), Strand(pool_.get_executor()), Strand(pool_.get_executor())};
    std::atomic<int> users_{0};
};

}  // namespace kazoo::testing_support
