// SPDX-License-Identifier: Apache-2.0
/// ACLs chosen by path: a function that the client asks for the ACL of a new node
/// (ClientOptions::acl_provider).
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>
#include <kazoo/security.hpp>

#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Returns the ACL for the new node `path`, as Curator's ACLProvider does; an empty list means
/// ClientOptions::default_acl, or else open_acl_unsafe().
///
///     ClientOptions().default_acl(creator_all_acl()).acl_provider([](std::string_view path) {
///         return path.starts_with("/public/") ? read_acl_unsafe() : AclList();
///     })
///
/// It is asked for each node that an operation may create and that has no list of its own
/// (CreateOptions::acl, the parameter of ensure_path): by create, create_or_set and ensure_path,
/// with those ancestors that `makepath` and ensure_path may create; by transactions; and by
/// recipes, which create nodes with these. An ancestor that exists keeps its ACL. Existing nodes
/// never change.
///
/// The path is that of the caller, in normal form and without the chroot. The node of the chroot is
/// "/"; its ancestors have no such path, and the function is not asked for them. For a sequence
/// node it is the path without the number: "/queue/item-", or "/queue/" if the name is the number
/// alone. For CreateOptions::protect it is the path without the unique prefix. The view is valid
/// during the call. Invalid paths are not asked about: the operation fails.
///
/// Threads: it is called, without any lock, by the thread that begins the operation, before the
/// operation sends anything. For a coroutine that is the thread which runs it, and for recipes it
/// may be the one that runs the connections: it must not block. A wait for an operation throws
/// WouldDeadlockError. It may be called by several threads at once, and repeatedly for one path.
///
/// Failures: what it throws fails the operation, which is then not sent: the error of a
/// KazooException, OutOfMemoryError for std::bad_alloc, ForeignExceptionError otherwise; the detail
/// names acl_provider and the path. In a transaction the error is a TransactionFailedError that
/// names the operation.
///
/// A transaction with a marker (Transaction::protect) recognises what an earlier commit has done by
/// all its content, ACLs included: the function must give the same list then.
///
/// The function is copied with the options, and destroyed with the last copy and the last client.
using AclProvider = std::function<AclList(std::string_view path)>;

}  // namespace kazoo
KAZOO_API_END
