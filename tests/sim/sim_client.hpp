// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/lease.hpp"
#include "followers.hpp"
#include "history/caller.hpp"
#include "history/checks/states.hpp"
#include "recorder.hpp"
#include "sim_handler.hpp"

#include <kazoo/client.hpp>
#include <kazoo/detail/lease_use.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kazoo::sim {

/// A program that uses the library: one KazooClient after the other, in one simulated process. Its
/// calls are recorded. With SASL each connection authenticates, unless the credentials happen to be
/// missing. Outlives all events of the simulator.
class SimClient : public history::Caller<SimClient> {
public:
    SimClient(
        Simulator& simulator,
        Network& network,
        DefectInjector& defect_injector,
        Recorder& recorder,
        int number,
        bool sasl
    );
    ~SimClient();
    SimClient(const SimClient&) = delete;

    // Lifecycle.

    void make();
    void start();
    void stop();
    /// Stops the client by destroying it.
    void destroy();
    /// Hands the session over to a new client of this program, which starts after `pause`, unless
    /// the program starts another one before.
    void hand_over(Duration pause);
    [[nodiscard]] bool exists() const noexcept { return zk_ != nullptr; }
    [[nodiscard]] bool started() const noexcept { return started_; }
    [[nodiscard]] bool connected() const noexcept { return zk_ && zk_->connected(); }
    /// Checks the reported state against the client's clock, once its timers have run.
    void check_state();
    /// Checks until when its session is certain, at any time.
    void check_lease();
    void on_expired(std::int64_t session) {
        lease_check_.on_expired(session);
        check_lease();
    }

    // Calls beyond those of history::Caller.

    AsyncResult<void> add_auth();
    AsyncResult<std::string> command();
    /// Adds a handle of a persistent or recursive watch.
    void add_lasting_watch(std::string path, WatchMode mode);
    /// Removes one of the handles.
    void remove_lasting_watch();
    /// Deletes a node without a deadline. Only the caller can cancel it.
    AsyncResult<void> clean_up(const std::string& path);

    /// Creates a protected node.
    AsyncResult<CreatedNode> create_protected(const std::string& path, const CreateOptions& create);
    /// Deletes the node with this czxid.
    AsyncResult<void> remove_guaranteed(const std::string& path, std::int64_t czxid);
    void drop_resumed_watches();

    /// Follows a node by the watches of <kazoo/recipes/>.
    void follow(std::string path);
    /// Returns whether it follows a node with the present client.
    [[nodiscard]] bool follows() const noexcept { return followers_.active(); }

    /// Called from every state listener and every watch function of this program's clients.
    using Interruption = std::function<void()>;
    void interrupt_by(Interruption in_listener, Interruption in_watch) {
        in_listener_ = std::move(in_listener);
        in_watch_ = std::move(in_watch);
    }

    void cancel_one() { recorder_.cancel_one(number_); }
    /// Cancels every call that was made with the current stop token.
    void request_stop();

    // For the checks and the faults.

    [[nodiscard]] KazooClient& zk() noexcept { return *zk_; }
    [[nodiscard]] int number() const noexcept { return number_; }
    /// The number of clients that this program has had.
    [[nodiscard]] std::size_t lives() const noexcept { return former_.size(); }
    /// How often a client of this program was stopped or destroyed, or has left its session.
    [[nodiscard]] std::size_t ends() const noexcept { return ends_; }
    [[nodiscard]] const ClientLimits& limits() const noexcept { return options_.limits(); }
    [[nodiscard]] Process& process() noexcept { return process_; }
    /// Suspends the process for this long.
    void freeze(Duration time);
    /// Makes name lookups slow for this long.
    void slow_names(Duration time) { host_.slow_names_until = simulator_.now() + time; }
    [[nodiscard]] Simulator& simulator() noexcept { return simulator_; }
    [[nodiscard]] Recorder& recorder() noexcept { return recorder_; }
    [[nodiscard]] Defect defect() const noexcept { return host_.defect_injector.defect(); }
    [[nodiscard]] Chance& chance() noexcept { return simulator_.chance(); }
    [[nodiscard]] const std::shared_ptr<SimHandler>& handler() const noexcept { return handler_; }
    /// True while a former client of this program still exists.
    [[nodiscard]] bool has_former_client() const;
    void check_followers(const Chronicle& chronicle) {
        followers_.at_rest(chronicle, recorder_.on_server(followers_.path()));
    }
    [[nodiscard]] std::size_t open_connections();
    [[nodiscard]] std::size_t under_way() const { return recorder_.under_way(number_); }
    [[nodiscard]] KazooState heard() const noexcept { return states_->last(); }

private:
    friend Caller;

    void make(ClientOptions options);
    void take_over(const SessionHandover& session, std::int64_t requested);
    void listen_for_resumption(std::uint32_t number, const SessionHandover& session);
    [[nodiscard]] bool turn(const char* does, bool started);
    [[nodiscard]] SaslMechanismFactory sasl();
    [[nodiscard]] ClientOptions options();
    Call& begin(Act act, const std::string& path);
    [[nodiscard]] CallOptions call_options();
    [[nodiscard]] CallOptions impatient_options();
    [[nodiscard]] Watcher watcher(Call& call, bool watches);
    void read_again(std::uint32_t number);
    template <class T, class Make>
    AsyncResult<T> call(Act act, const std::string& path, Make make) {
        if (!zk_) {
            return {};
        }
        auto& call = begin(act, path);
        return recorder_.follow(call, host_, *handler_, AsyncResult<T>(make(call)));
    }

    Simulator& simulator_;
    Recorder& recorder_;
    const int number_;
    Process process_;
    ClientHost host_;
    std::vector<std::weak_ptr<Cadence>> cadences_;
    std::shared_ptr<SimHandler> handler_;
    std::shared_ptr<StateCheck> states_;
    ClientOptions options_;
    struct Handle {
        std::uint32_t number = 0;  // of the check
        WatchHandle handle;
    };
    std::vector<Handle> lasting_watches_;
    std::unique_ptr<KazooClient> zk_;
    LeaseCheck lease_check_;
    std::optional<detail::LeaseUse> lease_use_;
    bool started_ = false;
    std::size_t ends_ = 0;
    bool detaching_ = false;
    std::uint32_t handover_ = 0;  // number of that of the present client; 0 if there is none
    std::stop_source stops_;
    std::vector<std::weak_ptr<detail::client::Core>> former_;
    Interruption in_listener_ = [] {};
    Interruption in_watch_ = [] {};
    Followers followers_;
};

}  // namespace kazoo::sim
