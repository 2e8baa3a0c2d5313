// SPDX-License-Identifier: Apache-2.0
/// Operations of KazooClient beside the basic ones: what combines several requests, the sizes and
/// owners of subtrees, and the configuration of the servers.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/stat.hpp>
#include <kazoo/watcher.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// What NodeOperations::create_or_set did.
struct CreatedOrSet {
    bool created = false;  ///< True if the node was created, false if its data was set.
    ZnodeStat stat;        ///< The stat after the write.
    friend bool operator==(const CreatedOrSet&, const CreatedOrSet&) = default;
};

/// A child of a node, from NodeOperations::get_children_with_data.
struct ChildNode {
    std::string name;  ///< Without the parent's path.
    NodeData node;     ///< Its data and stat.
    friend bool operator==(const ChildNode&, const ChildNode&) = default;
};

/// One of the identities under which a server knows a client.
struct ClientInfo {
    std::string auth_scheme;  ///< Such as "ip", "digest" or "super".
    std::string user;         ///< The address or the user's name, never a password or digest.
    friend bool operator==(const ClientInfo&, const ClientInfo&) = default;
};

/// Operations that KazooClient inherits. Their errors are those of every operation of KazooClient,
/// and those listed here. A server that does not know an operation also closes the connection when
/// it fails with UnimplementedError, whose detail names the release that is needed. Operations of
/// that kind then fail at once, as long as the client is connected to that server, for a minute.
class NodeOperations {
public:
    // Operations of several requests. They are not atomic. At most 1000 requests are under way at
    // a time, or half of ClientLimits::requests if that is less.

