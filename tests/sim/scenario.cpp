// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include "checks/leak_check.hpp"
#include "cluster.hpp"
#include "faults.hpp"
#include "network.hpp"
#include "recipe_group.hpp"
#include "recorder.hpp"
#include "sim_client.hpp"
#include "workload.hpp"

#include <memory>

namespace kazoo::sim {
namespace {

Count count_of(const Call& call) {
    if (call.good()) {
        return Count::calls_good;
    }
    switch (call.outcome) {
        case Outcome::not_sent:
            return Count::calls_not_sent;
        case Outcome::not_applied:
            return Count::calls_not_applied;
        case Outcome::unknown:
            break;
    }
    return Count::calls_unknown;
}

// Since the end of the faults; recover() lasts for 54 s.
constexpr auto all_connected = 28s;
constexpr auto last_acquisition = 38s;

class Scenario {
public:
    Scenario(std::uint64_t seed, const ScenarioOptions& options)
        : simulator_(seed, options.trace),
          begin_(simulator_.now()),
          clients_wanted_(simulator_.chance().between(2, 5)),
          defect_injector_(make_defect_injectors(options.defect)),
          cluster_(simulator_, cluster_options(), pointers()),
          network_(simulator_, static_cast<std::size_t>(clients_wanted_), cluster_.acceptors()),
          recorder_(simulator_, cluster_, simulator_.chance().one_in(3) ? "/c" : "") {
        plant_roots(cluster_, recorder_.chroot());
        const auto kind =
            options.recipe ? *options.recipe : choose_recipe(simulator_.chance(), options.defect);
        group_ = make_recipe_group(kind, simulator_, cluster_, recorder_);
        for (int i = 0; i < clients_wanted_; ++i) {
            clients_.push_back(std::make_unique<SimClient>(
                simulator_,
                network_,
                *defect_injector_[static_cast<std::size_t>(i)],
                recorder_,
                i,
                uses_sasl()
            ));
            workloads_.push_back(std::make_unique<Workload>(*clients_.back()));
        }
        if (group_.make_user) {
            add_recipe_users();
        }
    }
    Scenario(const Scenario&) = delete;
    ~Scenario() {
        users_.clear();
        workloads_.clear();
        for (const auto& client : clients_) {
            client->destroy();
        }
        simulator_.clear();
    }

    void run() {
        cluster_.when_expired([this](std::int64_t session) {
            for (const auto& client : clients_) {
                client->on_expired(session);
            }
            recorder_.locks().on_expired(session);
            for (const auto& user : users_) {
                user->on_expired();
            }
        });
        look_at_leases();
        run_with_faults();
        if (good()) recover();
        if (good()) end();
        if (good()) recorder_.at_end();
    }

    [[nodiscard]] ScenarioResult result() {
        ScenarioResult result;
        result.faults = simulator_.verdict().faults();
        result.hash = simulator_.trace().hash();
        result.tally = simulator_.tally();
        result.tally.add(Count::seeds);
        result.tally.add(Count::steps, simulator_.events());
        result.tally.add(Count::simulated_ms, simulated_ms());
        result.tally.add(Count::writes, cluster_.chronicle().writes().size());
        for (const auto& call : recorder_.calls()) {
            result.tally.add(Count::calls);
            result.tally.add(count_of(call));
        }
        return result;
    }

private:
    std::vector<std::unique_ptr<DefectInjector>> make_defect_injectors(Defect defect) {
        std::vector<std::unique_ptr<DefectInjector>> all;
        for (int i = 0; i < clients_wanted_; ++i) {
            all.push_back(std::make_unique<DefectInjector>(defect, simulator_.chance().next()));
        }
        return all;
    }
    std::vector<DefectInjector*> pointers() const {
        std::vector<DefectInjector*> all;
        for (const auto& defect_injector : defect_injector_) {
            all.push_back(defect_injector.get());
        }
        return all;
    }
    Cluster::Options cluster_options() {
        auto& chance = simulator_.chance();
        Cluster::Options options;
        options.members = chance.of<std::size_t>({1, 1, 3});
        options.tick = server::Milliseconds(chance.between(200, 1000));
        options.minor_version = chance.of<int>({9, 9, 9, 8, 7, 6, 5});
        options.seed = chance.next();
        using enum Cluster::Sasl;
        options.sasl = chance.of<Cluster::Sasl>({none, none, none, offered, required});
        return options;
    }
    bool uses_sasl() {
        return cluster_.sasl() == Cluster::Sasl::required ||
               (cluster_.sasl() == Cluster::Sasl::offered && simulator_.chance().one_in(2));
    }

