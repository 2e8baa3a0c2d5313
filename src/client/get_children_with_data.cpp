// SPDX-License-Identifier: Apache-2.0
#include "client/multi_step_operations.hpp"
#include "client/operations.hpp"
#include "client/pipelining.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/when.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::detail::client {
namespace {

using Names = std::vector<std::string>;

/// Adds a child whose read has ended. One that does not exist any more is left out.
void add_child(std::vector<ChildNode>& nodes, std::string& name, AsyncResult<NodeData> read) {
    if (read.successful()) {
        nodes.push_back({std::move(name), std::move(read).get()});
        return;
    }
    const auto failed = read.result().failure();
    if (failed.code() != Errc::no_node) {
        throw_error(failed);
    }
}

}  // namespace

AsyncResult<std::vector<ChildNode>> get_children_with_data(
    std::shared_ptr<Core> core, OwnedPath path, CallContext context
) {
    auto names = co_await direct(get_children<Names>(*core, path.view(), Watcher(), context));
    const auto at_once = most_at_once(*core);
    std::vector<ChildNode> nodes;
    nodes.reserve(names.size());
    for (std::size_t first = 0; first < names.size(); first += at_once) {
        const auto count = std::min(at_once, names.size() - first);
        std::vector<AsyncResult<NodeData>> reads;
        reads.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto child = join_path(path.text(), names[first + i]);
            reads.push_back(get(*core, child, Watcher(), context));
        }
        auto ended = co_await direct(when_all(std::move(reads)));
        for (std::size_t i = 0; i < count; ++i) {
            add_child(nodes, names[first + i], std::move(ended[i]));
        }
    }
    co_return nodes;
}

}  // namespace kazoo::detail::client
