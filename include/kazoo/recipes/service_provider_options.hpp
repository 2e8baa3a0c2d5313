// SPDX-License-Identifier: Apache-2.0
/// Options of a ServiceProvider.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/recipes/provider_strategy.hpp>
#include <kazoo/recipes/service_instance.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// When an instance with errors is left out, and for how long (Curator's `DownInstancePolicy`). A
/// value; setters chain.
class DownInstancePolicy {
public:
    DownInstancePolicy() {}

    /// The number of errors, noted within `window`, after which an instance is left out. At least
    /// 1. Default: 2, as with Curator.
    DownInstancePolicy& threshold(std::size_t value) & noexcept {
        threshold_ = std::max(value, std::size_t{1});
        return *this;
    }
    DownInstancePolicy threshold(std::size_t value) && noexcept {
        return std::move(threshold(value));
    }
    [[nodiscard]] std::size_t threshold() const noexcept { return threshold_; }

    /// How long an error counts, from the first one on. Default: 30 s, as with Curator.
    DownInstancePolicy& window(AnyDuration value) & noexcept {
        window_ = value;
        return *this;
    }
    DownInstancePolicy window(AnyDuration value) && noexcept { return std::move(window(value)); }
    [[nodiscard]] Duration window() const noexcept { return window_; }

    /// How long the instance is left out, from its last error on. Default: 30 s. (With Curator it
    /// is left out for the rest of the window.)
    DownInstancePolicy& timeout(AnyDuration value) & noexcept {
        timeout_ = value;
        return *this;
    }
    DownInstancePolicy timeout(AnyDuration value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] Duration timeout() const noexcept { return timeout_; }

private:
    std::size_t threshold_ = 2;
    Duration window_ = std::chrono::seconds(30);
    Duration timeout_ = std::chrono::seconds(30);
};

/// Options of a ServiceProvider. A value; setters chain.
class ServiceProviderOptions {
public:
    /// Returns whether an instance may be given out.
    using Filter = std::function<bool(const ServiceInstance&)>;

    ServiceProviderOptions() {}

    /// Which instance is given out. Default: ProviderStrategy::round_robin.
    ServiceProviderOptions& strategy(ProviderStrategy value) & noexcept {
        strategy_ = std::move(value);
        return *this;
    }
    ServiceProviderOptions strategy(ProviderStrategy value) && noexcept {
        return std::move(strategy(std::move(value)));
    }
    [[nodiscard]] const ProviderStrategy& strategy() const noexcept { return strategy_; }

    /// Which instances may be given out, of those that are enabled and not down. Called by each
    /// call that gives out instances, in its thread; by several threads at once if they call. An
    /// exception that it throws ends that call. Default: none; all.
    ServiceProviderOptions& filter(Filter value) & {
        filter_ = std::move(value);
        return *this;
    }
    ServiceProviderOptions filter(Filter value) && { return std::move(filter(std::move(value))); }
    [[nodiscard]] const Filter& filter() const noexcept { return filter_; }

    /// What ServiceProvider::note_error does. Default: DownInstancePolicy().
    ServiceProviderOptions& down_policy(const DownInstancePolicy& value) & noexcept {
        down_policy_ = value;
        return *this;
    }
    ServiceProviderOptions down_policy(const DownInstancePolicy& value) && noexcept {
        return std::move(down_policy(value));
    }
    [[nodiscard]] const DownInstancePolicy& down_policy() const noexcept { return down_policy_; }

    /// The number of instances that may exist. If there are more, the provider ends with a
    /// ConfigurationError (ServiceProvider::failure). At least 1. Default: 100,000.
    ServiceProviderOptions& max_instances(std::size_t value) & noexcept {
        max_instances_ = std::max(value, std::size_t{1});
        return *this;
    }
    ServiceProviderOptions max_instances(std::size_t value) && noexcept {
        return std::move(max_instances(value));
    }
    [[nodiscard]] std::size_t max_instances() const noexcept { return max_instances_; }

    /// A function that is called with all instances, enabled or not, once they have been read, and
    /// after each change. Changes in quick succession are combined. On Lane::callback; exceptions
    /// that it throws are logged. Default: none.
    ServiceProviderOptions& on_change(std::function<void(const std::vector<ServiceInstance>&)> value
    ) & {
        on_change_ = std::move(value);
        return *this;
    }
    ServiceProviderOptions on_change(std::function<void(const std::vector<ServiceInstance>&)> value
    ) && {
        return std::move(on_change(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const std::vector<ServiceInstance>&)>& on_change(
    ) const noexcept {
        return on_change_;
    }

    /// A function that is called with errors that may need attention: MalformedDataError for each
    /// node that is not an instance, and is left out; NoAuthError for nodes that may not be read;
    /// the error that ends the provider. On Lane::callback; at most 100 wait, further ones are
    /// logged. Default: errors are logged as warnings.
    ServiceProviderOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    ServiceProviderOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

    /// Pauses between tries after failed requests, and their limits. When they are exhausted the
    /// provider ends with RetryFailedError. Default: no limit, pauses of 0.1 s doubling to 5 s.
    ServiceProviderOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    ServiceProviderOptions retry(const RetryPolicy& value) && noexcept {
        return std::move(retry(value));
    }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

private:
    ProviderStrategy strategy_ = ProviderStrategy::round_robin();
    Filter filter_;
    DownInstancePolicy down_policy_;
    std::size_t max_instances_ = 100'000;
    std::function<void(const std::vector<ServiceInstance>&)> on_change_;
    std::function<void(const Error&)> on_error_;
    RetryPolicy retry_;
};

}  // namespace kazoo
KAZOO_API_END