    /// Caches follow what the workloads do; other recipes have nodes of their own.
    void add_recipe_users() {
        for (int i = 0; i < clients_wanted_; ++i) {
            const auto number = static_cast<std::size_t>(i);
            if (group_.kind == RecipeKind::caches) {
                workloads_[number]->keep_sessions();
            } else {
                workloads_[number]->make_room();
            }
            users_.push_back(group_.make_user(*clients_[number]));
        }
    }

    [[nodiscard]] std::uint64_t simulated_ms() const {
        const auto time = simulator_.now() - begin_;
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(time).count()
        );
    }
    [[nodiscard]] bool good() { return simulator_.verdict().good(); }

    void look_at_leases() {
        for (const auto& client : clients_) {
            client->check_lease();
        }
        simulator_.after(50ms, [this] { look_at_leases(); });
    }

    void run_with_faults() {
        const auto end = simulator_.now() + simulator_.chance().between(15'000ms, 45'000ms);
        for (const auto& workload : workloads_) {
            workload->run_until(end + 4s);
        }
        for (const auto& user : users_) {
            user->run_until(end + last_acquisition);
        }
        Faults faults(simulator_, network_, cluster_, clients_);
        if (!simulator_.chance().one_in(10)) {
            faults.run_until(end);
        }
        simulator_.run_until(end);
        for (const auto& workload : workloads_) {
            workload->stop_restarting();
        }
        for (const auto& user : users_) {
            user->calm_down();
        }
        recorder_.calm_from(end + all_connected);
    }

    /// Long enough for a dead connection and a pending attempt to time out, and for a client then
    /// to find a server.
    void recover() {
        simulator_.run_for(54s);
        if (!good()) return;
        for (const auto& client : clients_) {
            client->check_state();
            if (client->started() && !client->connected()) {
                simulator_.verdict().fail(client->process().name() + ": is not connected again");
            }
            if (client->exists() && client->heard() != client->zk().state()) {
                simulator_.verdict().fail(
                    client->process().name() + ": its listener heard " +
                    to_string(client->heard()) + " last, and it is " +
                    to_string(client->zk().state())
                );
            }
        }
        for (const auto& user : users_) {
            user->at_rest();
        }
        recorder_.check_hanging(12s);
        recorder_.at_rest();
        for (const auto& client : clients_) {
            if (client->connected()) {
                client->check_followers(cluster_.chronicle());
            }
        }
        check_ephemerals(cluster_.chronicle(), cluster_.tree_of_all(), simulator_.verdict());
    }

    void end() {
        for (const auto& client : clients_) {
            client->process().after(0ms, [&client = *client] { client.stop(); });
        }
        simulator_.run_for(13s);  // longer than the longest close_timeout
        if (!good()) return;
        for (const auto& client : clients_) {
            check_end(*client);
        }
        for (const auto& client : clients_) {
            client->process().after(0ms, [&client = *client] { client.destroy(); });
        }
        simulator_.run_for(20s);  // longer than the longest session timeout
        if (!good()) return;
        for (const auto& client : clients_) {
            check_end(*client);
        }
        if (cluster_.tree_of_all().sessions().size() != 0) {
            simulator_.verdict().fail("the servers keep sessions without a client");
        }
        check_ephemerals(cluster_.chronicle(), cluster_.tree_of_all(), simulator_.verdict());
    }

    void check_end(SimClient& client) {
        ClientLeaks leaks;
        leaks.calls_under_way = client.under_way();
        leaks.connections = client.open_connections();
        leaks.backlog = client.handler()->backlog();
        leaks.backlog_bytes = client.handler()->backlog_bytes();
        leaks.handler_users = client.handler()->users();
        leaks.client_lives = client.has_former_client();
        check_leaks(client.process().name(), leaks, simulator_.verdict());
    }

    Simulator simulator_;
    const TimePoint begin_;
    const int clients_wanted_;
    const std::vector<std::unique_ptr<DefectInjector>> defect_injector_;
    Cluster cluster_;
    Network network_;
    Recorder recorder_;
    std::vector<std::unique_ptr<SimClient>> clients_;
    std::vector<std::unique_ptr<Workload>> workloads_;
    RecipeGroup group_;
    std::vector<std::unique_ptr<RecipeUser>> users_;  // empty, or one for each client
};

}  // namespace

ScenarioResult run_scenario(std::uint64_t seed, const ScenarioOptions& options) {
    Scenario scenario(seed, options);
    scenario.run();
    return scenario.result();
}

}  // namespace kazoo::sim
