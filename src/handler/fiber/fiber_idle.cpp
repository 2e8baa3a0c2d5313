// SPDX-License-Identifier: Apache-2.0
#include "handler/fiber/fiber_idle.hpp"

#include <boost/asio/post.hpp>
#include <boost/fiber/operations.hpp>

#include <algorithm>

namespace kazoo::detail {
namespace {

thread_local FiberIdle* idle_of_thread = nullptr;

/// Fibers picked between two polls of the sockets, each of which is a system call.
constexpr unsigned picks_between_looks = 32;
/// With several pumps in a thread, each waits for its sockets for this time, in turn.
constexpr auto turn = std::chrono::milliseconds(1);

}  // namespace

FiberIdle::FiberIdle() : state_(std::make_shared<State>()) {
    idle_of_thread = this;
}

FiberIdle::~FiberIdle() {
    if (idle_of_thread == this) {
        idle_of_thread = nullptr;
    }
    state_->wake_parked(std::nullopt);  // another algorithm has replaced this one
}

FiberIdle* FiberIdle::of_this_thread() noexcept {
    return idle_of_thread;
}

void FiberIdle::before_pick() noexcept {
    if (state_->parked == nullptr || ++state_->picks < picks_between_looks) {
        return;
    }
    state_->picks = 0;
    state_->wake_parked(std::nullopt);
}

bool FiberIdle::wait_instead(std::chrono::steady_clock::time_point deadline) noexcept {
    const bool any = state_->parked != nullptr;
    if (any && state_->parked->next != nullptr) {
        deadline = std::min(deadline, std::chrono::steady_clock::now() + turn);
    }
    state_->wake_parked(deadline);
    return any;
}

void FiberIdle::notify() noexcept {
    state_->notify();
}

std::optional<FiberIdle::State::TimePoint> FiberIdle::State::park() {
    auto* const self = boost::fibers::context::active();
    Parked here{self, std::nullopt, nullptr};
    auto** last = &parked;
    while (*last != nullptr) {
        last = &(*last)->next;
    }
    *last = &here;
    self->suspend();
    return here.deadline;
}

void FiberIdle::State::wake_parked(std::optional<TimePoint> deadline) noexcept {
    if (parked == nullptr) {
        return;  // also when the thread ends and has no fibers any more
    }
    auto* const active = boost::fibers::context::active();
    for (auto** link = &parked; *link != nullptr;) {
        auto* const one = *link;
        if (one->fiber == active) {
            link = &one->next;  // the algorithm is called while this fiber is being suspended
            continue;
        }
        *link = one->next;
        one->deadline = deadline;
        active->schedule(one->fiber);
    }
}

bool FiberIdle::State::begin_wait(boost::asio::io_context& io) {
    const std::lock_guard lock(notify_mutex);
    if (std::exchange(notified, false)) {
        return false;
    }
    waiting_in = &io;
    return true;
}

void FiberIdle::State::end_wait() {
    const std::lock_guard lock(notify_mutex);
    waiting_in = nullptr;
    notified = false;
}

void FiberIdle::State::notify() noexcept {
    const std::lock_guard lock(notify_mutex);
    notified = true;
    if (auto* const io = std::exchange(waiting_in, nullptr)) {
        try {
            boost::asio::post(*io, [] {});
        } catch (const std::exception&) {
            waiting_in = io;  // out of memory: the fiber runs when the wait ends by itself
        }
    }
}

}  // namespace kazoo::detail
