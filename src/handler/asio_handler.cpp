// SPDX-License-Identifier: Apache-2.0
// SequentialAsioHandler: connection and lanes run on the user's executor; the library adds no
// thread.
#include "async/refuse_wait.hpp"
#include "base/fork_guard.hpp"
#include "handler/strand_lane.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handlers/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>

namespace kazoo {

struct SequentialAsioHandler::Loop {
    Loop(boost::asio::any_io_executor e, boost::asio::io_context* c)
        : executor(std::move(e)), context(c) {
        for (auto& lane : lanes) {
            lane = std::make_shared<handler::StrandLane>(executor);
        }
    }

    [[nodiscard]] bool in_this_thread() const;
    [[nodiscard]] bool stopped() const { return context != nullptr && context->stopped(); }
    void wait_idle() const;

    // Constant after construction, except `users`.
    boost::asio::any_io_executor executor;
    boost::asio::io_context* context;  // null: any other executor
    std::array<std::shared_ptr<handler::StrandLane>, 3> lanes;
    std::atomic<int> users{0};  // starts without a stop
    const base::ForkGuard fork;
};

namespace {

/// The Loop whose callback the thread is running, for executors that cannot tell whether they run
/// in this thread.
thread_local const void* in_callback_of = nullptr;

class CallbackScope {
public:
    explicit CallbackScope(const void* loop) noexcept
        : before_(std::exchange(in_callback_of, loop)) {}
    ~CallbackScope() { in_callback_of = before_; }
    CallbackScope(const CallbackScope&) = delete;
    CallbackScope& operator=(const CallbackScope&) = delete;

private:
    const void* before_;
};

/// stop() waits for the lanes, but no thread may be running the user's loop. How often to check
/// whether it was stopped, and how long to wait at most.
constexpr auto look_interval = std::chrono::milliseconds(20);
constexpr auto drain_limit = std::chrono::seconds(2);

}  // namespace

bool SequentialAsioHandler::Loop::in_this_thread() const {
    return context != nullptr ? context->get_executor().running_in_this_thread()
                              : in_callback_of == this;
}

void SequentialAsioHandler::Loop::wait_idle() const {
    const auto limit = Clock::now() + drain_limit;
    for (const auto& lane : lanes) {
        while (!lane->wait_idle(look_interval) && !stopped() && Clock::now() < limit) {
        }
    }
}

SequentialAsioHandler::SequentialAsioHandler(boost::asio::io_context& context)
    : loop_(std::make_shared<Loop>(context.get_executor(), &context)) {}

SequentialAsioHandler::SequentialAsioHandler(const boost::asio::any_io_executor& executor)
    : loop_(std::make_shared<Loop>(executor, nullptr)) {}

SequentialAsioHandler::~SequentialAsioHandler() = default;

std::string_view SequentialAsioHandler::name() const noexcept {
    return "sequential_asio_handler";
}

boost::asio::any_io_executor SequentialAsioHandler::executor() {
    return loop_->executor;
}

void SequentialAsioHandler::dispatch(Lane lane, Task task) {
    if (loop_->fork.in_child()) {
        return task();  // no thread of the child runs the parent's loop
    }
    auto& target = *loop_->lanes[static_cast<std::size_t>(lane)];
    if (loop_->context != nullptr) {
        target.push(std::move(task));
    } else {
        target.push([loop = loop_, task = std::move(task)]() mutable {
            const CallbackScope scope(loop.get());
            task();
        });
    }
}

std::shared_ptr<Waiter> SequentialAsioHandler::waiter() {
    if (loop_->fork.in_child()) {
        base::refuse_to_wait_in_child();
    }
    if (loop_->stopped()) {
        base::refuse_to_wait("the event loop that would complete the wait is stopped");
    }
    if (loop_->in_this_thread()) {
        base::refuse_to_wait("this thread runs the event loop that would complete the wait");
    }
    return detail::thread_waiter();
}

void SequentialAsioHandler::start() {
    if (loop_->fork.in_child()) {
        auto own = std::make_shared<Loop>(loop_->executor, loop_->context);
        base::leave_to_parent(loop_);
        loop_ = std::move(own);
    }
    loop_->users.fetch_add(1);
}

void SequentialAsioHandler::stop() {
    auto users = loop_->users.load();
    while (users > 0 && !loop_->users.compare_exchange_weak(users, users - 1)) {
    }
    if (users == 1 && !loop_->in_this_thread() && !detail::LaneScope::on_lane_of(*this)) {
        loop_->wait_idle();
    }
}

bool SequentialAsioHandler::running() const noexcept {
    return loop_->users.load() > 0;
}

}  // namespace kazoo
