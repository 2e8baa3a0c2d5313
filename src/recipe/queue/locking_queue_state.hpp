// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/queue/queue_state.hpp"

#include <kazoo/node.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {

/// An item that a LockingQueue has locked.
class HeldItem {
public:
    HeldItem() {}
    std::string name;  ///< Of the entry, and of the claim.
    std::string data;
    std::int64_t session = 0;  ///< The owner of the claim.
    std::int64_t token = 0;    ///< The czxid of the claim.
    /// A transaction that consumes the item was sent, and it is not known whether it was applied.
    bool doubtful = false;
};

/// What the calls of a LockingQueue share.
class LockingQueueState final : public QueueState {
public:
    LockingQueueState(const KazooClient& zk, std::string_view node);

    [[nodiscard]] std::string claim(std::string_view name) const {
        return taken + "/" + std::string(name);
    }
    /// Returns whether this is the claim of this object, made in the present session.
    [[nodiscard]] bool is_own(const NodeData& claim) const;

    /// Returns the item that is held; nothing if the session of its claim has ended.
    [[nodiscard]] std::optional<HeldItem> held() const;
    /// Returns the item that is held, or that was held when it was perhaps consumed.
    [[nodiscard]] std::optional<HeldItem> held_or_doubtful() const;
    [[nodiscard]] bool holds(std::int64_t token) const;
    void hold(HeldItem item);
    void set_doubtful(std::int64_t token) noexcept;
    /// Forgets the item with this token.
    void forget(std::int64_t token) noexcept;
    /// Returns what is held and forgets it.
    [[nodiscard]] std::optional<HeldItem> take_held() noexcept;

    const std::string taken;  ///< The parent of the claims.
    const std::string id;     ///< The data of the claims of this object.

private:
    mutable std::mutex held_mutex_;
    std::optional<HeldItem> held_;  // guarded by held_mutex_
};

}  // namespace kazoo::detail::recipe
