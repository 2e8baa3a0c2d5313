// SPDX-License-Identifier: Apache-2.0
/// ServiceProvider: gives out the instances of a service.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/service_instance.hpp>
#include <kazoo/recipes/service_provider_options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {
class Providing;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Gives out the instances of one service, from a list in memory that is kept up to date (Curator's
/// `ServiceProvider` and `ServiceCache`).
///
///     ServiceProvider web(zk, "/services", "web");
///     web.initialized().get(10s);
///     if (const auto instance = web.get_instance()) connect_to(instance->address());
///
/// The list follows the nodes `<base path>/<service>/<id>` as a TreeCache does: across lost
/// connections and sessions, and starts of the client. No request is sent for get_instance. While
/// the connection is lost, the list is what was last known: instances may have gone since. An
/// instance whose process has died without closing its session is in the list until the servers
/// expire that session: note_error keeps it from being given out meanwhile.
///
/// Nodes that are not instances are left out, and reported (ServiceProviderOptions::on_error).
///
/// Threads: all members but close, moving and destruction may be called anywhere, also within
/// callbacks and on event loops; they never block. on_change and on_error are called on
/// Lane::callback of the client's handler, one call at a time; they may close and destroy the
/// object. The client need not be started, and may be moved, stopped and destroyed; its destruction
/// ends the provider. A moved-from object may only be assigned to and destroyed.
class [[nodiscard]] ServiceProvider {
public:
    /// Begins to read the instances; returns at once. Throws BadArgumentsError if the path or the
    /// name is malformed, ConnectionClosedError if the client has been destroyed, std::bad_alloc,
    /// and what copying the functions throws.
    ServiceProvider(
        const KazooClient& client,
        PathView base_path,
        std::string_view service,
        const ServiceProviderOptions& options = ServiceProviderOptions()
    );
    ServiceProvider(ServiceProvider&&) noexcept = default;
    /// Closes the provider that is replaced.
    ServiceProvider& operator=(ServiceProvider&& other) noexcept;
    /// Calls close().
    ~ServiceProvider();

    /// Returns a result that becomes ready when all instances have been read for the first time,
    /// also if there are none. Fails with CancelledError if the provider is closed before, with
    /// ConnectionClosedError if the client is destroyed before, and with the error that has ended
    /// the provider.
    [[nodiscard]] AsyncResult<void> initialized() const;

    /// Returns the instance that the strategy chooses of get_all_instances(); std::nullopt if there
    /// is none, and before all have been read for the first time.
    ///
    /// Throws the error that has ended the provider (`failure`), ConnectionClosedError if the
    /// client has been destroyed, CancelledError after `close`; what the strategy and the filter
    /// throw, and std::bad_alloc.
    [[nodiscard]] std::optional<ServiceInstance> get_instance() const;
    /// Returns the instances that are enabled, not down, and pass the filter, sorted by the names
    /// of their nodes. Throws as get_instance does.
    [[nodiscard]] std::vector<ServiceInstance> get_all_instances() const;

    /// Notes that an instance could not be used, such as a refused connection. An instance with
    /// several errors is not given out for some time (DownInstancePolicy); what is noted applies to
    /// this object only. Ignored if the instance is not in the list any more, or has changed. An
    /// instance that changes or is registered again begins without errors. Throws std::bad_alloc.
    void note_error(const ServiceInstance& instance);

    /// Returns the error that has ended the provider: ConfigurationError (max_instances),
    /// RetryFailedError, ForkedError; std::nullopt if there is none.
    [[nodiscard]] std::optional<Error> failure() const;

    /// Ends the provider, and removes its watch in the background. No call of on_change and
    /// on_error begins after this has returned. A call in progress is waited for, as by
    /// TreeCache::close. Idempotent.
    void close() noexcept;

private:
    std::shared_ptr<detail::recipe::Providing> providing_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
