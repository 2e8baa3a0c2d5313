// SPDX-License-Identifier: Apache-2.0
// The public classes TreeCache and TreeEvent.
#include "recipe/cache/caching.hpp"
#include "recipe/cache/tree_reader.hpp"

#include <kazoo/recipes/tree_cache.hpp>

#include <ostream>
#include <utility>

namespace kazoo {

using detail::recipe::Caching;
using detail::recipe::TreeReader;

const char* to_string(TreeEventType type) noexcept {
    switch (type) {
        case TreeEventType::NODE_ADDED:
            return "NODE_ADDED";
        case TreeEventType::NODE_UPDATED:
            return "NODE_UPDATED";
        case TreeEventType::NODE_REMOVED:
            return "NODE_REMOVED";
        case TreeEventType::CONNECTION_SUSPENDED:
            return "CONNECTION_SUSPENDED";
        case TreeEventType::CONNECTION_RECONNECTED:
            return "CONNECTION_RECONNECTED";
        case TreeEventType::CONNECTION_LOST:
            return "CONNECTION_LOST";
        case TreeEventType::INITIALIZED:
            return "INITIALIZED";
        case TreeEventType::RESYNCED:
            return "RESYNCED";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& out, TreeEventType type) {
    return out << to_string(type);
}

TreeCache::TreeCache(const KazooClient& client, PathView path, const TreeCacheOptions& options)
    : caching_(Caching::make(client, path, options)) {}

TreeCache& TreeCache::operator=(TreeCache&& other) noexcept {
    if (this != &other) {
        close();
        caching_ = std::move(other.caching_);
    }
    return *this;
}

TreeCache::~TreeCache() {
    close();
}

void TreeCache::start() {
    caching_->start();
}

void TreeCache::close() noexcept {
    if (caching_) {
        caching_->close();
    }
}

AsyncResult<void> TreeCache::initialized() const {
    return caching_->initialized();
}

std::optional<WatchEnd> TreeCache::ended() const noexcept {
    return caching_ ? caching_->ended() : WatchEnd::stopped;
}

std::optional<Error> TreeCache::failure() const {
    return caching_->failure();
}

ListenerId TreeCache::listen(UniqueFunction<void(const TreeEvent&)> listener) {
    return caching_->listen(std::move(listener));
}

ListenerId TreeCache::listen_fault(UniqueFunction<void(const Error&)> listener) {
    return caching_->listeners().add_fault(std::move(listener));
}

bool TreeCache::unlisten(ListenerId listener) {
    return caching_->listeners().remove(listener);
}

std::optional<NodeData> TreeCache::get_data(PathView path) const {
    return caching_->get_data(path);
}

std::optional<std::vector<std::string>> TreeCache::get_children(PathView path) const {
    return caching_->get_children(path);
}

std::size_t TreeCache::size() const noexcept {
    return caching_->size();
}

std::size_t TreeCache::bytes() const noexcept {
    return caching_->bytes();
}

TreeStream TreeCache::stream(StreamFrom from) {
    return TreeStream(std::make_shared<TreeReader>(caching_, from));
}

TreeSnapshot TreeCache::snapshot() {
    return caching_->snapshot();
}

}  // namespace kazoo
