// SPDX-License-Identifier: Apache-2.0
// The public client: passes every call on to the core. Each blocking function is its asynchronous
// one followed by get(), after a check that throws, before anything is sent, where the caller must
// not block.
#include "client/blocking_call.hpp"
#include "client/consistent_read.hpp"
#include "client/core.hpp"
#include "client/four_letter_word.hpp"
#include "client/guaranteed_operations.hpp"
#include "client/multi_step_operations.hpp"
#include "client/no_memory.hpp"
#include "client/node_acls.hpp"
#include "client/operations.hpp"

#include <kazoo/client.hpp>
#include <kazoo/detail/drop_connection.hpp>
#include <kazoo/paths.hpp>

namespace kazoo {

namespace {

namespace client = detail::client;
using client::CallContext;

/// Calls `operation(context)` with the options of the call. Returns its result; a lack of memory is
/// in the result.
template <class Operation>
auto begin(const client::Core& core, const CallOptions& options, Operation&& operation) {
    return client::or_no_memory([&] {
        return operation(CallContext(*core.handler(), options, core.options()));
    });
}

/// `T` as for client::create().
template <class T>
AsyncResult<T> begin_create(
    const std::shared_ptr<client::Core>& core,
    PathView path,
    const DataView& data,
    const CreateOptions& create,
    const CallOptions& options
) {
    return begin(*core, options, [&](const CallContext& context) {
        const auto acls = client::acls_of_create(*core, path, create);
        if (!acls) {
            static constexpr client::OpKind<T> kind{"create", nullptr};
            return core->refused(kind, path, acls.failure());
        }
        // Coroutines, which outlive this call, get copies. A single request views its arguments.
        if (create.is_protected()) {
            return client::create_protected<T>(
                core, client::OwnedPath(path), client::OwnedData(data), create, *acls, context
            );
        }
        if (create.makes_path()) {
            return client::create_makepath<T>(
                core, client::OwnedPath(path), client::OwnedData(data), create, *acls, context
            );
        }
        return client::create<T>(*core, path, data, create, acls->node(), context);
    });
}

/// `T` as for client::read().
template <class T>
AsyncResult<T> begin_read(
    const std::shared_ptr<client::Core>& core,
    PathView path,
    const Watcher& watch,
    const ReadOptions& options
) {
    return begin(*core, options.call(), [&](const CallContext& context) {
        return client::read<T>(core, path, watch, options, context);
    });
}

}  // namespace

KazooClient::KazooClient(ClientOptions options) : core_(client::Core::make(std::move(options))) {}

KazooClient::KazooClient(KazooClient&&) noexcept = default;

KazooClient& KazooClient::operator=(KazooClient&& other) noexcept {
    if (this != &other) {
        const KazooClient former(std::move(*this));  // stopped here, not when `other` is destroyed
        core_ = std::move(other.core_);
    }
    return *this;
}

KazooClient::~KazooClient() {
    if (!core_) {
        return;
    }
    if (core_->in_forked_child()) {
        // Leaked: closing its sockets would disturb the parent's loop, which shares the
        // descriptors.
        base::leave_to_parent(core_);
        return;
    }
    core_->stop();
}

/// In a forked child, a client that was stopped when the process forked may be started, with a new
/// core.
void KazooClient::own_in_child() {
    if (core_->stopped_at_fork()) {
        auto own = client::Core::make_for_child(*core_);
        base::leave_to_parent(core_);
        core_ = std::move(own);
    }
}

Event KazooClient::start_async() {
    own_in_child();
    return core_->start_async();
}
void KazooClient::start(AnyDuration timeout) {
    own_in_child();
    core_->start(timeout);
}
void KazooClient::stop() noexcept {
    core_->stop();
}

// Not one step: another thread may start or stop the client in between.
void KazooClient::restart() {
    stop();
    start();
}

void KazooClient::close() {
    if (!core_->stopped()) {
        throw_error(Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "close",
            {},
            "stop the client before closing it"
        ));
    }
}

bool KazooClient::connected() const noexcept {
    const auto state = client_state();
    return state == KeeperState::CONNECTED || state == KeeperState::CONNECTED_RO;
}

// The state last given to listeners. client_state() is the session's, which changes a little
// earlier.
KazooState KazooClient::state() const noexcept {
    return core_->state();
}
KeeperState KazooClient::client_state() const noexcept {
    return core_->client_state();
}
std::optional<ClientId> KazooClient::client_id() const {
    return core_->client_id();
}
std::int64_t KazooClient::session_id() const noexcept {
    return core_->session_id();
}
std::chrono::milliseconds KazooClient::session_timeout() const {
    return core_->session_timeout();
}
ClientMetrics KazooClient::metrics() const {
    return core_->metrics();
}
std::string KazooClient::dump() const {
    return core_->dump();
}
MetricsSource KazooClient::metrics_source() const {
    return core_->metrics_source();
}
const std::shared_ptr<Handler>& KazooClient::handler() const noexcept {
    return core_->handler();
}
const std::string& KazooClient::chroot() const noexcept {
    return core_->chroot().prefix();
}

ListenerId KazooClient::add_listener_function(
    UniqueFunction<bool(const StateChange&)> listener, ListenFrom from
) {
    return core_->listeners().add(std::move(listener), from);
}

bool KazooClient::remove_listener(ListenerId listener) {
    return core_->listeners().remove(listener);
}

bool KazooClient::remove_listener_and_wait(ListenerId listener) {
    return core_->listeners().remove_and_wait(listener);
}

