// SPDX-License-Identifier: Apache-2.0
#include "recipe_group.hpp"

#include "barrier_user.hpp"
#include "cache_user.hpp"
#include "counter_user.hpp"
#include "lease_user.hpp"
#include "lock_user.hpp"
#include "locking_queue_user.hpp"
#include "queue_user.hpp"
#include "value_user.hpp"

namespace kazoo::sim {
namespace {

struct World {
    Simulator& simulator;
    Cluster& cluster;
    Recorder& recorder;
};

template <class Check, class User>
RecipeGroup group_of(const World& world) {
    auto check = std::make_unique<Check>(
        world.simulator.verdict(), world.cluster.chronicle(), world.recorder.chroot()
    );
    RecipeGroup group;
    group.make_user = [&check = *check](SimClient& client) {
        return std::make_unique<User>(client, check);
    };
    world.recorder.add(*check);
    group.check = std::move(check);
    return group;
}

RecipeGroup locks(const World& world) {
    auto& check = world.recorder.locks();
    plant_locks(world.cluster, world.recorder.chroot());
    register_locks(check, world.recorder.chroot());
    RecipeGroup group;
    group.make_user = [&check](SimClient& client) {
        return std::make_unique<LockUser>(client, check);
    };
    return group;
}

RecipeGroup counters(const World& world) {
    auto group = group_of<CounterCheck, CounterUser>(world);
    register_counters(static_cast<CounterCheck&>(*group.check));
    return group;
}

RecipeGroup group_of(RecipeKind kind, const World& world) {
    switch (kind) {
        case RecipeKind::locks:
            return locks(world);
        case RecipeKind::caches:
            return group_of<CacheCheck, CacheUser>(world);
        case RecipeKind::queues:
            return group_of<QueueCheck, QueueUser>(world);
        case RecipeKind::locking_queues:
            return group_of<LockingQueueCheck, LockingQueueUser>(world);
        case RecipeKind::counters:
            return counters(world);
        case RecipeKind::shared_values:
            return group_of<ValueCheck, ValueUser>(world);
        case RecipeKind::leases:
            return group_of<TimeLeaseCheck, LeaseUser>(world);
        case RecipeKind::barriers:
            return group_of<BarrierCheck, BarrierUser>(world);
        case RecipeKind::none:
            break;
    }
    return {};
}

}  // namespace

/// Locks have the most forms, and are drawn most often.
RecipeKind choose_recipe(Chance& chance, Defect defect) {
    if (defect != Defect::none) {
        return recipe_of(defect);
    }
    using enum RecipeKind;
    constexpr std::uint64_t kinds = 60;
    switch (chance.below(kinds)) {
        case 0:
        case 1:
            return caches;
        case 2:
            return queues;
        case 3:
            return locking_queues;
        case 4:
            return counters;
        case 5:
            return shared_values;
        case 6:
            return leases;
        case 7:
            return barriers;
        default:
            return chance.one_in(6) ? RecipeKind::locks : none;
    }
}

RecipeGroup make_recipe_group(
    RecipeKind kind, Simulator& simulator, Cluster& cluster, Recorder& recorder
) {
    auto group = group_of(kind, World{simulator, cluster, recorder});
    group.kind = kind;
    return group;
}

}  // namespace kazoo::sim
