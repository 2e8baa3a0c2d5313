// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/counter/pending_write.hpp"
#include "recipe/repeated_step.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>
#include <kazoo/transaction.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

/// What a change has found and written.
class Changed {
public:
    Changed() {}
    bool changed = false;
    NodeData before;
    std::string after;              // if changed
    std::int32_t version = 0;       // of the node afterwards
    std::optional<ZnodeStat> stat;  // afterwards; nothing if the reply that had it was lost
};

/// Returns the data to write in place of what was found; nothing to leave it. May throw, which
/// fails the change.
using NewData = std::function<std::optional<std::string>(const NodeData& found)>;

/// Parameters of a change. A value.
class ChangeParameters {
public:
    ChangeParameters() {}
    const char* operation = "";  ///< for messages; a string literal
    NewData new_data;
    std::string initial;              ///< data of the node if it has to be created
    std::optional<NodeData> assumed;  ///< instead of the first read
    RetryPolicy retry;
    std::optional<std::string> marker_parent;
    CreateOptions marker;
};

/// One change of a node: a read, and a write on the condition that the version is still the same,
/// repeated until that holds. Used by its coroutines, one after the other.
class VersionedChange {
public:
    VersionedChange(
        RecipeClient recipe_client,
        std::string node,
        CallLimits call_limits,
        ChangeParameters change_parameters
    )
        : client(std::move(recipe_client)),
          path(std::move(node)),
          parameters(std::move(change_parameters)),
          limits(std::move(call_limits)),
          tries(std::make_shared<Tries>(client, path, limits, parameters.retry)) {}

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }

    const RecipeClient client;
    const std::string path;
    ChangeParameters parameters;
    const CallLimits limits;
    const std::shared_ptr<Tries> tries;
    std::optional<PendingWrite> write;       // the write of the present try
    std::optional<Transaction> transaction;  // the same, with a marker
    std::exception_ptr lost;  // why there was no reply to `write`; null: it was not applied
    bool applied = false;     // `write`, whatever fails afterwards
};

/// Carries out a change. Fails with the errors that BasicCounter lists.
AsyncResult<Changed> carry_out(std::shared_ptr<VersionedChange> change);

/// Reads the node; nothing if it does not exist. Retries errors that pass.
AsyncResult<std::optional<NodeData>> read_node(
    RecipeClient client, std::string path, CallLimits limits, RetryPolicy retry
);

/// Reads the node once.
AsyncResult<std::optional<NodeData>> try_read(
    std::shared_ptr<Tries> tries, std::string path, CallLimits limits, Consistency consistency
);

}  // namespace kazoo::detail::recipe
