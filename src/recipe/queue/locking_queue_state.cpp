// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/locking_queue_state.hpp"

#include <kazoo/detail/unique_id.hpp>

namespace kazoo::detail::recipe {

LockingQueueState::LockingQueueState(const KazooClient& zk, std::string_view node)
    : QueueState(zk, "LockingQueue", node, "entries"),
      taken(path + "/taken"),
      id(unique_hex(*client.handler())) {}

bool LockingQueueState::is_own(const NodeData& claim) const {
    const auto session = client.session();
    return session != 0 && claim.stat.ephemeral_owner == session && claim.data == id;
}

std::optional<HeldItem> LockingQueueState::held() const {
    const auto session = client.session();
    const std::lock_guard lock(held_mutex_);
    const bool alive = held_ && held_->session == session;
    return alive ? held_ : std::nullopt;
}

std::optional<HeldItem> LockingQueueState::held_or_doubtful() const {
    const auto session = client.session();
    const std::lock_guard lock(held_mutex_);
    const bool known = held_ && (held_->session == session || held_->doubtful);
    return known ? held_ : std::nullopt;
}

bool LockingQueueState::holds(std::int64_t token) const {
    const auto session = client.session();
    const std::lock_guard lock(held_mutex_);
    return held_ && held_->session == session && held_->token == token;
}

void LockingQueueState::hold(HeldItem item) {
    const std::lock_guard lock(held_mutex_);
    held_ = std::move(item);
}

void LockingQueueState::set_doubtful(std::int64_t token) noexcept {
    const std::lock_guard lock(held_mutex_);
    if (held_ && held_->token == token) {
        held_->doubtful = true;
    }
}

void LockingQueueState::forget(std::int64_t token) noexcept {
    const std::lock_guard lock(held_mutex_);
    if (held_ && held_->token == token) {
        held_.reset();
    }
}

std::optional<HeldItem> LockingQueueState::take_held() noexcept {
    const std::lock_guard lock(held_mutex_);
    return std::exchange(held_, std::nullopt);
}

}  // namespace kazoo::detail::recipe
