// SPDX-License-Identifier: Apache-2.0
#include "recipe/call_limits.hpp"
#include "recipe/election/leader_reading.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/election.hpp>
#include <kazoo/this_coro.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <utility>

namespace kazoo {
namespace detail::recipe {

/// What an Election and the coroutines that it has begun share.
struct Electing {
    Electing(KazooClient& client, PathView path, const LockOptions& options)
        : lock(client, path, options),
          reader(std::make_shared<const LeaderReader>(
              RecipeClient(client, "Election"), std::string_view(path), options
          )) {}

    Lock lock;
    const std::shared_ptr<const LeaderReader> reader;
    std::atomic<std::uint64_t> cancels{0};
};

}  // namespace detail::recipe

namespace {

using namespace detail::recipe;
using detail::LeaderFunction;

/// Calls the function of the user on the lane, and gives the leadership up when its work is done.
/// Returns whether it was held until then.
AsyncResult<bool> lead(Leadership leadership, std::shared_ptr<LeaderFunction> function) {
    std::exception_ptr failure;
    try {
        const auto working = (*function)(leadership);
        if (working.valid()) {
            co_await working;
        }
    } catch (...) {
        failure = std::current_exception();
    }
    function = nullptr;  // here, on the lane
    const auto section = co_await this_coro::uncancellable;
    bool held = false;
    try {
        auto ending = leadership.end_async();
        held = co_await direct(std::move(ending));
    } catch (...) {
        if (!failure) {
            failure = std::current_exception();
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return held;
}

AsyncResult<bool> run_once(
    std::shared_ptr<Electing> electing,
    std::shared_ptr<LeaderFunction> function,
    CallOptions options
) {
    auto acquiring = electing->lock.acquire_async(options);
    electing = nullptr;  // the acquisition needs it no more
    LockHandle handle = co_await std::move(acquiring);
    auto leading = lead(Leadership(std::move(handle)), std::move(function));
    const bool held = co_await direct(std::move(leading));
    co_return held;
}

/// A function for one of several terms: does not own the user's.
LeaderFunction borrowed(std::shared_ptr<LeaderFunction> function) {
    return [function = std::move(function)](const Leadership& leadership) mutable {
        return (*function)(leadership);
    };
}

AsyncResult<void> run_repeatedly(
    std::shared_ptr<Electing> electing,
    std::shared_ptr<LeaderFunction> function,
    CallOptions options
) {
    const auto cancels = electing->cancels.load();
    for (;;) {
        auto term = std::make_shared<LeaderFunction>(borrowed(function));
        const auto running = run_once(electing, std::move(term), options);
        static_cast<void>(co_await running);  // on the lane, where the function may be destroyed
        if (electing->cancels.load() != cancels) {
            throw_error(Error(
                ClientErrc::cancelled,
                Outcome::not_applied,
                "Election",
                electing->lock.path(),
                "the election was cancelled"
            ));
        }
    }
}

AsyncResult<std::optional<LockContender>> find_leader(
    std::shared_ptr<const LeaderReader> reader, CallOptions options
) {
    auto reading = read_leader(reader, Watcher(), options);
    Reading read = co_await direct(std::move(reading));
    auto leader = leader_of(reader->names, reader->path, std::move(read));
    co_return leader;
}

}  // namespace

Election::Election(KazooClient& client, PathView path, const LockOptions& options)
    : electing_(std::make_shared<Electing>(client, path, options)) {}

Election::Term::~Term() {
    if (leadership_.is_held()) {  // the function has thrown
        try {
            static_cast<void>(leadership_.end_async());
        } catch (const std::exception&) {
            // No memory: the handle ends with the last copy of the leadership.
        }
    }
}

LockHandle Election::acquire(const CallOptions& options) {
    return electing_->lock.acquire(options);
}

AsyncResult<bool> Election::begin(LeaderFunction function, const CallOptions& options) {
    return run_once(electing_, std::make_shared<LeaderFunction>(std::move(function)), options);
}

AsyncResult<void> Election::begin_repeatedly(LeaderFunction function, const CallOptions& options) {
    return run_repeatedly(
        electing_, std::make_shared<LeaderFunction>(std::move(function)), options
    );
}

void Election::cancel() noexcept {
    electing_->cancels.fetch_add(1);
    electing_->lock.cancel();
}

const std::string& Election::path() const noexcept {
    return electing_->lock.path();
}

AsyncResult<std::vector<LockContender>> Election::contenders_async(const CallOptions& options) {
    return electing_->lock.contenders_async(options);
}

std::vector<LockContender> Election::contenders(const CallOptions& options) {
    return electing_->lock.contenders(options);
}

AsyncResult<std::optional<LockContender>> Election::leader_async(const CallOptions& options) {
    const auto& reader = electing_->reader;
    const CallLimits limits(options, *reader->client.handler(), CallKind::does_not_wait);
    return find_leader(reader, limits.step());
}

std::optional<LockContender> Election::leader(const CallOptions& options) {
    return leader_async(options).get();
}

}  // namespace kazoo
