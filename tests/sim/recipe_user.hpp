// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace kazoo::sim {

/// A call of a recipe, and what may end it.
struct Attempt {
    TimePoint deadline = TimePoint::max();
    CallOptions options;
    bool cancelled = false;
    std::size_t cancels = 0;      // RecipeUser::cancels_ when it began
    std::size_t client_ends = 0;  // SimClient::ends() when it began
    bool client_runs = false;     // when it began, for a while
    bool ends_with_object = false;
    std::size_t objects = 0;  // RecipeUser::objects_ when it began
};
using AttemptPtr = std::shared_ptr<Attempt>;

/// The use of a recipe by one program, as users write it: several calls at a time, with time limits
/// and cancellations; objects and clients that end in the middle. Outlives all events of the
/// simulator.
class RecipeUser {
public:
    virtual ~RecipeUser() = default;
    RecipeUser(const RecipeUser&) = delete;
    RecipeUser& operator=(const RecipeUser&) = delete;

    /// Starts, and begins programs until `end`.
    void run_until(TimePoint end);
    /// The faults are over: what others wait for takes little time from now on.
    void calm_down() noexcept { calm_ = true; }
    /// A session has expired: looks at what its client says of all that it holds.
    virtual void on_expired() {}
    /// Long after the last program has begun.
    virtual void at_rest();

protected:
    explicit RecipeUser(SimClient& client) : client_(client) {}

    /// Scope of a program that has to end by itself.
    class Busy {
    public:
        explicit Busy(std::shared_ptr<std::size_t> under_way) : under_way_(std::move(under_way)) {
            ++*under_way_;
        }
        ~Busy() { --*under_way_; }
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;

    private:
        const std::shared_ptr<std::size_t> under_way_;
    };
    /// Begins one program. There is a client.
    virtual void one() = 0;

    /// Returns whether objects have to be made: the client has been replaced, or by chance.
    [[nodiscard]] bool renews();
    /// Chooses a time limit and a cancellation for a call that is made right away.
    [[nodiscard]] AttemptPtr arrange();
    template <class T>
    void cancel_later(const AsyncResult<T>& result, const AttemptPtr& attempt);

    enum class Failure { time_limit, cancellation, other };
    /// Returns why a call has failed. Reports a fault if there is no reason for that.
    Failure classify(const Attempt& attempt, const char* what, const Error& error);
    /// The same for a change, whose outcome may be unknown; counts it.
    void on_failed_change(const Attempt& attempt, const char* what, const Error& error);
    [[nodiscard]] Duration pause();
    void fail(const std::string& what);

    SimClient& client_;
    /// The number of programs in progress; shared with them, because a coroutine that never ends
    /// may be destroyed after this.
    const std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
    std::size_t cancels_ = 0;  // of all calls in progress
    std::size_t objects_ = 0;  // how often objects were made
    bool calm_ = false;

private:
    void tick(TimePoint end);

    std::size_t life_ = 0;         // of the client for which objects were made
    std::size_t client_ends_ = 0;  // as last seen
    TimePoint client_ended_;       // when it was seen
};

template <class T>
void RecipeUser::cancel_later(const AsyncResult<T>& result, const AttemptPtr& attempt) {
    auto& chance = client_.chance();
    if (!chance.one_in(6)) {
        return;
    }
    client_.process().after(chance.between(0ms, 3000ms), [result, attempt] {
        attempt->cancelled = true;
        result.cancel();
    });
}

}  // namespace kazoo::sim
