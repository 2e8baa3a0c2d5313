// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/time_leases.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/non_blocking_lease.hpp>

#include <memory>
#include <string>

namespace kazoo::sim {

/// The use of a NonBlockingLease by one program. All programs use the same lease, and their clocks
/// are right.
class LeaseUser final : public RecipeUser {
public:
    LeaseUser(SimClient& client, TimeLeaseCheck& check) : RecipeUser(client), check_(check) {}
    ~LeaseUser() override;

private:
    struct Object;
    using ObjectPtr = std::shared_ptr<Object>;

    void one() override;
    AsyncResult<void> obtain(ObjectPtr object, bool renews);
    AsyncResult<void> release(ObjectPtr object);
    /// Looks at the lease several times.
    AsyncResult<void> hold(ObjectPtr object);
    void look(const Object& object);

    TimeLeaseCheck& check_;
    ObjectPtr object_;
};

}  // namespace kazoo::sim
