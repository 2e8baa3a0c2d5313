// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/queue_state.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::detail::recipe {

QueueState::QueueState(
    const KazooClient& zk, const char* recipe, std::string_view node, std::string_view below
)
    : client(zk, recipe),
      path(client.checked_path(node)),
      entries(below.empty() ? path : path + '/' + std::string(below)),
      changed(client.handler()),
      watcher([changed = changed](const WatchedEvent&) { changed.set(); }),
      turns(std::make_shared<Turns>(client.handler())) {}

bool QueueState::reserve(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return reserved_.insert(name).second;
}

void QueueState::release(const std::string& name, bool taken) noexcept {
    {
        const std::lock_guard lock(mutex_);
        reserved_.erase(name);
    }
    if (!taken) {
        changed.set();  // the entry may still be there, for another call
    }
}

bool QueueState::is_reserved(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return reserved_.contains(name);
}

void QueueState::close() noexcept {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed.set();
}

bool QueueState::closed() const noexcept {
    const std::lock_guard lock(mutex_);
    return closed_;
}

void QueueState::throw_if_closed() const {
    if (closed()) {
        throw_error(Error(
            ClientErrc::cancelled,
            Outcome::not_applied,
            client.recipe(),
            path,
            "the object has been destroyed"
        ));
    }
}

}  // namespace kazoo::detail::recipe
