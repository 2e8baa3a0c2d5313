// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/call_limits.hpp"
#include "recipe/lock/contender.hpp"
#include "recipe/lock/node_deletion.hpp"
#include "recipe/wait.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/recipes/lock_handle.hpp>

#include <new>
#include <optional>
#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

constexpr const char* release_operation = "release";

[[noreturn]] void throw_wait_ended(const Contender& contender, std::error_code code) {
    throw_error(Error(
        code,
        Outcome::unknown,
        release_operation,
        contender.held_path(),
        "the lock is not held any more; its node is deleted in the background"
    ));
}

std::shared_ptr<NodeDeletion> make_deletion(const std::shared_ptr<Handler>& handler) noexcept {
    try {
        return std::make_shared<NodeDeletion>(handler);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

/// Deletes the node, and waits for that.
AsyncResult<bool> release_node(
    std::shared_ptr<Contender> contender, NodePtr node, CallOptions options
) {
    const auto& handler = contender->handler();
    const auto deletion = make_deletion(handler);
    delete_in_background(contender->locking(), std::move(node), deletion);
    if (!deletion) {
        throw std::bad_alloc();  // nothing to wait for
    }
    const CallLimits limits(options, *handler, CallKind::does_not_wait);
    bool in_time = true;
    bool cancelled = false;
    try {
        auto ended = wait_for(handler, deletion->ended, limits);
        in_time = co_await direct(std::move(ended));
    } catch (const CancelledError&) {
        cancelled = true;
    }
    if (cancelled) {
        throw_wait_ended(*contender, ClientErrc::cancelled);
    }
    if (!in_time) {
        throw_wait_ended(*contender, Errc::operation_timeout);
    }
    if (deletion->failed) {
        throw_error(*deletion->failed);
    }
    co_return true;
}

AsyncResult<bool> not_held(const std::shared_ptr<Handler>& handler) {
    Promise<bool> promise(handler);
    promise.set(false);
    return promise.result();
}

[[noreturn]] void throw_empty(const char* name) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, name, {}, "the handle is empty"));
}

}  // namespace

LockHandle::LockHandle(LockHandle&& other) noexcept = default;

LockHandle& LockHandle::operator=(LockHandle&& other) noexcept {
    LockHandle replaced(std::move(other));
    std::swap(contender_, replaced.contender_);
    return *this;
}

LockHandle::~LockHandle() {
    if (!contender_) {
        return;
    }
    if (auto node = contender_->release()) {
        delete_in_background(contender_->locking(), std::move(node));
    }
}

std::int64_t LockHandle::token() const noexcept {
    return contender_ ? contender_->held_node().czxid : 0;
}

const std::string& LockHandle::path() const noexcept {
    static const std::string none;
    return contender_ ? contender_->held_path() : none;
}

std::int64_t LockHandle::session() const noexcept {
    return contender_ ? contender_->held_node().session : 0;
}

bool LockHandle::is_held() const noexcept {
    return contender_ && contender_->is_held();
}

Duration LockHandle::remaining() const noexcept {
    return contender_ ? contender_->remaining() : Duration::zero();
}

std::stop_token LockHandle::lost() const noexcept {
    return contender_ ? contender_->lost_token() : std::stop_token();
}

void LockHandle::call_when_lost(UniqueFunction<void()> function) const {
    if (contender_) {
        contender_->call_when_lost(std::move(function));
    }
}

GuardedTransaction LockHandle::transaction() const {
    if (!contender_) {
        throw_empty("transaction");
    }
    std::optional<Transaction> made;
    const auto& client = contender_->locking()->client();
    client.ref().with([&](KazooClient& zk) { made.emplace(zk.transaction()); });
    if (!made) {
        throw_error(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            "transaction",
            path(),
            "the client has been destroyed"
        ));
    }
    made->check(path(), -1);
    return {contender_, std::move(*made), 0};
}

GuardedTransaction LockHandle::guard(Transaction transaction) const {
    if (!contender_) {
        throw_empty("guard");
    }
    const auto last = transaction.size();
    transaction.check(path(), -1);
    return {contender_, std::move(transaction), last};
}

AsyncResult<bool> LockHandle::release_async(const CallOptions& options) {
    if (!contender_) {
        return not_held(nullptr);
    }
    auto node = contender_->release();
    if (!node) {
        return not_held(contender_->handler());
    }
    try {
        return release_node(contender_, node, options);
    } catch (const std::bad_alloc&) {  // for the coroutine
        delete_in_background(contender_->locking(), std::move(node));
        throw;
    }
}

bool LockHandle::release(const CallOptions& options) {
    if (contender_) {
        check_may_block(*contender_->handler());
    }
    return release_async(options).get();
}

std::string LockHandle::detach() {
    if (!contender_) {
        throw_empty("detach");
    }
    std::string name = contender_->held_node().name;
    if (!contender_->locking()->names().own_number(name)) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "detach",
            path(),
            "the lease of a semaphore cannot be resumed; release it"
        ));
    }
    if (!contender_->release()) {
        throw_error(Error(ClientErrc::lock_lost, Outcome::not_applied, "detach", path()));
    }
    contender_ = nullptr;
    return name;
}

}  // namespace kazoo
