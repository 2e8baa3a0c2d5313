#include "base/trampoline.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <algorithm>

namespace kazoo::detail {
namespace {

/// Outside the lock, also the end of what the continuation holds: it may look at the result.
template <class Link>
void run_link(Link& link, ResultStateBase& state) {
    try {
        link.run(state);
    } catch (...) {
        if (state.handler()) {
            state.handler()->report_escaped(Lane::completion, std::current_exception());
        }
    }
    link.run = nullptr;
}

}  // namespace

bool ResultStateBase::wait_until(TimePoint deadline) {
    if (ready()) {
        return true;
    }
    if (deadline <= (handler_ ? handler_->now() : Clock::now())) {
        return false;
    }
    check_may_block();
    const auto waiter = handler_ ? handler_->waiter() : thread_waiter();
    Sleeper self{waiter.get(), nullptr};
    std::unique_lock lock(mutex_);
    if (ready()) {
        return true;
    }
    self.next = std::exchange(sleepers_, &self);
    while (!ready() && (handler_ ? handler_->now() : Clock::now()) < deadline) {
        lock.unlock();
        waiter->wait_until(deadline);
        lock.lock();
    }
    for (Sleeper** at = &sleepers_; *at != nullptr; at = &(*at)->next) {
        if (*at == &self) {
            *at = self.next;
            break;
        }
    }
    return ready();
}

void ResultStateBase::finish(Status status) {
    RefPtr<ResultStateBase> self(this);
    bool any_links = false;
    {
        const std::lock_guard lock(mutex_);
        status_.store(status, std::memory_order_release);
        for (auto* sleeper = sleepers_; sleeper != nullptr; sleeper = sleeper->next) {
            sleeper->waiter->notify();
        }
        any_links = first_link_.has_value() || !more_links_.empty();
    }
    if (any_links) {
        base::Trampoline::run([self = std::move(self)] {
            self->run_direct_links();
            self->dispatch_links();
        });
    }
}

bool ResultStateBase::link(std::uint64_t id, LinkKind kind, Continuation&& run) {
    {
        const std::lock_guard lock(mutex_);
        if (kind == LinkKind::direct && ready()) {
            return false;
        }
        store_link(Link{id, kind, std::move(run)});
        if (!ready()) {
            return true;
        }
    }
    base::Trampoline::run([self = RefPtr<ResultStateBase>(this)] { self->dispatch_links(); });
    return true;
}

std::uint64_t ResultStateBase::link(Continuation run) {
    std::uint64_t id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = 2 * std::uint64_t{++last_link_} + 1;  // odd: never the address of an awaiter
    }
    link(id, LinkKind::lane, std::move(run));
    return id;
}

void ResultStateBase::store_link(Link link) {
    if (!first_link_ && more_links_.empty()) {
        first_link_.emplace(std::move(link));
    } else {
        more_links_.push_back(std::move(link));
    }
}

bool ResultStateBase::unlink(std::uint64_t id) noexcept {
    Continuation removed;  // destroyed after the lock is released: it may own results
    const std::lock_guard lock(mutex_);
    if (first_link_ && first_link_->id == id) {
        removed = std::move(first_link_->run);
        first_link_.reset();
        return true;
    }
    const auto at = std::find_if(more_links_.begin(), more_links_.end(), [&](const Link& link) {
        return link.id == id;
    });
    if (at == more_links_.end()) {
        return false;
    }
    removed = std::move(at->run);
    more_links_.erase(at);
    return true;
}

bool ResultStateBase::take_link(LinkKind kind, Link& into) {
    if (first_link_ && first_link_->kind == kind) {
        into = std::move(*first_link_);
        first_link_.reset();
        return true;
    }
    const auto at = std::find_if(more_links_.begin(), more_links_.end(), [&](const Link& link) {
        return link.kind == kind;
    });
    if (at == more_links_.end()) {
        return false;
    }
    into = std::move(*at);
    more_links_.erase(at);
    return true;
}

void ResultStateBase::run_direct_links() {
    for (Link link{};;) {
        {
            const std::lock_guard lock(mutex_);
            if (!take_link(LinkKind::direct, link)) {
                return;
            }
        }
        run_link(link, *this);
    }
}

void ResultStateBase::dispatch_links() {
    {
        const std::lock_guard lock(mutex_);
        if (links_scheduled_ || (!first_link_ && more_links_.empty())) {
            return;
        }
        links_scheduled_ = true;
    }
    if (!handler_) {
        return run_links();
    }
    Backlog::add(*handler_);
    handler_->dispatch(Lane::completion, [self = RefPtr<ResultStateBase>(this)] {
        const LaneScope on_lane(*self->handler_, Lane::completion);
        self->run_links();
        Backlog::done(*self->handler_);
    });
}

void ResultStateBase::run_links() {
    for (Link link{};;) {
        {
            const std::lock_guard lock(mutex_);
            if (!take_link(LinkKind::lane, link)) {
                links_scheduled_ = false;
                return;
            }
        }
        run_link(link, *this);
    }
}

bool ResultStateBase::fail(Error error) {
    return complete(Status::error, [&] { failure_ = std::move(error); });
}

bool ResultStateBase::fail(std::exception_ptr error) {
    return complete(Status::error, [&] { failure_ = std::move(error); });
}

std::exception_ptr ResultStateBase::exception() {
    if (const auto* given = std::get_if<std::exception_ptr>(&failure_)) {
        return *given;
    }
    const std::lock_guard lock(mutex_);
    if (!made_exception_) {
        made_exception_ = make_exception(std::get<Error>(failure_));
    }
    return made_exception_;
}

Error ResultStateBase::error() {
    if (const auto* given = std::get_if<std::exception_ptr>(&failure_)) {
        return error_from(*given);
    }
    return std::get<Error>(failure_);
}

void ResultStateBase::rethrow() {
    std::rethrow_exception(exception());
}

}  // namespace kazoo::detail
