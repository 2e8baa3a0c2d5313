// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/lock/acquiring.hpp"
#include "recipe/lock/contenders.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/detail/lock_base.hpp>

#include <utility>

namespace kazoo::detail {

LockBase::LockBase(KazooClient& client, PathView path, const LockOptions& options, LockKind kind)
    : locking_(recipe::Locking::make(client, path, options, kind)) {}

LockBase& LockBase::operator=(LockBase&& other) noexcept {
    if (this != &other) {
        if (locking_) {
            locking_->drop_kept();
        }
        locking_ = std::move(other.locking_);
    }
    return *this;
}

LockBase::~LockBase() {
    if (locking_) {
        locking_->drop_kept();  // each handle keeps the object that keeps it
    }
}

AsyncResult<LockHandle> LockBase::acquire_async(const CallOptions& options) {
    return recipe::acquire(locking_, options);
}

LockHandle LockBase::acquire(const CallOptions& options) {
    recipe::check_may_await_events(*locking_->handler(), "acquire");
    return acquire_async(options).get();
}

AsyncResult<std::optional<LockHandle>> LockBase::try_acquire_async(const CallOptions& options) {
    return recipe::try_acquire(locking_, options);
}

std::optional<LockHandle> LockBase::try_acquire(const CallOptions& options) {
    recipe::check_may_block(*locking_->handler());
    return try_acquire_async(options).get();
}

AsyncResult<LockHandle> LockBase::resume_async(std::string_view name, const CallOptions& options) {
    return recipe::resume(locking_, options, std::string(name));
}

LockHandle LockBase::resume(std::string_view name, const CallOptions& options) {
    recipe::check_may_await_events(*locking_->handler(), "resume");
    return resume_async(name, options).get();
}

void LockBase::cancel() noexcept {
    locking_->cancel();
}

bool LockBase::is_acquired() const noexcept {
    return locking_->is_acquired();
}

const std::string& LockBase::path() const noexcept {
    return locking_->path();
}

AsyncResult<std::vector<LockContender>> LockBase::contenders_async(const CallOptions& options) {
    return recipe::list_contenders(locking_, options);
}

std::vector<LockContender> LockBase::contenders(const CallOptions& options) {
    recipe::check_may_block(*locking_->handler());
    return contenders_async(options).get();
}

AsyncResult<std::optional<LockContender>> LockBase::break_lock_async(const CallOptions& options) {
    return recipe::break_first(locking_, options);
}

std::optional<LockContender> LockBase::break_lock(const CallOptions& options) {
    recipe::check_may_block(*locking_->handler());
    return break_lock_async(options).get();
}

AsyncResult<void> LockBase::revoke_async(PathView node, const CallOptions& options) {
    return recipe::revoke_node(locking_, std::string(node), options);
}

void LockBase::revoke(PathView node, const CallOptions& options) {
    recipe::check_may_block(*locking_->handler());
    revoke_async(node, options).get();
}

void LockBase::lock() {
    locking_->keep(acquire());
}

bool LockBase::try_lock() {
    auto handle = try_acquire();
    if (!handle) {
        return false;
    }
    locking_->keep(std::move(*handle));
    return true;
}

bool LockBase::try_lock_for(AnyDuration timeout) {
    try {
        locking_->keep(acquire(CallOptions().timeout(timeout)));
    } catch (const LockTimeoutError&) {
        return false;
    }
    return true;
}

void LockBase::unlock() noexcept {
    const auto released = locking_->take_kept();  // by its destructor
}

}  // namespace kazoo::detail
