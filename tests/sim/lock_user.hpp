// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/locks.hpp"
#include "sim_client.hpp"

#include <kazoo/recipes/election.hpp>
#include <kazoo/recipes/leader_latch.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/read_write_lock.hpp>
#include <kazoo/recipes/semaphore.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::sim {

/// Creates the nodes that exist from the start, below the chroot of the clients.
void plant_locks(Cluster& cluster, const std::string& chroot);
/// Says to the check which nodes the recipes use.
void register_locks(LockCheck& check, const std::string& chroot);

/// The use of locks, semaphores and elections by one program, as users write it: several
/// acquisitions at a time, with time limits and cancellations; objects, handles and clients that
/// end in the middle. The holder of an exclusive lock writes by guarded transactions. All programs
/// use the same paths. Outlives all events of the simulator.
class LockUser {
public:
    LockUser(SimClient& client, LockCheck& check);
    ~LockUser();
    LockUser(const LockUser&) = delete;

    /// Starts, and begins acquisitions until `end`.
    void run_until(TimePoint end);
    /// The faults are over: holds are short from now on, so that every contender is served.
    void calm_down() noexcept { calm_ = true; }
    /// A session has expired: looks at what its client says of all locks that it holds.
    void on_expired();
    /// Long after the last acquisition has begun.
    void at_rest();

private:
    struct Objects;
    class Busy;
    class Working;
    /// An acquisition, and what may end it.
    struct Acquisition {
        TimePoint deadline = TimePoint::max();
        CallOptions options;
        bool cancelled = false;
        std::size_t cancels = 0;      // cancels_ when it began
        std::size_t client_ends = 0;  // SimClient::ends() when it began
        bool client_runs = false;     // when it began, for a while
    };
    using AcquisitionPtr = std::shared_ptr<Acquisition>;

    // lock_user.cpp: what is used, and when.

    void tick(TimePoint end);
    void one();
    void end_acquisitions();
    void renew();
    [[nodiscard]] LockOptions lock_options();
    [[nodiscard]] AcquisitionPtr arrange();
    template <class T>
    void cancel_later(const AsyncResult<T>& result, const AcquisitionPtr& acquisition);
    void on_failed(const Acquisition& acquisition, const char* what, const Error& error);

    // lock_programs.cpp: how it is used.

    /// `value`: the node that the holder writes, empty if it does not write.
    AsyncResult<void> use_lock(detail::LockBase& lock, std::string value);
    AsyncResult<void> break_own_lock(Lock& lock, std::string path);
    AsyncResult<void> use_lease(Semaphore& semaphore);
    AsyncResult<void> stand_for_election(Election& election, std::string value);
    AsyncResult<void> lead(Leadership leadership, std::string value);
    AsyncResult<void> use_latch(std::string path, std::string value);
    /// For Defect::uninvited_leases.
    AsyncResult<void> take_lease_uninvited(std::string semaphore);

    /// Works while the lock is held, and in some cases also when it is lost.
    template <class Held>
    AsyncResult<void> work(const Held& held, LockHold hold, std::string value);
    template <class Held>
    AsyncResult<void> write(const Held& held, LockHold hold, std::string value);
    template <class Held>
    void look(const Held& held, const LockHold& hold);
    void look_at_remaining(const LockHold& hold, bool is_held, Duration remaining);
    AsyncResult<void> give_up(LockHandle held);
    /// Notes a lock that has been acquired, and returns what identifies it.
    LockHold acquired(const LockHandle& held, LockHold::Order order = LockHold::Order::first);
    LockHold acquired(const Leadership& leadership);
    LockHold acquired(LockHold hold);
    [[nodiscard]] Duration pause();
    void fail(const std::string& what);

    SimClient& client_;
    LockCheck& check_;
    std::shared_ptr<Objects> objects_;
    std::size_t life_ = 0;  // of the client that objects_ belong to
    std::size_t cancels_ = 0;
    std::size_t client_ends_ = 0;  // as last seen
    TimePoint client_ended_;       // when it was seen
    /// The number of programs in progress; shared with them, because a coroutine that never ends
    /// may be destroyed after this.
    const std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
    /// Looks at one lock each, while programs work; shared with them for the same reason.
    using Looks = std::list<std::function<void()>>;
    const std::shared_ptr<Looks> looks_ = std::make_shared<Looks>();
    std::size_t names_ = 0;
    bool calm_ = false;
    std::vector<LockHandle> kept_;  // by Defect::kept_locks
};

}  // namespace kazoo::sim