AsyncResult<void> KazooClient::add_auth_async(
    std::string_view scheme, std::string_view credential
) {
    return client::or_no_memory([&] { return core_->add_auth(scheme, credential); });
}

void KazooClient::add_auth(std::string_view scheme, std::string_view credential) {
    core_->check_may_block();
    add_auth_async(scheme, credential).get();
}

void KazooClient::forget_auth() {
    core_->forget_auth();
}

AsyncResult<std::string> KazooClient::create_async(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return begin_create<std::string>(core_, path, data, create, options);
}

std::string KazooClient::create(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return create_async(path, data, create, bounded);
    });
}

AsyncResult<CreatedNode> KazooClient::create_with_stat_async(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return begin_create<CreatedNode>(core_, path, data, create, options);
}

CreatedNode KazooClient::create_with_stat(
    PathView path, const DataView& data, const CreateOptions& create, const CallOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return create_with_stat_async(path, data, create, bounded);
    });
}

AsyncResult<bool> KazooClient::ensure_path_async(
    PathView path, const std::optional<AclList>& acl, const CallOptions& options
) {
    return begin(*core_, options, [&](const CallContext& context) {
        const auto acls = client::acls_of_path(*core_, path, acl);
        if (!acls) {
            static constexpr client::OpKind<bool> kind{"ensure_path", nullptr};
            return core_->refused(kind, path, acls.failure());
        }
        return client::ensure_path(core_, client::OwnedPath(path), *acls, context);
    });
}

bool KazooClient::ensure_path(
    PathView path, const std::optional<AclList>& acl, const CallOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return ensure_path_async(path, acl, bounded);
    });
}

AsyncResult<std::optional<ZnodeStat>> KazooClient::exists_async(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return begin_read<std::optional<ZnodeStat>>(core_, path, watch, options);
}

std::optional<ZnodeStat> KazooClient::exists(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return exists_async(path, watch, bounded);
    });
}

AsyncResult<NodeData> KazooClient::get_async(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return begin_read<NodeData>(core_, path, watch, options);
}

NodeData KazooClient::get(PathView path, const Watcher& watch, const ReadOptions& options) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return get_async(path, watch, bounded);
    });
}

AsyncResult<std::vector<std::string>> KazooClient::get_children_async(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return begin_read<std::vector<std::string>>(core_, path, watch, options);
}

std::vector<std::string> KazooClient::get_children(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return get_children_async(path, watch, bounded);
    });
}

AsyncResult<ChildrenAndStat> KazooClient::get_children_with_stat_async(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return begin_read<ChildrenAndStat>(core_, path, watch, options);
}

ChildrenAndStat KazooClient::get_children_with_stat(
    PathView path, const Watcher& watch, const ReadOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return get_children_with_stat_async(path, watch, bounded);
    });
}

AsyncResult<ZnodeStat> KazooClient::set_async(
    PathView path, const DataView& data, std::int32_t version, const CallOptions& options
) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::set(*core_, path, data, version, context);
    });
}

ZnodeStat KazooClient::set(
    PathView path, const DataView& data, std::int32_t version, const CallOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return set_async(path, data, version, bounded);
    });
}

AsyncResult<void> KazooClient::delete_async(
    PathView path, std::int32_t version, const CallOptions& options
) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::delete_node(*core_, path, version, context);
    });
}

void KazooClient::delete_(PathView path, std::int32_t version, const CallOptions& options) {
    client::call_blocking(core_, options, [&](const auto& bounded) {
        return delete_async(path, version, bounded);
    });
}

AsyncResult<AclsAndStat> KazooClient::get_acls_async(PathView path, const CallOptions& options) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::get_acls(*core_, path, context);
    });
}

AclsAndStat KazooClient::get_acls(PathView path, const CallOptions& options) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return get_acls_async(path, bounded);
    });
}

AsyncResult<ZnodeStat> KazooClient::set_acls_async(
    PathView path, const AclList& acls, std::int32_t version, const CallOptions& options
) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::set_acls(*core_, path, acls, version, context);
    });
}

ZnodeStat KazooClient::set_acls(
    PathView path, const AclList& acls, std::int32_t version, const CallOptions& options
) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return set_acls_async(path, acls, version, bounded);
    });
}

AsyncResult<std::string> KazooClient::sync_async(PathView path, const CallOptions& options) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::sync(*core_, path, context);
    });
}

std::string KazooClient::sync(PathView path, const CallOptions& options) {
    return client::call_blocking(core_, options, [&](const auto& bounded) {
        return sync_async(path, bounded);
    });
}

// Stopping the client also interrupts its retries.
KazooRetry KazooClient::command_retry() const {
    return KazooRetry(core_->options().command_retry(), core_->handler())
        .interrupt(core_->run_token());
}

AsyncResult<std::string> KazooClient::command_async(
    std::string_view word, const CallOptions& options
) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::command(*core_, word, context);
    });
}

std::string KazooClient::command(std::string_view word, const CallOptions& options) {
    core_->check_may_block();
    return command_async(word, options).get();
}

AsyncResult<std::vector<int>> KazooClient::server_version_async(const CallOptions& options) {
    return begin(*core_, options, [&](const CallContext& context) {
        return client::server_version(core_, context);
    });
}

std::vector<int> KazooClient::server_version(const CallOptions& options) {
    core_->check_may_block();
    return server_version_async(options).get();
}

bool detail::drop_connection(const KazooClient& client) {
    return detail::core_of(client)->drop_connection();
}

}  // namespace kazoo
