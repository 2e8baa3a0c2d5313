// SPDX-License-Identifier: Apache-2.0
#include "lock_user.hpp"

#include "programs.hpp"

#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* lock_path = "/l/lock";
constexpr const char* doubtful_path = "/l/doubtful";
constexpr const char* shared_path = "/l/shared";
constexpr const char* semaphore_path = "/l/semaphore";
constexpr const char* election_path = "/l/election";
constexpr const char* latch_path = "/l/latch";
constexpr auto exclusive_paths = {lock_path, doubtful_path, shared_path, election_path, latch_path};
constexpr std::int32_t leases = 2;

std::string value_of(const std::string& path) {
    return path + "-value";
}

}  // namespace

void plant_locks(Cluster& cluster, const std::string& chroot) {
    std::vector<std::string> paths{chroot + "/l"};
    for (const auto* const path : exclusive_paths) {
        paths.push_back(value_of(chroot + path));
    }
    cluster.plant(paths);
}

void register_locks(LockCheck& check, const std::string& chroot) {
    for (const auto* const path : exclusive_paths) {
        check.add_lock(chroot + path);
        check.add_value(value_of(chroot + path));
    }
    check.add_lock(chroot + semaphore_path + "-__lock__");
    check.add_semaphore(chroot + semaphore_path, leases);
}

/// The recipes of one client. What they have begun continues when they are destroyed.
struct LockUser::Objects {
    Objects(KazooClient& zk, const LockOptions& options)
        : lock(zk, lock_path, options),
          doubtful(zk, doubtful_path, LockOptions(options).lost_when(LostWhen::in_doubt)),
          reader(zk, shared_path, options),
          writer(zk, shared_path, options),
          semaphore(zk, semaphore_path, leases),
          election(zk, election_path, options) {}

    Lock lock;
    Lock doubtful;
    ReadLock reader;
    WriteLock writer;
    Semaphore semaphore;
    Election election;
};

LockUser::LockUser(SimClient& client, LockCheck& check) : RecipeUser(client), check_(check) {}

LockUser::~LockUser() = default;

/// With the defect a contender takes the lock as soon as it has its place.
LockOptions LockUser::lock_options() {
    LockOptions options;
    if (client_.defect() == Defect::early_locks) {
        options.on_enqueued([this](const std::string& node) {
            LockHold hold;
            hold.client = client_.number();
            hold.node = client_.recorder().on_server(node);
            hold.token = check_.czxid(hold.node);
            check_.on_acquired(hold);
        });
    }
    return options;
}

/// Replaces the objects if their client has ended, and sometimes in the middle.
void LockUser::renew() {
    if (renews()) {
        objects_ = std::make_shared<Objects>(client_.zk(), lock_options());
    }
}

void LockUser::one() {
    renew();
    auto& all = *objects_;
    const auto defect = client_.defect();
    const bool naive = defect >= Defect::text_order && recipe_of(defect) == RecipeKind::locks;
    if (naive && client_.chance().one_in(2)) {
        return let_run(use_badly(lock_path));
    }
    switch (client_.chance().below(14)) {
        case 0:
        case 1:
        case 2:
            return let_run(use_lock(all.lock, value_of(lock_path)));
        case 3:
        case 4:
            return let_run(use_lock(all.doubtful, value_of(doubtful_path)));
        case 5:
        case 6:
            return let_run(use_lock(all.reader, ""));
        case 7:
            return let_run(use_lock(all.writer, value_of(shared_path)));
        case 8:
        case 9:
            if (client_.defect() == Defect::uninvited_leases && client_.chance().one_in(2)) {
                for (std::int32_t more = leases; more > 0; --more) {
                    let_run(take_lease_uninvited(semaphore_path));
                }
                return let_run(take_lease_uninvited(semaphore_path));
            }
            return let_run(use_lease(all.semaphore));
        case 10:
            return let_run(stand_for_election(all.election, value_of(election_path)));
        case 11:
            return let_run(use_latch(latch_path, value_of(latch_path)));
        case 12:
            return let_run(break_own_lock(all.lock, lock_path));
        default:
            end_acquisitions();
    }
}

void LockUser::end_acquisitions() {
    auto& chance = client_.chance();
    if (!chance.one_in(3)) {
        return;
    }
    if (chance.one_in(2)) {
        client_.process().note("breaks a lock");
        return let_run(objects_->lock.break_lock_async());
    }
    client_.process().note("cancels its acquisitions");
    ++cancels_;
    objects_->lock.cancel();
    objects_->reader.cancel();
    objects_->semaphore.cancel();
    objects_->election.cancel();
}

void LockUser::on_failed(const Attempt& acquisition, const char* what, const Error& error) {
    auto& tally = client_.simulator().tally();
    switch (classify(acquisition, what, error)) {
        case Failure::time_limit:
            return tally.add(Count::lock_timeouts);
        case Failure::cancellation:
            return tally.add(Count::cancelled_locks);
        default:
            return tally.add(Count::failed_locks);
    }
}

void LockUser::on_expired() {
    for (const auto& look : *looks_) {
        look();
    }
}

}  // namespace kazoo::sim
