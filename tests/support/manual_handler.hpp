// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handler.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// A handler whose tasks run only when the test calls run(), and whose log lines are recorded. It
/// has no executor: not for clients with connections.
class ManualHandler final : public Handler {
public:
    ManualHandler() {
        set_logger(Logger([this](LogLevel, std::string_view line) { lines_.emplace_back(line); }));
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "manual_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(Lane lane, Task task) override {
        const std::lock_guard lock(mutex_);
        waiting_.emplace_back(lane, std::move(task));
    }
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override { return detail::thread_waiter(); }
    void start() override {}
    void stop() override {}
    [[nodiscard]] bool running() const noexcept override { return true; }

    /// Runs the queued tasks, and those that they queue, on the calling thread. Returns their
    /// lanes, in order.
    std::vector<Lane> run() {
        std::vector<Lane> ran;
        for (;;) {
            std::unique_lock lock(mutex_);
            if (waiting_.empty()) return ran;
            auto [lane, task] = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            ran.push_back(lane);
            task();
        }
    }

    /// The lines logged so far. Not while another thread logs.
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

private:
    std::mutex mutex_;
    std::deque<std::pair<Lane, Task>> waiting_;  // guarded by mutex_
    std::vector<std::string> lines_;             // not guarded
};

}  // namespace kazoo::testing_support
