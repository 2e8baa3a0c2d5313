// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/party/kept_node.hpp"
#include "recipe/party/member_names.hpp"
#include "recipe/turns.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/recipes/party.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// The membership of one member of a Party, ShallowParty or GroupMember. Shared by the user's
/// object and its calls. Thread-safe.
class Membership {
public:
    /// Checks path and identifier. Throws BadArgumentsError, and std::bad_alloc.
    Membership(
        const RecipeClient& client,
        std::string_view path,
        MemberLayout layout,
        std::string_view identifier,
        const DataView& data,
        const PartyOptions& options
    );
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }

    [[nodiscard]] static AsyncResult<void> join(
        std::shared_ptr<Membership> member, CallLimits limits
    );
    [[nodiscard]] static AsyncResult<bool> leave(
        std::shared_ptr<Membership> member, CallLimits limits
    );
    [[nodiscard]] static AsyncResult<void> set_data(
        std::shared_ptr<Membership> member, std::string data, bool null_data, CallLimits limits
    );
    [[nodiscard]] bool participating() const noexcept;
    /// Leaves in the background, when the user's object is destroyed.
    void end() noexcept;
    [[nodiscard]] PartyStream stream() const;

    [[nodiscard]] CallLimits limits(const CallOptions& options, CallKind kind) const {
        return CallLimits(options, *handler(), kind);
    }

    const RecipeClient client;
    const std::string path;
    const MemberLayout layout;

private:
    [[nodiscard]] std::shared_ptr<KeptNode> present_node() const noexcept;
    /// Returns the node that is kept; begins to keep it if it is not, and sets `begun` then. Throws
    /// CancelledError if the user's object has been destroyed.
    [[nodiscard]] std::shared_ptr<KeptNode> keep(bool& begun);
    /// Keeps the present node no more; it is removed later. Returns it; null if there is none.
    [[nodiscard]] std::shared_ptr<KeptNode> give_up() noexcept;
    [[nodiscard]] std::shared_ptr<KeptNode> leaving() const noexcept;
    [[noreturn]] void throw_destroyed() const;

    const std::string node_path_;
    const PartyOptions options_;
    const std::shared_ptr<Turns> joins_;  // of the calls of join
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::string data_;
    bool null_data_ = false;
    std::shared_ptr<KeptNode> node_;     // null: not joined
    std::shared_ptr<KeptNode> leaving_;  // the last one that is or was removed
    bool destroyed_ = false;             // the user's object
};

}  // namespace kazoo::detail::recipe
