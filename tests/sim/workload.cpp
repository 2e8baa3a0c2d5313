// SPDX-License-Identifier: Apache-2.0
#include "workload.hpp"

#include "programs.hpp"

#include <cstddef>
#include <iterator>

namespace kazoo::sim {

void plant_roots(Cluster& cluster, const std::string& chroot) {
    std::vector<std::string> paths;
    if (!chroot.empty()) {
        paths.push_back(chroot);
    }
    for (const auto* root : history::roots) {
        paths.push_back(chroot + root);
    }
    paths.push_back(chroot + held_nodes);
    paths.push_back(chroot + "/k/counter");
    cluster.plant(paths);
}

/// Some clients are ended from inside a listener or a watch function.
Workload::Workload(SimClient& client) : client_(client), op_generator_(client.chance(), 5, 4) {
    const auto end_one_in = [this](std::uint32_t n) {
        auto& chance = client_.chance();
        if (!restarts_enabled_ || !client_.started() || !chance.one_in(n)) {
            return;
        }
        end_client(chance.one_in(3));
        if (client_.exists() && chance.one_in(3)) {
            client_.start();
        }
        start_later();
    };
    client_.interrupt_by([=] { end_one_in(25); }, [=] { end_one_in(60); });
}

void Workload::run_until(TimePoint end) {
    auto& chance = client_.chance();
    client_.process().after(chance.between(1ms, 1000ms), [this, end] {
        client_.start();
        follow();
        tick(end);
    });
}

void Workload::tick(TimePoint end) {
    client_.check_state();
    auto& chance = client_.chance();
    if (restarts_enabled_ && chance.one_in(40)) {
        life();
    } else if (restarts_enabled_ && !keeps_sessions_ && chance.one_in(40)) {
        hand_over();
    }
    const int most = has_room_ ? 1 : 3;
    for (int burst = chance.one_in(10) ? chance.between(5, 15) : chance.between(0, most); burst > 0;
         --burst) {
        one_call();
    }
    if (!restarts_enabled_ && chance.one_in(6)) {
        hold_nodes();  // now no end of the client excuses nodes that it does not delete
    }
    const auto pause = chance.between(20ms, 700ms);
    if (client_.simulator().now() + pause < end) {
        client_.process().after(pause, [this, end] { tick(end); });
    }
}

/// Ends the client in one of several ways and starts it again later.
void Workload::life() {
    auto& chance = client_.chance();
    if (!client_.started()) {
        return;
    }
    stop();
    if (chance.one_in(3)) {
        client_.start();  // while the former session is still ending
    }
    start_later();
}

/// In most cases soon enough for the session to continue.
void Workload::hand_over() {
    auto& chance = client_.chance();
    client_.hand_over(
        chance.one_in(6) ? chance.between(0ms, 12'000ms) : chance.between(0ms, 1500ms)
    );
    start_later(chance.between(12'000ms, 15'000ms));  // if nothing could be handed over
}

void Workload::start_later() {
    start_later(client_.chance().between(0ms, 3000ms));
}

void Workload::start_later(Duration pause) {
    client_.process().after(pause, [this] {
        client_.make();
        if (!client_.started()) {
            client_.start();
        }
        follow();
    });
}

/// The watches of a client that was destroyed have ended; others continue, and may be replaced.
void Workload::follow() {
    auto& chance = client_.chance();
    if (!client_.follows() || chance.one_in(3)) {
        client_.follow(op_generator_.anything());
    }
}

void Workload::end_client(bool destroy) {
    destroy ? client_.destroy() : client_.stop();
}

void Workload::stop() {
    auto& chance = client_.chance();
    const auto end = [this, destroy = chance.one_in(3)] { end_client(destroy); };
    if (!chance.one_in(3)) {
        return end();
    }
    const auto result = client_.look("/k", false);  // to stop from inside a callback
    if (result.valid()) {
        result.rawlink([end](const auto&) { end(); });
    }
}

void Workload::one_call() {
    auto& chance = client_.chance();
    switch (chance.below(21)) {
        case 0:
            return client_.cancel_one();
        case 1:
            if (chance.one_in(3)) client_.request_stop();
            return;
        case 2:
            if (chance.one_in(10)) let_run(client_.add_auth());
            return lasting_watch();
        case 3:
            if (chance.one_in(8)) client_.drop_resumed_watches();
            if (chance.one_in(4)) let_run(client_.command());
            return;
        case 4:
            if (chance.one_in(2)) return consistent_read();
            let_run(client_.sync("/k"));
            return;
        case 5:
        case 6:
            return many_steps();
        case 7:
            return watch_and_link();
        case 8:
        case 9:
        case 10:
        case 11:
        case 12:
        case 13:
            return op_generator_.write(client_);
        case 14:
            return chance.one_in(3) ? hold_nodes() : delete_guaranteed();
        case 15:
            return chance.one_in(2) ? delete_guaranteed() : op_generator_.read(client_);
        default:
            return op_generator_.read(client_);
    }
}

/// Adds or removes a handle. Old servers keep one kind of watch per path, so that only a path is
/// used there that nothing else watches.
void Workload::lasting_watch() {
    auto& chance = client_.chance();
    if (chance.one_in(3)) {
        return client_.remove_lasting_watch();
    }
    if (!client_.recorder().watch_modes_coexist()) {
        return client_.add_lasting_watch("/", WatchMode::persistent_recursive);
    }
    const auto mode = chance.one_in(2) ? WatchMode::persistent : WatchMode::persistent_recursive;
    client_.add_lasting_watch(chance.of<const char*>({"/", "/k", "/k/a", "/e", "/t", "/s"}), mode);
}

/// Reads what another client may have written just now.
void Workload::consistent_read() {
    let_run(client_.get_consistent(op_generator_.anything(), client_.recorder().zxid()));
}

/// Makes the next call from inside the callback of the previous one.
void Workload::watch_and_link() {
    const auto path = op_generator_.key();
    const auto result = client_.get(path, true);
    if (result.valid()) {
        result.rawlink([this, path](const AsyncResult<NodeData>& done) {
            if (done.successful()) {
                let_run(client_.set(path, done.value()->stat.version));
            } else {
                let_run(client_.create(path, CreateOptions()));
            }
        });
    }
}

void Workload::many_steps() {
    if (!client_.exists()) {
        return;
    }
    auto& chance = client_.chance();
    switch (chance.below(9)) {
        case 0:
            let_run(client_.ensure_path(op_generator_.branch()));
            return;
        case 1:
            let_run(client_.remove_tree(chance.of<const char*>({"/t/x", "/t/y"})));
            return;
        case 2:
            let_run(increment(client_, "/k/counter"));
            return;
        case 3:
            let_run(queue_up(client_, "/s/lock-"));
            return;
        case 4: {
            const auto first = op_generator_.key();
            let_run(swap(client_, first, op_generator_.key()));
            return;
        }
        case 5:
            return clean_up();
        case 6:
        case 7:
            let_run(commit_once(client_, op_generator_.operations()));
            return;
        default:
            keep_trying(client_, op_generator_.key());
    }
}

void Workload::hold_nodes() {
    for (int nodes = client_.chance().between(1, 3); nodes > 0 && client_.exists(); --nodes) {
        let_run(hold_node(client_));
    }
}

/// Deletes nodes as they were when this program read them. Others may be there by now.
void Workload::delete_guaranteed() {
    auto& chance = client_.chance();
    for (int deletes = chance.between(0, 4); deletes > 0 && !czxids_.empty(); --deletes) {
        const auto which = static_cast<std::ptrdiff_t>(chance.below(czxids_.size()));
        const auto& [path, czxid] = *std::next(czxids_.begin(), which);
        let_run(client_.remove_guaranteed(path, czxid));
    }
    const auto path = chance.one_in(2) ? op_generator_.own() : op_generator_.key();
    if (czxids_.contains(path) && !chance.one_in(30)) {
        return;
    }
    const auto result = client_.look(path, false);
    if (result.valid()) {
        result.rawlink([this, path](const AsyncResult<std::optional<ZnodeStat>>& done) {
            if (done.successful() && *done.value()) {
                czxids_[path] = (*done.value())->czxid;
            }
        });
    }
}

/// Starts a program that cleans up, and cancels it up to twice.
void Workload::clean_up() {
    using Protection = Cleanup::Protection;
    auto& chance = client_.chance();
    auto& recorder = client_.recorder();
    auto& cleanup = recorder.begin_cleanup(client_.number());
    cleanup.protection = chance.one_in(2) ? Protection::section : Protection::reset;
    if (client_.defect() == Defect::cancelled_cleanups) {
        cleanup.protection = Protection::none;
    }
    const auto program = use_node(client_, cleanup);
    recorder.follow(cleanup, program);
    for (int cancels = chance.between(0, 2); cancels > 0; --cancels) {
        client_.process().after(chance.between(0ms, 2500ms), [this, &cleanup, program] {
            client_.process().note("cancels program", cleanup.number);
            cancel(cleanup, program);
        });
    }
}

}  // namespace kazoo::sim
