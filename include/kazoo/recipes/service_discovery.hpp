// SPDX-License-Identifier: Apache-2.0
/// ServiceDiscovery: registers and finds instances of services, as Apache Curator does.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/service_instance.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/security.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Discovering;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a ServiceDiscovery. A value; setters chain.
class ServiceDiscoveryOptions {
public:
    ServiceDiscoveryOptions() {}

    /// Whether register_service replaces an ephemeral node of any other session at once, such as
    /// that of an earlier run of this process with the same id. If false, it waits until that
    /// session ends. Set it only if no two processes use the same id, or both will replace the node
    /// in turn. Default: false. (Curator replaces it.)
    ServiceDiscoveryOptions& take_over(bool value = true) & noexcept {
        take_over_ = value;
        return *this;
    }
    ServiceDiscoveryOptions take_over(bool value = true) && noexcept {
        return std::move(take_over(value));
    }
    [[nodiscard]] bool takes_over() const noexcept { return take_over_; }

    /// When the field `enabled` is written. Default: EnabledField::when_false.
    ServiceDiscoveryOptions& enabled_field(EnabledField value) & noexcept {
        enabled_field_ = value;
        return *this;
    }
    ServiceDiscoveryOptions enabled_field(EnabledField value) && noexcept {
        return std::move(enabled_field(value));
    }
    [[nodiscard]] EnabledField enabled_field() const noexcept { return enabled_field_; }

    /// The ACL of the nodes of instances, and of parents that are created. Default: as for
    /// CreateOptions::acl.
    ServiceDiscoveryOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    ServiceDiscoveryOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

    /// A function that is called with errors that may need attention: MalformedDataError for each
    /// node that a query leaves out because it is not an instance; and, of registered instances,
    /// errors that do not pass by themselves, such as NoAuthError, and NodeExistsError if a node of
    /// another owner is waited for. On Lane::callback; exceptions that it throws are logged. At
    /// most 100 wait; further ones are logged. Default: errors are logged as warnings.
    ServiceDiscoveryOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    ServiceDiscoveryOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

    /// Pauses between tries to create, change and delete nodes, and their limits. When they are
    /// exhausted an instance is registered no more, and on_error is called. Default: no limit,
    /// pauses of 0.1 s doubling to 5 s.
    ServiceDiscoveryOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    ServiceDiscoveryOptions retry(const RetryPolicy& value) && noexcept {
        return std::move(retry(value));
    }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

private:
    bool take_over_ = false;
    EnabledField enabled_field_ = EnabledField::when_false;
    std::optional<AclList> acl_;
    std::function<void(const Error&)> on_error_;
    RetryPolicy retry_;
};

/// Registers instances of services, and finds those of all processes (Curator's
/// `ServiceDiscovery`).
///
///     ServiceDiscovery services(zk, "/services");
///     const auto web = services.register_service(
///         ServiceInstance("web").address("10.0.0.7").port(8080),
///         CallOptions().timeout(10s));
///     for (const auto& instance : services.query_for_instances("web")) connect_to(instance);
///
/// Layout, shared with Curator: `<base path>/<name>/<id>`, with the JSON of the instance as data
/// (ServiceInstance::to_json); ephemeral for DYNAMIC, an ephemeral sequence node for
/// DYNAMIC_SEQUENTIAL, persistent for STATIC and PERMANENT. `<base path>/<name>` is created as a
/// container, which the servers delete some time after its last instance; with servers before 3.5
/// it is a persistent node.
///
/// A registered instance stays registered until it is unregistered: its node is created again in
/// each new session, after a deletion by others, and when the client is started again. A node of a
/// former session of this client is replaced in one transaction. Data that others write into the
/// node stay until update_service or the next creation.
///
/// Suspended: while the connection is lost an ephemeral node exists as long as the session does;
/// calls wait for the connection within their limits. Between the expiry of the session and the
/// next one the instance is missing.
///
/// End: the destructor begins what unregister_service does for all instances of this object,
/// whatever their type: it deletes their nodes in the background, until they are gone or the client
/// is stopped.
///
/// Reads show the state of the connected server, which may lag behind. A ServiceProvider follows
/// the instances of a service without a request for each look.
///
/// The object is thread-safe, except for moving and destruction. The client may be moved, stopped
/// and destroyed; calls then fail. A moved-from object may only be assigned to and destroyed. All
/// calls fail with BadArgumentsError if a name or id is not the name of a node.
class [[nodiscard]] ServiceDiscovery {
public:
    /// The number of instances that one object may have registered.
    static constexpr std::size_t max_registered = 10'000;

