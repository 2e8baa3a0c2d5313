// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/discovery/instance_list.hpp"
#include "recipe/lane_calls.hpp"
#include "recipe/party/node_callbacks.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/recipes/service_provider.hpp>
#include <kazoo/recipes/tree_cache.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// What a ServiceProvider and the coroutine that follows its cache share. Thread-safe.
///
/// The list is filled by a stream of the cache, not by a listener: so it does not depend on the
/// callback lane, and calls within callbacks see changes, too.
class Providing final : public std::enable_shared_from_this<Providing> {
public:
    using Instances = InstanceList::Instances;

    Providing(
        const KazooClient& client,
        PathView base_path,
        std::string_view service,
        const ServiceProviderOptions& options
    );
    Providing(const Providing&) = delete;
    Providing& operator=(const Providing&) = delete;

    /// Begins to follow the instances. To be called once.
    void begin();
    void close() noexcept;

    [[nodiscard]] AsyncResult<void> initialized() const { return initialized_.result(); }
    [[nodiscard]] std::optional<Error> failure() const { return cache_.failure(); }
    /// Returns the instances that may be given out. Throws if the provider has ended.
    [[nodiscard]] Instances available() const;
    [[nodiscard]] const ProviderStrategy& strategy() const noexcept { return strategy_; }
    void note_error(const ServiceInstance& instance);

    // For the coroutine.

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    void apply(const TreeEvent& event);
    /// There was no memory to go on.
    void on_shortage() noexcept;
    /// The stream has ended.
    void on_end() noexcept;

private:
    using OnChange = std::function<void(const std::vector<ServiceInstance>&)>;

    /// Returns why the provider has ended; nothing while it continues.
    [[nodiscard]] std::optional<Error> end_error() const;
    void apply_to_list(const TreeEvent& event);
    /// Calls on_change, soon, unless a call is queued.
    void announce();
    void call_on_change();
    [[nodiscard]] std::vector<ServiceInstance> all_instances();

    const RecipeClient client_;
    const std::string path_;  // of the service
    const ProviderStrategy strategy_;
    const std::shared_ptr<NodeCallbacks> faults_;
    const std::shared_ptr<LaneCalls> calls_;
    TreeCache cache_;
    Promise<void> initialized_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    InstanceList list_;
    bool complete_ = false;   // everything has been read for the first time
    bool announced_ = false;  // a call of on_change is queued
    bool closed_ = false;
    std::shared_ptr<const ServiceProviderOptions::Filter> filter_;  // may be null, as on_change_
    std::shared_ptr<const OnChange> on_change_;                     // null after close()
};

/// Follows the instances until the stream ends.
AsyncResult<void> follow(std::shared_ptr<Providing> providing, TreeStream stream);

}  // namespace kazoo::detail::recipe
