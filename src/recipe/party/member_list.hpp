// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/party/member_names.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/recipes/children_watch.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {

/// Lists the names of the nodes of members. A party that does not exist has none.
[[nodiscard]] AsyncResult<std::vector<std::string>> list_member_names(
    RecipeClient client, std::string path, MemberLayout layout, CallLimits limits
);
/// Lists the members of a party: their names only if these contain the identifiers.
[[nodiscard]] AsyncResult<Members> list_members(
    RecipeClient client, std::string path, MemberLayout layout, CallLimits limits
);

/// The members of a party as a stream. Used by one call of `next` at a time.
class MemberList {
public:
    MemberList(KazooClient& zk, const RecipeClient& client, std::string path, MemberLayout layout);
    MemberList(const MemberList&) = delete;
    MemberList& operator=(const MemberList&) = delete;

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    void stop() noexcept;
    /// See PartyStream::next.
    [[nodiscard]] static AsyncResult<std::optional<PartyChange>> next(
        std::shared_ptr<MemberList> list
    );

private:
    class Call;

    [[nodiscard]] static AsyncResult<bool> read_next(std::shared_ptr<MemberList> list);
    [[nodiscard]] std::vector<std::string> unread() const;
    [[nodiscard]] std::optional<PartyChange> accept(Members read);

    const RecipeClient client_;
    const std::string path_;
    const MemberLayout layout_;
    std::atomic<bool> calling_{false};
    std::atomic<bool> stopped_{false};
    // Used by the present call of next() only:
    ChildrenStream stream_;
    std::optional<std::vector<std::string>> names_;  // a state that has not been reported yet
    Members members_;                                // as reported last
    bool reported_ = false;
};

}  // namespace kazoo::detail::recipe
