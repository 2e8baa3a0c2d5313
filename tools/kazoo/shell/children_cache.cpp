// SPDX-License-Identifier: Apache-2.0
#include "shell/children_cache.hpp"

#include <utility>

namespace tool {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

ChildrenCache::ChildrenCache(std::function<void()> arrived) : arrived_(std::move(arrived)) {}

std::optional<std::vector<std::string>> ChildrenCache::find(
    kazoo::KazooClient& client, const std::string& path
) {
    std::size_t generation = 0;
    {
        const std::lock_guard lock(state_->mutex);
        const auto found = state_->entries.find(path);
        const auto now = Clock::now();
        if (found != state_->entries.end() && now - found->second.time < lasting) {
            return found->second.names;
        }
        if (state_->entries.size() >= most_nodes) {
            state_->entries.clear();
        }
        state_->entries[path] = Entry{std::nullopt, now};
        generation = state_->generation;
    }
    ask(client, path, generation);
    return std::nullopt;
}

void ChildrenCache::ask(
    kazoo::KazooClient& client, const std::string& path, std::size_t generation
) {
    using Names = std::vector<std::string>;
    const auto options = kazoo::ReadOptions(kazoo::CallOptions().timeout(lasting));
    auto result = client.get_children_async(path, options);
    result.rawlink([state = state_, arrived = arrived_, path, generation](
                       const kazoo::AsyncResult<Names>& children
                   ) {
        {
            const std::lock_guard lock(state->mutex);
            const auto entry = state->entries.find(path);
            if (generation != state->generation || entry == state->entries.end()) {
                return;
            }
            entry->second.names = children.successful() ? children.get() : Names();
            entry->second.time = Clock::now();
        }
        arrived();
    });
}

void ChildrenCache::clear() {
    const std::lock_guard lock(state_->mutex);
    state_->entries.clear();
    ++state_->generation;
}

}  // namespace tool
