// SPDX-License-Identifier: Apache-2.0
/// Many reads in one request.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/operation_result.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
class Core;
}

KAZOO_API_BEGIN
namespace kazoo {

class KazooClient;

/// The kinds of reads that a MultiRead may contain.
enum class MultiReadOp { get, get_children };

/// Returns "get" or "get_children".
const char* to_string(MultiReadOp op) noexcept;

/// The result of one read of a MultiRead: the data or the children of the node, or an error, which
/// does not affect the other reads.
///
/// The base class has kind(), path(), successful() (there is a value), error() and failure(). A
/// value type; distinct objects may be used from different threads.
class MultiReadResult
    : public detail::OperationResult<MultiReadOp, NodeData, std::vector<std::string>, Error> {
public:
    /// For the library.
    MultiReadResult(MultiReadOp kind, std::string path, Value value) noexcept;

    /// Returns the data and the stat that `get` has read. Throws the exception class of the error
    /// if the read failed, BadArgumentsError if it is a get_children.
    [[nodiscard]] const NodeData& node() const&;
    [[nodiscard]] NodeData node() &&;
    /// Returns the names of the children that `get_children` has read, unsorted. Throws the
    /// exception class of the error if the read failed, BadArgumentsError if it is a get.
    [[nodiscard]] const std::vector<std::string>& children() const&;
    [[nodiscard]] std::vector<std::string> children() &&;
};

/// The results of the reads, in the order of the reads.
using MultiReadResults = std::vector<MultiReadResult>;

/// Reads of many nodes in one request (ZooKeeper's `multiRead`). Returned by
/// KazooClient::multi_read.
///
///     for (const auto& result : zk.multi_read().get("/a").get("/b").get_children("/c").read()) {
///         if (result) use(result);
///     }
///
/// Each read has its own result: NoNodeError, NoAuthError or, for a malformed path,
/// BadArgumentsError fail only the read itself. Other errors fail `read`: those that KazooClient
/// lists, RequestTooLargeError and ResponseTooLargeError among them, because all reads are one
/// request and all results one reply (ClientLimits::request_bytes, reply_bytes). Without any read
/// that can be sent it completes at once. No watches are set.
///
/// One server executes all reads in one step, so that the results show one state of the tree.
/// Servers before 3.6 do not know the request and close the connection. The client then sends
/// single reads, many at a time, and does so for the rest of its existence; other clients may
/// change nodes between them. (It also does so for one call that loses its connection, and from the
/// second such loss on for all, as long as no server has answered a request of this kind: some
/// servers close the connection without a reply.) Results and errors are the same, but a reply that
/// is too large fails only its read.
///
/// A value; it may be read repeatedly, and may outlive the client, which it then reports as
/// stopped. Objects are not synchronised, but `const` members may be called from several threads at
/// the same time. Functions that add reads throw std::bad_alloc.
class MultiRead {
public:
    /// Reads the data and the stat of a node.
    MultiRead& get(PathView path) & { return add(MultiReadOp::get, path); }
    MultiRead get(PathView path) && { return std::move(get(path)); }
    /// Lists the children of a node.
    MultiRead& get_children(PathView path) & { return add(MultiReadOp::get_children, path); }
    MultiRead get_children(PathView path) && { return std::move(get_children(path)); }

    /// Sends the reads. Returns their results, in their order. Thread-safe.
    AsyncResult<MultiReadResults> read_async(const CallOptions& options = {}) const;
    MultiReadResults read(const CallOptions& options = {}) const;

    /// Returns the number of reads.
    [[nodiscard]] std::size_t size() const noexcept { return reads_.size(); }
    [[nodiscard]] bool empty() const noexcept { return reads_.empty(); }

private:
    friend class KazooClient;

    explicit MultiRead(const std::shared_ptr<detail::client::Core>& core);
    MultiRead& add(MultiReadOp kind, PathView path);

    // Weak: an object that is kept must not keep the client's core.
    std::weak_ptr<detail::client::Core> core_;
    std::shared_ptr<Handler> handler_;  // for results when the client is gone
    std::vector<std::pair<MultiReadOp, std::optional<std::string>>> reads_;  // null: no path
};

}  // namespace kazoo
KAZOO_API_END
