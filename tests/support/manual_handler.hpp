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

/// A handler whose lanes move only when the test says so, and that keeps what it logs.
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

    /// Runs what waits, and what that leads to, in the calling thread; says on which lanes.
    std::vector<Lane> run() {
        std::vector<Lane> lanes;
        for (;;) {
            std::unique_lock lock(mutex_);
            if (waiting_.empty()) return lanes;
            auto [lane, task] = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            lanes.push_back(lane);
            task();
        }
    }

    /// What was logged so far. The lanes must stand still.
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

private:
    std::mutex mutex_;
    std::deque<std::pair<Lane, Task>> waiting_;
    std::vector<std::string> lines_;
};

}  // namespace kazoo::testing_support
