// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/discovering.hpp"

#include <kazoo/exceptions.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

constexpr const char* discovery_class = "ServiceDiscovery";

/// Returns whether the node is kept no more: the instance is not registered.
bool has_ended(const Registration& registration) noexcept {
    return registration.node && registration.node->ended();
}

}  // namespace

Discovering::Discovering(KazooClient& client, PathView path, const ServiceDiscoveryOptions& options)
    : client_(client, discovery_class),
      path_(client_.checked_path(path)),
      options_(options),
      faults_(std::make_shared<NodeCallbacks>(
          client_, path_, NodeCallbacks::Functions{{}, options.on_error()}
      )),
      changes_(client_.handler()) {}

Registration Discovering::find(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = registrations_.find(path);
    const bool known = found != registrations_.end() && !has_ended(found->second);
    return known ? found->second : Registration();
}

Registration Discovering::reserve(const std::string& path, const void* owner) {
    Registrations ended;  // destroyed behind the lock
    std::optional<Error> refused;
    {
        const std::lock_guard lock(mutex_);
        const auto found = registrations_.find(path);
        if (found != registrations_.end() && !has_ended(found->second)) {
            return found->second;
        }
        if (found != registrations_.end()) {
            ended.insert(registrations_.extract(found));
        } else if (registrations_.size() >= ServiceDiscovery::max_registered) {
            extract_ended_locked(ended);
        }
        if (destroyed_) {
            refused = destroyed_error();
        } else if (registrations_.size() >= ServiceDiscovery::max_registered) {
            refused.emplace(
                ClientErrc::configuration,
                Outcome::not_sent,
                discovery_class,
                path,
                "ServiceDiscovery::max_registered instances are registered already"
            );
        } else {
            auto& reserved = registrations_[path];
            reserved.state = Registration::State::begins;
            reserved.owner = owner;
        }
    }
    if (refused) {
        throw_error(*refused);
    }
    return Registration();
}

void Discovering::release(const std::string& path, const void* owner) noexcept {
    {
        const std::lock_guard lock(mutex_);
        const auto found = registrations_.find(path);
        if (found == registrations_.end() || found->second.state != Registration::State::begins ||
            found->second.owner != owner) {
            return;
        }
        registrations_.erase(found);  // has no node
    }
    changes_.notify();
}

void Discovering::extract_ended_locked(Registrations& ended) {
    for (auto next = registrations_.begin(); next != registrations_.end();) {
        const auto found = next++;
        if (has_ended(found->second)) {
            ended.insert(registrations_.extract(found));
        }
    }
}

KeptParameters Discovering::parameters(const std::string& path, ServiceType type, std::string data)
    const {
    const bool sequential = type == ServiceType::DYNAMIC_SEQUENTIAL;
    const bool ephemeral = sequential || type == ServiceType::DYNAMIC;
    KeptParameters made;
    made.path = path;
    made.create.ephemeral(ephemeral);
    if (sequential) {
        made.create.sequence().protect_unique_name();
    }
    if (options_.acl()) {
        made.create.acl(*options_.acl());
    }
    made.container_parent = true;
    made.rules.ephemeral = ephemeral;
    made.rules.named = !sequential;
    made.rules.take_over = options_.takes_over();
    made.retry = options_.retry();
    made.data = std::move(data);
    return made;
}

std::shared_ptr<KeptNode> Discovering::begin(
    const std::string& path, ServiceType type, std::string data
) {
    const auto node = KeptNode::begin(
        client_, parameters(path, type, std::move(data)), {{}, options_.on_error()}
    );
    bool destroyed = false;
    {
        const std::lock_guard lock(mutex_);
        auto& registration = registrations_[path];  // exists
        registration.node = node;
        registration.type = type;
        destroyed = destroyed_;
        registration.state = destroyed ? Registration::State::leaving : Registration::State::kept;
    }
    changes_.notify();
    if (destroyed) {
        node->stop(false);
        throw_error(destroyed_error());
    }
    return node;
}

void Discovering::give_up(const std::string& path, const std::shared_ptr<KeptNode>& node) noexcept {
    {
        const std::lock_guard lock(mutex_);
        const auto found = registrations_.find(path);
        if (found != registrations_.end() && found->second.node == node) {
            found->second.state = Registration::State::leaving;
        }
    }
    node->stop(false);  // this may be the thread of the connection
}

void Discovering::end() noexcept {
    std::shared_ptr<KeptNode> node;
    do {
        node = nullptr;
        {
            const std::lock_guard lock(mutex_);
            destroyed_ = true;
            for (auto& [path, registration] : registrations_) {
                if (registration.state == Registration::State::kept) {
                    registration.state = Registration::State::leaving;
                    node = registration.node;
                    break;
                }
            }
        }
        if (node) {
            node->stop(true);
        }
    } while (node);
    faults_->stop(true);
}

Error Discovering::destroyed_error() const {
    return Error(
        ClientErrc::cancelled,
        Outcome::not_applied,
        discovery_class,
        path_,
        "the object has been destroyed"
    );
}

}  // namespace kazoo::detail::recipe
