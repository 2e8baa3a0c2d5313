// SPDX-License-Identifier: Apache-2.0
#include "lock_user.hpp"

#include "programs.hpp"

#include <stop_token>
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

LockUser::LockUser(SimClient& client, LockCheck& check) : client_(client), check_(check) {}

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

void LockUser::run_until(TimePoint end) {
    client_.process().after(client_.chance().between(1ms, 2000ms), [this, end] { tick(end); });
}

void LockUser::tick(TimePoint end) {
    const std::size_t most = calm_ ? 2 : 4;
    if (client_.exists() && *under_way_ < most) {
        one();
    }
    const auto wait = client_.chance().between(100ms, calm_ ? 2500ms : 1500ms);
    if (client_.simulator().now() + wait < end) {
        client_.process().after(wait, [this, end] { tick(end); });
    }
}

/// Replaces the objects if their client has ended, and sometimes in the middle.
void LockUser::renew() {
    if (objects_ && life_ == client_.lives() && !client_.chance().one_in(15)) {
        return;
    }
    life_ = client_.lives();
    client_.process().note("replaces its locks");
    objects_ = std::make_shared<Objects>(client_.zk(), lock_options());
}

void LockUser::one() {
    renew();
    auto& all = *objects_;
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

LockUser::AcquisitionPtr LockUser::arrange() {
    auto& chance = client_.chance();
    auto made = std::make_shared<Acquisition>();
    made->cancels = cancels_;
    made->client_ends = client_.ends();
    // A client that is started again refuses requests until its former session has ended.
    constexpr auto longest_close = 11s;
    const auto now = client_.simulator().now();
    if (std::exchange(client_ends_, client_.ends()) != client_.ends()) {
        client_ended_ = now;
    }
    made->client_runs = client_.started() && now - client_ended_ > longest_close;
    if (chance.one_in(3)) {
        const auto limit = chance.between(0ms, chance.of<Duration>({20ms, 1000ms, 8000ms}));
        made->deadline = client_.simulator().now() + limit;
        made->options.timeout(limit);
    }
    if (chance.one_in(6)) {
        std::stop_source stop;
        made->options.stop_token(stop.get_token());
        client_.process().after(chance.between(0ms, 3000ms), [made, stop]() mutable {
            made->cancelled = true;
            stop.request_stop();
        });
    }
    return made;
}

void LockUser::on_failed(const Acquisition& acquisition, const char* what, const Error& error) {
    client_.process().note("does not get", what, error.code().value());
    auto& tally = client_.simulator().tally();
    bool expected = false;
    if (error.code() == ClientErrc::lock_timeout) {
        tally.add(Count::lock_timeouts);
        expected = client_.simulator().now() >= acquisition.deadline;
    } else if (error.code() == ClientErrc::cancelled) {
        tally.add(Count::cancelled_locks);
        expected = acquisition.cancelled || acquisition.cancels != cancels_;
    } else {
        tally.add(Count::failed_locks);
        const bool ended = !acquisition.client_runs || acquisition.client_ends != client_.ends();
        expected = (error.code() == ClientErrc::connection_closed && ended) ||
                   error.code() == ClientErrc::queue_full ||
                   error.code() == ClientErrc::too_many_watches;
    }
    if (!expected) {
        fail(std::string(what) + " failed without a reason: " + error.message());
    }
}

void LockUser::on_expired() {
    for (const auto& look : *looks_) {
        look();
    }
}

void LockUser::at_rest() {
    if (*under_way_ != 0) {
        fail(std::to_string(*under_way_) + " acquisitions or holds hang");
    }
}

void LockUser::fail(const std::string& what) {
    client_.simulator().verdict().fail(client_.process().name() + ": " + what);
}

}  // namespace kazoo::sim
