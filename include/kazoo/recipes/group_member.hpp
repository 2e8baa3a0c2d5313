// SPDX-License-Identifier: Apache-2.0
/// GroupMember: a party whose members have a name and data, as in Apache Curator.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/party.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// A member of a group (Curator's `GroupMember`): an ephemeral node with a name of its own, whose
/// data the other members read.
///
///     GroupMember member(zk, "/group", "host-7", "10.0.0.7:8080");
///     member.join();
///     for (const auto& [id, data] : member.members()) connect_to(data);
///
/// Layout, shared with Curator: `<path>/<id>`, ephemeral, with the data of the member.
///
/// Identity: the node has the name of the member, so that two processes with one name exclude each
/// other. If the node of another session exists, such as that of an earlier run of this process,
/// `join` waits until that session ends; a node of a former session of this client is replaced at
/// once. (Curator takes the node of the other session for its own, and loses it with that session.)
///
/// For everything else see Party.
class GroupMember {
public:
    /// Sends nothing. `id`: the name of the node. Throws BadArgumentsError if path or id are
    /// malformed, and std::bad_alloc.
    GroupMember(
        KazooClient& client,
        PathView path,
        std::string_view id,
        const DataView& data = {},
        const PartyOptions& options = PartyOptions()
    );
    GroupMember(GroupMember&&) noexcept = default;
    GroupMember& operator=(GroupMember&& other) noexcept;
    ~GroupMember();

    /// As Party::join. Waits for the end of another session that has the node: give it a limit.
    AsyncResult<void> join_async(const CallOptions& options = {});
    void join(const CallOptions& options = {});
    /// As Party::leave.
    AsyncResult<bool> leave_async(const CallOptions& options = {});
    bool leave(const CallOptions& options = {});
    /// As Party::participating.
    [[nodiscard]] bool participating() const noexcept;

    /// Changes the data, also for later joins. Completes when the node has them, at once if it has
    /// not joined. Fails with OperationTimeoutError, and with CancelledError if it leaves
    /// meanwhile.
    AsyncResult<void> set_data_async(const DataView& data, const CallOptions& options = {});
    void set_data(const DataView& data, const CallOptions& options = {});

    /// Returns the data of all members by their names; none if the group does not exist.
    AsyncResult<std::map<std::string, std::string>> members_async(const CallOptions& options = {});
    std::map<std::string, std::string> members(const CallOptions& options = {});

    /// Returns a stream of the names of the members. Changes of their data are not reported. Throws
    /// as Party::stream does.
    [[nodiscard]] PartyStream stream() const;

private:
    std::shared_ptr<detail::recipe::Membership> membership_;
};

}  // namespace kazoo
KAZOO_API_END
