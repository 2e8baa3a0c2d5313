// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/lock_names.hpp"
#include "recipe/recipe_client.hpp"
#include "recipe/watch/node_reading.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/watcher.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// An election as those see it who do not take part. Constant.
class LeaderReader {
public:
    /// Throws as the constructor of Lock does.
    LeaderReader(RecipeClient recipe_client, std::string_view node, const LockOptions& options)
        : client(std::move(recipe_client)),
          path(client.checked_path(node)),
          names(options, LockKind::lock) {}

    const RecipeClient client;
    const std::string path;
    const LockNames names;
};

/// Returns the names of the contenders among the children that may be the first one: usually one,
/// and several if the servers gave the same number to them.
[[nodiscard]] std::vector<std::string> first_contenders(
    const LockNames& names, const std::vector<std::string>& children
);

/// Reads the node of the leader and sets a watch on it; its name is the only child of the Reading.
/// Without a leader the Reading is that of the path, without children, and the watch is on those.
/// If the path does not exist the Reading is empty, and there is no watch.
[[nodiscard]] AsyncResult<Reading> read_leader(
    std::shared_ptr<const LeaderReader> reader, Watcher watch, CallOptions options
);

/// Converts what read_leader() has found; nothing if there is no leader. Throws std::bad_alloc, and
/// has then not changed `reading`.
[[nodiscard]] std::optional<LockContender> leader_of(
    const LockNames& names, const std::string& path, Reading&& reading
);

}  // namespace kazoo::detail::recipe
