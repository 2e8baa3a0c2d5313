// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <deque>
#include <string_view>

namespace kazoo::history {

/// Returns whether the call may delete a node in the background after it has completed: a
/// guaranteed delete, or a protected create that was given up.
[[nodiscard]] constexpr bool is_guaranteed(const Call& call) noexcept {
    return call.act == Act::remove_guaranteed || call.guarded;
}

/// Returns whether servers may execute the create after it has been repeated, or its node looked
/// for, in another session: what was sent in a session that the client has lost may still be on its
/// way. The nodes of ephemeral creates end with that session.
[[nodiscard]] bool may_be_executed_late(const Call& create) noexcept;

/// Returns whether the path is one that a protected create gives to its node.
[[nodiscard]] bool is_protected_path(std::string_view path, const Call& create);

/// Returns whether such a call may have made this deletion. A guaranteed delete deletes the node
/// with its czxid. It may also meet a later node of the same path and version, but only if that has
/// replaced the wanted one after the call. A protected create deletes its own node, if it failed.
[[nodiscard]] bool may_delete(const Call& call, const Write& deletion, const Chronicle& chronicle);

/// Checks guaranteed deletes and protected creates long after the last fault, while all clients are
/// connected. The node of a delete that succeeded, or whose caller has given up waiting, does not
/// exist, nor does that of a create that failed, unless the client was stopped or servers may have
/// executed the create late. A node that was created belongs to the session that created it.
void check_guaranteed(const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::history
