// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "defect_injector.hpp"
#include "history/chronicle.hpp"
#include "server/sasl/sasl_users.hpp"
#include "server_member.hpp"
#include "server_observer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::sim {

/// The simulated servers: one, or an ensemble with a shared state. Takes the place of the hub.
class Cluster {
public:
    /// Whether clients may authenticate by SASL, as the user "sim", or have to.
    enum class Sasl { none, offered, required };
    struct Options {
        std::size_t members = 1;
        server::Milliseconds tick{1000};
        int minor_version = 9;  // of Apache ZooKeeper 3
        std::uint64_t seed = 0;
        Sasl sasl = Sasl::none;
    };

    Cluster(
        Simulator& simulator, const Options& options, std::vector<DefectInjector*> defect_injector
    );
    ~Cluster();

    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    [[nodiscard]] int minor_version() const noexcept { return minor_version_; }
    [[nodiscard]] Sasl sasl() const noexcept { return sasl_; }
    [[nodiscard]] ServerMember& operator[](std::size_t member) { return *members_[member]; }
    [[nodiscard]] std::vector<Acceptor*> acceptors() const;
    [[nodiscard]] const Chronicle& chronicle() const noexcept { return chronicle_; }
    [[nodiscard]] const server::Database& tree_of_all() const noexcept { return state_; }

    /// Creates nodes before any client exists.
    void plant(const std::vector<std::string>& paths);
    /// Ends a random session as if its timeout had expired; returns false if there is none.
    bool expire_one();
    /// `expired(session)` is called for each session whose timeout expires, at that time.
    void when_expired(std::function<void(std::int64_t)> expired) { expired_ = std::move(expired); }

    // For the members.

    [[nodiscard]] Simulator& simulator() noexcept { return simulator_; }
    [[nodiscard]] server::Database& state() noexcept { return state_; }
    /// Null without SASL.
    [[nodiscard]] const std::shared_ptr<const server::SaslUsers>& sasl_users() const noexcept {
        return sasl_users_;
    }
    [[nodiscard]] server::Time time() const;
    [[nodiscard]] DefectInjector& defect_injector(std::size_t client) {
        return *defect_injector_[client];
    }

    /// Scope in which a server handles one input. The end of the outermost turn serves all members
    /// and arms the next deadline.
    class Turn {
    public:
        Turn(Cluster& cluster, Author author);
        ~Turn();
        Turn(const Turn&) = delete;

    private:
        Cluster& cluster_;
    };

private:
    void pump();
    void arm();
    void on_deadline();
    void ask_for_reports();

    Simulator& simulator_;
    const server::Milliseconds tick_;
    const int minor_version_;
    const Sasl sasl_;
    const std::shared_ptr<const server::SaslUsers> sasl_users_;
    std::vector<DefectInjector*> defect_injector_;
    Chronicle chronicle_;
    ServerObserver server_observer_{chronicle_};
    server::Database state_;
    std::vector<std::unique_ptr<ServerMember>> members_;
    server::SteadyTime armed_for_ = server::no_deadline;
    int turns_ = 0;
    std::function<void(std::int64_t)> expired_ = [](std::int64_t) {};
};

}  // namespace kazoo::sim
