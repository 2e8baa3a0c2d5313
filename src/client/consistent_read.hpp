// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/read_options.hpp>

#include <memory>
#include <string_view>

namespace kazoo::detail::client {

/// Reads a node with the consistency of `options`. `T` says what: NodeData (get),
/// std::optional<ZnodeStat> (exists), std::vector<std::string> or ChildrenAndStat (get_children).
/// Throws nothing but std::bad_alloc.
template <class T>
AsyncResult<T> read(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    const Watcher& watch,
    const ReadOptions& options,
    const CallContext& context
);

}  // namespace kazoo::detail::client
