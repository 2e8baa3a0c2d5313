// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "client/node_acls.hpp"
#include "client/server_path.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node_operations.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::client {

// The operations of several requests, as coroutines. Each step is awaited with direct(), so that it
// resumes where the reply arrives and not on a lane: a callback that blocks until such an operation
// is complete would otherwise wait for its own lane.
//
// Parameters are taken by value, because a coroutine outlives the call.

/// A copy of a path, for an operation that outlives the call.
class OwnedPath {
public:
    explicit OwnedPath(PathView path) : text_(path), from_null_pointer_(path.from_null_pointer()) {}
    [[nodiscard]] PathView view() const { return from_null_pointer_ ? null_path : PathView(text_); }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    bool from_null_pointer_;
};

/// A copy of the data of a write, for an operation that outlives the call.
class OwnedData {
public:
    explicit OwnedData(const DataView& data)
        : bytes_(data.bytes()), from_null_pointer_(data.from_null_pointer()) {}
    [[nodiscard]] DataView view() const {
        if (from_null_pointer_) {
            return DataView(static_cast<const char*>(nullptr));
        }
        return bytes_ ? DataView(*bytes_) : DataView(std::nullopt);
    }

private:
    std::optional<std::string> bytes_;
    bool from_null_pointer_;
};

/// Creates a node and its missing ancestors, including those of the chroot. Returns false if the
/// node existed already.
AsyncResult<bool> ensure_path(
    std::shared_ptr<Core> core, OwnedPath path, NodeAcls acls, CallContext context
);

/// Creates a node and, if needed, its missing ancestors. `T` as for create().
template <class T>
AsyncResult<T> create_makepath(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
);

/// Creates a node or, if it exists, sets its data.
AsyncResult<CreatedOrSet> create_or_set(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
);

/// Reads the children of a node and their data.
AsyncResult<std::vector<ChildNode>> get_children_with_data(
    std::shared_ptr<Core> core, OwnedPath path, CallContext context
);

/// Deletes a node and its descendants, depth first. Nodes that do not exist are not an error.
AsyncResult<void> delete_recursive(std::shared_ptr<Core> core, OwnedPath path, CallContext context);

}  // namespace kazoo::detail::client
