// SPDX-License-Identifier: Apache-2.0
/// Semaphore: at most a number of holders at a time.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/security.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Semaphoring;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a Semaphore. A value; setters chain.
class SemaphoreOptions {
public:
    SemaphoreOptions() {}

    /// The data of the lease: says who holds it (`lease_holders`). Python's kazoo expects UTF-8.
    /// Default: empty.
    SemaphoreOptions& identifier(std::string value) & noexcept {
        identifier_ = std::move(value);
        return *this;
    }
    SemaphoreOptions identifier(std::string value) && noexcept {
        return std::move(identifier(std::move(value)));
    }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }

    /// Whether the number of leases that is written in the node of the semaphore applies instead of
    /// that of the constructor, also when it is changed (`set_max_leases`). If false, another
    /// number there is an error, as in kazoo. Default: false.
    SemaphoreOptions& follow_node(bool value = true) & noexcept {
        follow_node_ = value;
        return *this;
    }
    SemaphoreOptions follow_node(bool value = true) && noexcept {
        return std::move(follow_node(value));
    }
    [[nodiscard]] bool follows_node() const noexcept { return follow_node_; }

    /// When a lease counts as lost. Default: LostWhen::gone.
    SemaphoreOptions& lost_when(LostWhen value) & noexcept {
        lost_when_ = value;
        return *this;
    }
    SemaphoreOptions lost_when(LostWhen value) && noexcept { return std::move(lost_when(value)); }
    [[nodiscard]] LostWhen lost_when() const noexcept { return lost_when_; }

    /// The ACL of the nodes and of parents that are created. Default: ClientOptions::default_acl.
    SemaphoreOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    SemaphoreOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

private:
    std::string identifier_;
    std::optional<AclList> acl_;
    LostWhen lost_when_ = LostWhen::gone;
    bool follow_node_ = false;
};

/// A semaphore that is shared by processes (kazoo's `Semaphore`): at most `max_leases` of them hold
/// a lease at a time.
///
///     Semaphore workers(zk, "/workers", 5, SemaphoreOptions().identifier("host-7"));
///     auto lease = workers.acquire(CallOptions().timeout(5s));    // LockTimeoutError
///     if (auto lease = workers.try_acquire()) { ... }
///
/// Layout, as in kazoo: the node `path` has the number as its text; a lease is an ephemeral child
/// `<32 hexadecimal digits>` with the identifier as its data; a process that wants one acquires a
/// Lock on `<path>-__lock__`, and waits for a lease while holding it. All children count, also
/// those of other programs. Waiting processes are served in their order.
///
/// A lease is a LockHandle; what is said there of tokens, losses and guarded transactions applies,
/// except that tokens of different leases are those of different holders at the same time. After
/// the loss of its session a wait begins again in the next one.
///
/// Threads: all members are thread-safe, except for moving and destruction. Each call acquires a
/// lease of its own, also several of one object. The object and the client may be destroyed at any
/// time; handles stay valid.
class [[nodiscard]] Semaphore {
public:
    /// `max_leases`: 1 or more. Asks no server. Throws BadArgumentsError if it is less, or the path
    /// is malformed or "/", and std::bad_alloc.
    Semaphore(
        KazooClient& client,
        PathView path,
        std::int32_t max_leases,
        const SemaphoreOptions& options = SemaphoreOptions()
    );
    Semaphore(Semaphore&&) noexcept = default;
    Semaphore& operator=(Semaphore&&) noexcept = default;
    /// Leases and acquisitions in progress are not affected.
    ~Semaphore() = default;

    /// Acquires a lease, and waits for one as long as `options` allows; by default, for an
    /// unlimited time. Costs nine requests if a lease is free.
    ///
    /// Fails with LockTimeoutError when the time limit passes, with CancelledError (also after
    /// `cancel`), with ConfigurationError if the node has another number of leases
    /// (SemaphoreOptions::follow_node), and as Lock::acquire does. What it has created is then
    /// deleted in the background.
    AsyncResult<LockHandle> acquire_async(const CallOptions& options = {});
    LockHandle acquire(const CallOptions& options = {});
    /// Acquires a lease if one is free and no process waits; otherwise returns std::nullopt.
    AsyncResult<std::optional<LockHandle>> try_acquire_async(const CallOptions& options = {});
    std::optional<LockHandle> try_acquire(const CallOptions& options = {});
    /// Ends the acquisitions of this object that are in progress: they fail with CancelledError.
    void cancel() noexcept;

    /// Returns the identifiers of those who hold a lease, in no particular order; empty if the path
    /// does not exist. Fails with NoAuthError and the errors of every operation of KazooClient.
    AsyncResult<std::vector<std::string>> lease_holders_async(const CallOptions& options = {});
    std::vector<std::string> lease_holders(const CallOptions& options = {});

    /// Writes the number of leases into the node, for processes with SemaphoreOptions::follow_node.
    /// If it is less than before, the leases that are held stay. Fails with BadArgumentsError for
    /// less than 1, and with the errors of every operation of KazooClient.
    AsyncResult<void> set_max_leases_async(
        std::int32_t max_leases, const CallOptions& options = {}
    );
    void set_max_leases(std::int32_t max_leases, const CallOptions& options = {});

    /// Returns the path of the semaphore, the parent of its nodes.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    std::shared_ptr<detail::recipe::Semaphoring> semaphoring_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