    /// Sends nothing. Throws BadArgumentsError if the path is malformed or "/", std::bad_alloc, and
    /// what copying the function throws.
    ServiceDiscovery(
        KazooClient& client,
        PathView base_path,
        const ServiceDiscoveryOptions& options = ServiceDiscoveryOptions()
    );
    ServiceDiscovery(ServiceDiscovery&&) noexcept = default;
    ServiceDiscovery& operator=(ServiceDiscovery&& other) noexcept;
    ~ServiceDiscovery();

    /// Registers an instance. Completes when its node exists. Returns the instance as it was
    /// written: with a random UUID if it had no id, and the present time if it had no time of
    /// registration. An instance that this object has registered with the same name and id before
    /// is updated (update_service).
    ///
    /// An ephemeral node of another session is waited for, or replaced
    /// (ServiceDiscoveryOptions::take_over): give the call a limit. A persistent node in the place
    /// of an ephemeral one is waited for as well. STATIC and PERMANENT instances take over a
    /// persistent node. With DYNAMIC_SEQUENTIAL, no id of another instance must begin with this
    /// one.
    ///
    /// If the call fails, or is cancelled, the instance is not registered, and its node is deleted
    /// in the background. ClientOptions::call_timeout does not apply. Fails with
    /// OperationTimeoutError, CancelledError (also if it is unregistered meanwhile),
    /// ConnectionClosedError if the client is not running, ConfigurationError (max_registered),
    /// BadArgumentsError (also as ServiceInstance::to_json), NoAuthError and other errors that do
    /// not pass by themselves.
    AsyncResult<ServiceInstance> register_service_async(
        const ServiceInstance& instance, const CallOptions& options = {}
    );
    ServiceInstance register_service(
        const ServiceInstance& instance, const CallOptions& options = {}
    );

    /// Changes an instance that this object has registered, for the present node and later ones.
    /// Completes when the node has the data, or later ones. Fails with BadArgumentsError if no
    /// instance with this name and id is registered by this object, or it has another type;
    /// OperationTimeoutError, CancelledError and ConnectionClosedError, and the data are then set
    /// later nevertheless, as long as the instance is registered.
    AsyncResult<void> update_service_async(
        const ServiceInstance& instance, const CallOptions& options = {}
    );
    void update_service(const ServiceInstance& instance, const CallOptions& options = {});

    /// Deletes the node of an instance, found by its name and id, and does not register it again.
    /// Completes when the node is gone. Returns false if this object has not registered the
    /// instance, or its node had gone already. A time limit (OperationTimeoutError) or a
    /// cancellation ends the wait only. Fails with NoAuthError and NotEmptyError if the node cannot
    /// be deleted.
    AsyncResult<bool> unregister_service_async(
        const ServiceInstance& instance, const CallOptions& options = {}
    );
    bool unregister_service(const ServiceInstance& instance, const CallOptions& options = {});

    /// Returns the names of all services, sorted; none if the base path does not exist. A name may
    /// be there without an instance. Fails with NoAuthError and the errors of every operation of
    /// KazooClient, as the other queries do.
    AsyncResult<std::vector<std::string>> query_for_names_async(const CallOptions& options = {});
    std::vector<std::string> query_for_names(const CallOptions& options = {});

    /// Returns the instances of a service, enabled or not, sorted by the names of their nodes; none
    /// if the service does not exist. Nodes that are not instances are left out, and reported
    /// (ServiceDiscoveryOptions::on_error).
    AsyncResult<std::vector<ServiceInstance>> query_for_instances_async(
        std::string_view name, const CallOptions& options = {}
    );
    std::vector<ServiceInstance> query_for_instances(
        std::string_view name, const CallOptions& options = {}
    );

    /// Returns one instance; std::nullopt if it does not exist. `id`: the name of its node, which
    /// for DYNAMIC_SEQUENTIAL has a number after the id. Fails with MalformedDataError if the node
    /// is not an instance.
    AsyncResult<std::optional<ServiceInstance>> query_for_instance_async(
        std::string_view name, std::string_view id, const CallOptions& options = {}
    );
    std::optional<ServiceInstance> query_for_instance(
        std::string_view name, std::string_view id, const CallOptions& options = {}
    );

private:
    std::shared_ptr<detail::recipe::Discovering> discovering_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
