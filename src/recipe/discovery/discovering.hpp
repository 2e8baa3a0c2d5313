// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/party/kept_node.hpp"
#include "recipe/party/node_callbacks.hpp"
#include "recipe/party/waiters.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/recipes/service_discovery.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace kazoo::detail::recipe {

/// What is known of an instance, by its path.
struct Registration {
    enum class State {
        none,     ///< Not registered.
        begins,   ///< Reserved by a call that begins to keep the node: wait for a change.
        kept,     ///< Registered: `node` is kept.
        leaving,  ///< Not registered any more; `node` is being removed.
    };
    State state = State::none;
    std::shared_ptr<KeptNode> node;
    ServiceType type = ServiceType::DYNAMIC;
    const void* owner = nullptr;  ///< With `begins`: identifies the call.
};

/// What a ServiceDiscovery and its calls share: the instances that are registered. Thread-safe.
class Discovering {
public:
    Discovering(KazooClient& client, PathView path, const ServiceDiscoveryOptions& options);
    Discovering(const Discovering&) = delete;
    Discovering& operator=(const Discovering&) = delete;

    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const ServiceDiscoveryOptions& options() const noexcept { return options_; }
    [[nodiscard]] NodeCallbacks& faults() noexcept { return *faults_; }
    [[nodiscard]] CallLimits limits(const CallOptions& options, CallKind kind) const {
        return CallLimits(options, *client_.handler(), kind);
    }
    /// Notified when a state `begins` has passed.
    [[nodiscard]] Waiters& changes() noexcept { return changes_; }

    /// Returns what is known of the instance with this path.
    [[nodiscard]] Registration find(const std::string& path);
    /// The same. If it is not registered, it is reserved for the call `owner`, which is to begin or
    /// to release it. Throws CancelledError if the user's object has been destroyed, and
    /// ConfigurationError if too many are registered.
    [[nodiscard]] Registration reserve(const std::string& path, const void* owner);
    /// Ends a reservation. Does nothing if the call has none, or has begun to keep the node.
    void release(const std::string& path, const void* owner) noexcept;
    /// Begins to keep a node that has been reserved. Throws what KeptNode::begin throws, and
    /// CancelledError if the user's object has been destroyed.
    [[nodiscard]] std::shared_ptr<KeptNode> begin(
        const std::string& path, ServiceType type, std::string data
    );
    /// Ends the registration of this node: the node is removed in the background.
    void give_up(const std::string& path, const std::shared_ptr<KeptNode>& node) noexcept;
    /// Unregisters all instances in the background, when the user's object is destroyed.
    void end() noexcept;

private:
    using Registrations = std::map<std::string, Registration>;

    void extract_ended_locked(Registrations& ended);
    [[nodiscard]] KeptParameters parameters(
        const std::string& path, ServiceType type, std::string data
    ) const;
    [[nodiscard]] Error destroyed_error() const;

    const RecipeClient client_;
    const std::string path_;
    const ServiceDiscoveryOptions options_;
    const std::shared_ptr<NodeCallbacks> faults_;  // of queries
    Waiters changes_;

    std::mutex mutex_;
    // Guarded by mutex_:
    Registrations registrations_;
    bool destroyed_ = false;  // the user's object
};

/// Registers an instance. Returns it as it was written.
AsyncResult<ServiceInstance> register_instance(
    std::shared_ptr<Discovering> discovering, ServiceInstance instance, CallLimits limits
);

AsyncResult<void> update_instance(
    std::shared_ptr<Discovering> discovering, ServiceInstance instance, CallLimits limits
);

/// Returns whether the node existed.
AsyncResult<bool> unregister_instance(
    std::shared_ptr<Discovering> discovering, std::string name, std::string id, CallLimits limits
);

}  // namespace kazoo::detail::recipe
