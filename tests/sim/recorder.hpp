// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/cleanup.hpp"
#include "checks/locks.hpp"
#include "cluster.hpp"
#include "history/call.hpp"
#include "history/call_result.hpp"
#include "history/checks/handovers.hpp"
#include "history/checks/lasting_watches.hpp"
#include "history/checks/order.hpp"
#include "history/checks/reads.hpp"
#include "history/checks/watches.hpp"
#include "sim_handler.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kazoo::sim {

/// Records every call until it completes, and passes it to the checks.
class Recorder {
public:
    /// `chroot`: of all clients; empty if they have none. Calls are recorded with the paths of the
    /// servers.
    Recorder(Simulator& simulator, const Cluster& cluster, std::string chroot);

    /// Returns the path on the servers for a path of the clients.
    [[nodiscard]] std::string on_server(const std::string& path) const;
    [[nodiscard]] WatchedEvent on_server(WatchedEvent event) const;
    [[nodiscard]] const std::string& chroot() const noexcept { return chroot_; }

    /// Records a new call; the caller makes it right away.
    Call& begin(int client, Act act, const std::string& path);
    /// Follows the result of a call and returns it.
    /// The parts and the marker of the call still have the paths of the client.
    template <class T>
    AsyncResult<T> follow(
        Call& call, const ClientHost& host, SimHandler& handler, AsyncResult<T> result
    );

    /// Returns a name that nothing else has.
    [[nodiscard]] std::string new_name() { return "n" + std::to_string(++names_); }

    /// Records a new program that cleans up; the caller starts it right away.
    Cleanup& begin_cleanup(int client);
    /// Follows the result of that program.
    void follow(Cleanup& cleanup, const AsyncResult<void>& program);

    void on_event(const Call& call, const WatchedEvent& event, std::uint64_t event_number);
    [[nodiscard]] history::LastingWatchCheck& lasting_watches() noexcept {
        return lasting_watches_;
    }
    [[nodiscard]] LockCheck& locks() noexcept { return locks_; }
    /// Adds the check of a recipe, which is used until at_end() returns.
    void add(RecipeCheck& check) { recipes_.push_back(&check); }
    /// The faults have been over for a while at `time`, and every client is connected.
    void calm_from(TimePoint time);
    [[nodiscard]] history::HandoverCheck& handovers() noexcept { return handovers_; }
    /// Returns whether the servers have the session.
    [[nodiscard]] bool has_session(std::int64_t session) const;
    /// The client is about to be stopped or destroyed, or to hand over its session: what it does in
    /// the background ends.
    void abandon(int client);
    /// The client hears that its session is over, perhaps some seconds late.
    void on_session_lost(int client);
    /// Returns whether the servers know multi_read.
    [[nodiscard]] bool multi_reads() const noexcept { return multi_reads_; }
    [[nodiscard]] std::int64_t zxid() const noexcept { return chronicle_.zxid(); }
    /// Returns how many servers there are. The reads of a single one are never old.
    [[nodiscard]] std::size_t servers() const noexcept { return cluster_.size(); }
    /// Returns whether the servers keep watches of several kinds on one path.
    [[nodiscard]] bool watch_modes_coexist() const noexcept { return watch_modes_coexist_; }
    /// Cancels a random open call of the client.
    void cancel_one(int client);

    [[nodiscard]] std::size_t under_way(int client) const;
    [[nodiscard]] const std::deque<Call>& calls() const noexcept { return calls_; }
    /// Fails for calls that have been open for longer than `patience`.
    void check_hanging(Duration patience);
    /// Long after the last fault, while all clients are connected.
    void at_rest();
    void at_end();

private:
    void over(Call& call);
    /// Translates what is not translated yet.
    void translate_request(Call& call) const;
    void translate_result(Call& call) const;

    Simulator& simulator_;
    const Cluster& cluster_;
    const Chronicle& chronicle_;
    OrderCheck order_;
    ReadCheck reads_;
    WatchCheck watches_;
    history::LastingWatchCheck lasting_watches_;
    history::HandoverCheck handovers_;
    LockCheck locks_;
    std::vector<RecipeCheck*> recipes_{&locks_};
    const bool watch_modes_coexist_;
    const bool multi_reads_;
    const std::string chroot_;
    std::deque<Call> calls_;
    std::uint32_t names_ = 0;
    std::deque<Cleanup> cleanups_;
    std::map<int, std::map<std::uint32_t, std::function<bool()>>> cancels_;
};

template <class T>
AsyncResult<T> Recorder::follow(
    Call& call, const ClientHost& host, SimHandler& handler, AsyncResult<T> result
) {
    translate_request(call);
    const auto attempts = host.attempts;
    const auto finish = [this, &call, &host, &handler, attempts](detail::ResultStateBase& base) {
        auto& state = static_cast<detail::ResultState<T>&>(base);
        // A multi-read whose connection is lost may be repeated by single reads.
        call.one_request = call.one_request && host.attempts == attempts;
        call.session = host.delivering_session;
        call.events_before = handler.dispatched(Lane::callback);
        history::take_result(call, state);
        translate_result(call);
        over(call);
    };
    result.rawlink([&call](const AsyncResult<T>&) { ++call.callbacks; });
    if (!kazoo::detail::state_of(result)->link_direct(finish)) {
        finish(*kazoo::detail::state_of(result));
    } else {
        auto& cancel = cancels_[call.client][call.number];
        if (call.cancellable) {
            cancel = [result] { return result.cancel(); };
        }
    }
    return result;
}

}  // namespace kazoo::sim
