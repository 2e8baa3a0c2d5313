// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/lock/semaphoring.hpp"

#include <kazoo/exceptions.hpp>

#include <charconv>
#include <utility>

namespace kazoo {
namespace detail::recipe {
namespace {

constexpr const char* name = "Semaphore";

LockOptions lock_options(const SemaphoreOptions& options) {
    LockOptions made;
    made.identifier(options.identifier()).lost_when(options.lost_when());
    if (options.acl()) {
        made.acl(*options.acl());
    }
    return made;
}

std::string inner_path(std::string path) {
    path += "-__lock__";
    return path;
}

void check_number(std::int32_t max_leases, const std::string& path) {
    if (max_leases < 1) {
        throw_error(Error(
            Errc::bad_arguments, Outcome::not_sent, name, path, "a semaphore has 1 lease or more"
        ));
    }
}

AsyncResult<LockHandle> acquire_or_wait(
    std::shared_ptr<Semaphoring> semaphoring, CallOptions options
) {
    auto acquiring = acquire_lease(std::move(semaphoring), options, CallKind::waits);
    std::optional<LockHandle> lease = co_await direct(std::move(acquiring));
    co_return std::move(*lease);
}

}  // namespace

std::optional<std::int32_t> leases_in(std::string_view data) noexcept {
    std::int32_t number = 0;
    const auto* const end = data.data() + data.size();
    const auto parsed = std::from_chars(data.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

Semaphoring::Semaphoring(
    KazooClient& zk, PathView path, std::int32_t most, const SemaphoreOptions& the_options
)
    : max_leases(most),
      options(the_options),
      leases(Locking::make(zk, path, lock_options(the_options), LockKind::lock)),
      inner(zk, inner_path(leases->path()), lock_options(the_options).lost_when(LostWhen::gone)),
      changed(zk.handler()),
      watcher([changed = changed](const WatchedEvent&) { changed.set(); }) {
    check_number(most, leases->path());
}

}  // namespace detail::recipe

using namespace detail::recipe;

Semaphore::Semaphore(
    KazooClient& client, PathView path, std::int32_t max_leases, const SemaphoreOptions& options
)
    : semaphoring_(std::make_shared<Semaphoring>(client, path, max_leases, options)) {}

AsyncResult<LockHandle> Semaphore::acquire_async(const CallOptions& options) {
    return acquire_or_wait(semaphoring_, options);
}

LockHandle Semaphore::acquire(const CallOptions& options) {
    check_may_await_events(*semaphoring_->handler(), name);
    return acquire_async(options).get();
}

AsyncResult<std::optional<LockHandle>> Semaphore::try_acquire_async(const CallOptions& options) {
    return acquire_lease(semaphoring_, options, CallKind::does_not_wait);
}

std::optional<LockHandle> Semaphore::try_acquire(const CallOptions& options) {
    check_may_block(*semaphoring_->handler());
    return try_acquire_async(options).get();
}

void Semaphore::cancel() noexcept {
    semaphoring_->leases->cancel();
}

AsyncResult<std::vector<std::string>> Semaphore::lease_holders_async(const CallOptions& options) {
    return list_holders(semaphoring_, options);
}

std::vector<std::string> Semaphore::lease_holders(const CallOptions& options) {
    return lease_holders_async(options).get();
}

AsyncResult<void> Semaphore::set_max_leases_async(
    std::int32_t max_leases, const CallOptions& options
) {
    return write_max_leases(semaphoring_, max_leases, options);
}

void Semaphore::set_max_leases(std::int32_t max_leases, const CallOptions& options) {
    set_max_leases_async(max_leases, options).get();
}

const std::string& Semaphore::path() const noexcept {
    return semaphoring_->leases->path();
}

}  // namespace kazoo
