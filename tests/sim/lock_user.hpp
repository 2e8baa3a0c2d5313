// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/locks.hpp"
#include "recipe_user.hpp"

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

/// The use of locks, semaphores and elections by one program. The holder of an exclusive lock
/// writes by guarded transactions. All programs use the same paths.
class LockUser final : public RecipeUser {
public:
    LockUser(SimClient& client, LockCheck& check);
    ~LockUser() override;

    void on_expired() override;

private:
    struct Objects;
    class Working;

    // lock_user.cpp: what is used, and when.

    void one() override;
    void end_acquisitions();
    void renew();
    [[nodiscard]] LockOptions lock_options();
    void on_failed(const Attempt& acquisition, const char* what, const Error& error);

    // lock_programs.cpp: how it is used.

    /// `value`: the node that the holder writes, empty if it does not write.
    AsyncResult<void> use_lock(detail::LockBase& lock, std::string value);
    AsyncResult<void> break_own_lock(Lock& lock, std::string path);
    AsyncResult<void> use_lease(Semaphore& semaphore);
    AsyncResult<void> stand_for_election(Election& election, std::string value);
    AsyncResult<void> lead(Leadership leadership, std::string value);
    AsyncResult<void> use_latch(std::string path, std::string value);
    /// For the defects of contenders.
    AsyncResult<void> use_badly(std::string path);
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

    LockCheck& check_;
    std::shared_ptr<Objects> objects_;
    /// Looks at one lock each, while programs work; shared with them, because a coroutine that
    /// never ends may be destroyed after this.
    using Looks = std::list<std::function<void()>>;
    const std::shared_ptr<Looks> looks_ = std::make_shared<Looks>();
    std::size_t names_ = 0;
    std::vector<LockHandle> kept_;  // by Defect::kept_locks
};

}  // namespace kazoo::sim
