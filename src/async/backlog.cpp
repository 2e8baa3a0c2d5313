// SPDX-License-Identifier: Apache-2.0
// The count of the tasks that wait on the lanes of a handler, and the clients that wait until there
// are fewer.
#include <kazoo/detail/backlog.hpp>
#include <kazoo/handler.hpp>

#include <utility>

namespace kazoo::detail {

/// In a loop: the number of clients does not matter for the stack.
BacklogWaits::~BacklogWaits() {
    while (first_) {
        first_ = std::exchange(first_->next_, nullptr);
    }
}

void BacklogWaits::add(const std::shared_ptr<BacklogWaiter>& waiter) noexcept {
    const std::lock_guard lock(mutex_);
    if (std::exchange(waiter->listed_, true)) {
        return;
    }
    (last_ != nullptr ? last_->next_ : first_) = waiter;
    last_ = waiter.get();
    size_.fetch_add(1);
}

std::shared_ptr<BacklogWaiter> BacklogWaits::take(const Handler& handler, Which which) noexcept {
    const auto tasks = handler.backlog();
    const auto bytes = handler.backlog_bytes();
    const std::lock_guard lock(mutex_);
    BacklogWaiter* before = nullptr;
    for (auto* at = &first_; *at; at = &before->next_) {
        auto& waiter = **at;
        if (which == Which::all || (tasks < waiter.tasks_ && bytes < waiter.bytes_)) {
            auto taken = std::exchange(*at, nullptr);
            *at = std::exchange(taken->next_, nullptr);
            last_ = last_ == taken.get() ? before : last_;
            taken->listed_ = false;
            size_.fetch_sub(1);
            return taken;
        }
        before = &waiter;
    }
    return nullptr;
}

/// As many at most as are listed now: those that wait again at once are not woken again.
void BacklogWaits::wake_listed(const Handler& handler, Which which) noexcept {
    for (auto left = size_.load(); left > 0; --left) {
        const auto waiter = take(handler, which);
        if (!waiter) {
            return;
        }
        waiter->wake();
    }
}

void Backlog::add(Handler& handler, std::size_t tasks, std::size_t bytes) noexcept {
    handler.backlog_.fetch_add(tasks);
    handler.backlog_bytes_.fetch_add(bytes);
}

void Backlog::take_back(Handler& handler, std::size_t tasks, std::size_t bytes) noexcept {
    handler.backlog_.fetch_sub(tasks);
    handler.backlog_bytes_.fetch_sub(bytes);
    handler.backlog_waits_.wake(handler, BacklogWaits::Which::below_limits);
}

void Backlog::begun(Handler& handler) noexcept {
    handler.backlog_.fetch_sub(1);
    handler.backlog_waits_.wake(handler, BacklogWaits::Which::below_limits);
}

void Backlog::done(Handler& handler, std::size_t bytes) noexcept {
    if (bytes > 0) {
        handler.backlog_bytes_.fetch_sub(bytes);
        handler.backlog_waits_.wake(handler, BacklogWaits::Which::below_limits);
    }
}

void Backlog::dropped(Handler& handler, std::size_t bytes) noexcept {
    handler.backlog_.fetch_sub(1);
    handler.backlog_bytes_.fetch_sub(bytes);
}

void Backlog::block(Handler& handler) noexcept {
    handler.backlog_blocked_.fetch_add(1);
    handler.backlog_waits_.wake(handler, BacklogWaits::Which::all);
}

void Backlog::unblock(Handler& handler) noexcept {
    handler.backlog_blocked_.fetch_sub(1);
}

bool Backlog::is_blocked(const Handler& handler) noexcept {
    return handler.backlog_blocked_.load() > 0;
}

void Backlog::wait(Handler& handler, const std::shared_ptr<BacklogWaiter>& waiter) noexcept {
    handler.backlog_waits_.add(waiter);
}

}  // namespace kazoo::detail