    /// Creates a node or, if it exists, sets its data, whatever its version. `create` applies to a
    /// node that is created: the kind, ACL and owner of an existing node stay as they are.
    /// Corresponds to Curator's `create().orSetData()`.
    ///
    /// Returns whether the node was created, and its stat. Fails as create_with_stat and set do,
    /// but not with NodeExistsError; with BadArgumentsError for CreateOptions::sequence, whose
    /// nodes are always new; and with NoNodeError, besides for a missing parent, if other clients
    /// create and delete the node 16 times meanwhile. Needs ZooKeeper 3.5 or later.
    AsyncResult<CreatedOrSet> create_or_set_async(
        PathView path,
        const DataView& data,
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    CreatedOrSet create_or_set(
        PathView path,
        const DataView& data,
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    AsyncResult<CreatedOrSet> create_or_set_async(
        PathView path, const DataView& data, const CallOptions& options
    ) & {
        return create_or_set_async(path, data, CreateOptions(), options);
    }
    CreatedOrSet create_or_set(PathView path, const DataView& data, const CallOptions& options) & {
        return create_or_set(path, data, CreateOptions(), options);
    }

    /// Reads all children of a node with their data, in no particular order. Children that are
    /// deleted meanwhile are left out, and the others are read one after the other, not at one
    /// point in time. The result takes memory for the data of all children. Each child has a
    /// request of its own, not a multi_read: if the reply to a group exceeded
    /// ClientLimits::reply_bytes, all of it would be received in vain and read again. Fails with
    /// NoNodeError if the node itself does not exist, and with the error of a child that cannot be
    /// read, such as NoAuthError, whose path is that of the child.
    AsyncResult<std::vector<ChildNode>> get_children_with_data_async(
        PathView path, const CallOptions& options = {}
    );
    std::vector<ChildNode> get_children_with_data(PathView path, const CallOptions& options = {});

    /// Deletes a node and all its descendants, whatever their versions. A missing node is not an
    /// error. Fails with BadArgumentsError for "/" without a chroot, and with NotEmptyError if
    /// other clients keep creating children: if they have done so 16 times under one node that is
    /// being deleted. After an error part of the tree may be gone. Corresponds to kazoo's `delete`
    /// with `recursive=True`.
    AsyncResult<void> delete_recursive_async(PathView path, const CallOptions& options = {});
    void delete_recursive(PathView path, const CallOptions& options = {});

    /// Deletes a node, and does not give up: it is tried again after lost connections and sessions
    /// and, in the background, after the time limit or the cancellation of this call has ended the
    /// wait for it. Corresponds to Curator's `delete().guaranteed()`.
    ///
    /// `czxid` is the ZnodeStat::czxid of the node. A node that other clients have created at the
    /// same path meanwhile has another one and is left alone: the operation succeeds if the node
    /// with this czxid does not exist any more. One window remains, because servers compare only
    /// versions when they delete: each try reads the stat, after a sync, and then deletes the
    /// version that it has read. Only if other clients delete the node, create it again and set its
    /// data exactly as often as before, all within that one round trip, the new node is deleted.
    /// That is impossible for names that are not used twice, such as those of
    /// CreateOptions::protect and, while the parent exists, of sequence nodes.
    ///
    /// Fails with NotEmptyError, NoAuthError, BadArgumentsError for "/" without a chroot; with
    /// BadVersionError if other clients set its data 16 times meanwhile; with QueueFullError if
    /// ClientLimits::guaranteed is reached; and with ConnectionLoss or ConnectionClosedError when
    /// the client is stopped, which also ends what continues in the background.
    /// OperationTimeoutError and CancelledError with Outcome::unknown mean that it continues there;
    /// with Outcome::not_sent, that the limit was over, or a stop was requested, before the call.
    /// An error in the background is logged.
    AsyncResult<void> delete_guaranteed_async(
        PathView path, std::int64_t czxid, const CallOptions& options = {}
    );
    void delete_guaranteed(PathView path, std::int64_t czxid, const CallOptions& options = {});

    // Subtrees.

    /// Lists the ephemeral nodes of this session whose paths begin with `prefix`, by default all of
    /// them; with a chroot, those below it. The prefix may end within a name: "/a/m-" selects
    /// "/a/m-1" and "/a/m-2/x"; "/a" selects "/ab" as well, "/a/" does not. Returns paths, in no
    /// particular order. Needs ZooKeeper 3.6 or later.
    AsyncResult<std::vector<std::string>> get_ephemerals_async(
        PathView prefix = "/", const CallOptions& options = {}
    );
    std::vector<std::string> get_ephemerals(PathView prefix = "/", const CallOptions& options = {});

    /// Counts all descendants of a node, not only its children; for "/" without a chroot the nodes
    /// below "/zookeeper" are included. The server walks the whole subtree meanwhile. Fails with
    /// NoNodeError. Needs ZooKeeper 3.6 or later.
    AsyncResult<std::int32_t> get_all_children_number_async(
        PathView path, const CallOptions& options = {}
    );
    std::int32_t get_all_children_number(PathView path, const CallOptions& options = {});

    /// Returns the path as this client uses it for a path of the server: removes the chroot. "/a"
    /// for "/app/a" and "/" for "/app" with the chroot "/app"; a path outside the chroot, such as
    /// "/apples", is returned unchanged. (kazoo also removes the chroot from "/apples".)
    [[nodiscard]] std::string unchroot(PathView path) const;

    // The servers.

    /// Returns the identities that the server has for this connection, in no particular order: its
    /// address, and one for each credential that was accepted. Needs ZooKeeper 3.7 or later.
    AsyncResult<std::vector<ClientInfo>> who_am_i_async(const CallOptions& options = {});
    std::vector<ClientInfo> who_am_i(const CallOptions& options = {});

    /// Reads the configuration of the ensemble, the node /zookeeper/config, which the chroot does
    /// not affect. `watch` fires when it changes. One line per server,
    /// `server.<id>=<host>:<port>:<port>:<role>;<address>:<port>`, and `version=<hex>`; the data of
    /// a standalone server is empty. Fails with NoNodeError before ZooKeeper 3.5.
    AsyncResult<NodeData> get_config_async(
        const Watcher& watch = {}, const CallOptions& options = {}
    );
    NodeData get_config(const Watcher& watch = {}, const CallOptions& options = {});
    AsyncResult<NodeData> get_config_async(const CallOptions& options) & {
        return get_config_async(Watcher(), options);
    }
    NodeData get_config(const CallOptions& options) & { return get_config(Watcher(), options); }

    /// Changes the configuration of the ensemble. Either `joining`, servers to be added or changed
    /// as "server.4=host:2888:3888;2181", and `leaving`, ids of servers to be removed, both
    /// separated by commas; or `new_members`, which replaces the whole list. Empty means none.
    /// `from_config` is the expected version of the configuration, the number behind "version=";
    /// -1 matches any. Returns the new configuration, as get_config does.
    ///
    /// Fails with ReconfigDisabledError (reconfigEnabled is not set; also a standalone server),
    /// UnimplementedError (needs ZooKeeper 3.5 or later and an ensemble), NoAuthError (needs the
    /// permission to write /zookeeper/config), BadVersionError, ReconfigInProcessError,
    /// NewConfigNoQuorumError, and BadArgumentsError, for example if `new_members` is given beside
    /// one of the others.
    AsyncResult<NodeData> reconfig_async(
        std::string_view joining,
        std::string_view leaving,
        std::string_view new_members,
        std::int64_t from_config = -1,
        const CallOptions& options = {}
    );
    NodeData reconfig(
        std::string_view joining,
        std::string_view leaving,
        std::string_view new_members,
        std::int64_t from_config = -1,
        const CallOptions& options = {}
    );

protected:
    NodeOperations() noexcept = default;
    NodeOperations(const NodeOperations&) noexcept = default;
    NodeOperations& operator=(const NodeOperations&) noexcept = default;
    ~NodeOperations() = default;
};

}  // namespace kazoo
KAZOO_API_END
