// SPDX-License-Identifier: Apache-2.0
#include "recipe/call_limits.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/multi_lock.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <list>
#include <set>
#include <utility>

namespace kazoo {
namespace detail::recipe {

/// The locks of a MultiLock. Constant.
class MultiLocking {
public:
    MultiLocking(
        KazooClient& client, const std::vector<std::string>& paths, const LockOptions& options
    )
        : handler(client.handler()) {
        std::set<std::string> known;
        for (const auto& path : paths) {
            auto& lock = locks.emplace_back(client, path, options);
            if (!known.insert(lock.path()).second) {
                refuse(path, "the path occurs twice");
            }
        }
        if (locks.empty()) {
            refuse({}, "there are no paths");
        }
    }

    const std::shared_ptr<Handler> handler;
    std::list<Lock> locks;

private:
    [[noreturn]] static void refuse(const std::string& path, const char* why) {
        throw_error(Error(Errc::bad_arguments, Outcome::not_sent, "MultiLock", path, why));
    }
};

/// What a MultiLockHandle owns.
class HeldLocks {
public:
    explicit HeldLocks(std::vector<LockHandle> handles) : locks(std::move(handles)) {
        const std::function<void()> report = [source = lost]() mutable { source.request_stop(); };
        for (const auto& lock : locks) {
            callbacks_.emplace_back(lock.lost(), report);
        }
    }

    std::vector<LockHandle> locks;
    std::stop_source lost;

private:
    std::list<std::stop_callback<std::function<void()>>> callbacks_;
};

struct MultiLockHandles {
    static MultiLockHandle make(std::vector<LockHandle> handles) {
        return MultiLockHandle(std::make_shared<HeldLocks>(std::move(handles)));
    }
};

}  // namespace detail::recipe

namespace {

using namespace detail::recipe;
using Handles = std::vector<LockHandle>;

/// Acquires the locks one by one. If that fails, the handles of the others release them.
AsyncResult<MultiLockHandle> acquire_all(std::shared_ptr<MultiLocking> locking, CallLimits limits) {
    Handles handles;
    handles.reserve(locking->locks.size());
    for (auto& lock : locking->locks) {
        auto acquiring = lock.acquire_async(limits.step());
        LockHandle handle = co_await direct(std::move(acquiring));
        handles.push_back(std::move(handle));
    }
    auto held = MultiLockHandles::make(std::move(handles));
    co_return held;
}

AsyncResult<std::optional<MultiLockHandle>> try_all(
    std::shared_ptr<MultiLocking> locking, CallLimits limits
) {
    Handles handles;
    handles.reserve(locking->locks.size());
    for (auto& lock : locking->locks) {
        auto acquiring = lock.try_acquire_async(limits.step());
        std::optional<LockHandle> handle = co_await direct(std::move(acquiring));
        if (!handle) {
            co_return std::nullopt;
        }
        handles.push_back(std::move(*handle));
    }
    std::optional<MultiLockHandle> held = MultiLockHandles::make(std::move(handles));
    co_return held;
}

AsyncResult<bool> release_all(std::shared_ptr<HeldLocks> held, CallOptions options) {
    std::vector<AsyncResult<bool>> releases;
    releases.reserve(held->locks.size());
    for (auto lock = held->locks.rbegin(); lock != held->locks.rend(); ++lock) {
        releases.push_back(lock->release_async(options));
    }
    bool all = true;
    std::exception_ptr failure;
    for (auto& release : releases) {
        try {
            const bool was_held = co_await direct(release);
            all = all && was_held;
        } catch (...) {
            if (!failure) {
                failure = std::current_exception();
            }
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return all;
}

AsyncResult<bool> release_nothing() {
    const bool nothing = false;
    co_return nothing;
}

}  // namespace

MultiLockHandle& MultiLockHandle::operator=(MultiLockHandle&& other) noexcept = default;
MultiLockHandle::~MultiLockHandle() = default;

bool MultiLockHandle::is_held() const noexcept {
    return held_ && std::all_of(held_->locks.begin(), held_->locks.end(), [](const auto& lock) {
               return lock.is_held();
           });
}

Duration MultiLockHandle::remaining() const noexcept {
    auto shortest = held_ ? Duration::max() : Duration::zero();
    for (const auto& lock : locks()) {
        shortest = std::min(shortest, lock.remaining());
    }
    return shortest;
}

std::stop_token MultiLockHandle::lost() const noexcept {
    return held_ ? held_->lost.get_token() : std::stop_token();
}

const Handles& MultiLockHandle::locks() const noexcept {
    static const Handles none;
    return held_ ? held_->locks : none;
}

AsyncResult<bool> MultiLockHandle::release_async(const CallOptions& options) {
    return held_ ? release_all(held_, options) : release_nothing();
}

bool MultiLockHandle::release(const CallOptions& options) {
    return release_async(options).get();
}

MultiLock::MultiLock(
    KazooClient& client, const std::vector<std::string>& paths, const LockOptions& options
)
    : locking_(std::make_shared<MultiLocking>(client, paths, options)) {}

AsyncResult<MultiLockHandle> MultiLock::acquire_async(const CallOptions& options) {
    return acquire_all(locking_, CallLimits(options, *locking_->handler, CallKind::waits));
}

MultiLockHandle MultiLock::acquire(const CallOptions& options) {
    return acquire_async(options).get();
}

AsyncResult<std::optional<MultiLockHandle>> MultiLock::try_acquire_async(const CallOptions& options
) {
    return try_all(locking_, CallLimits(options, *locking_->handler, CallKind::does_not_wait));
}

std::optional<MultiLockHandle> MultiLock::try_acquire(const CallOptions& options) {
    return try_acquire_async(options).get();
}

void MultiLock::cancel() noexcept {
    for (auto& lock : locking_->locks) {
        lock.cancel();
    }
}

}  // namespace kazoo
