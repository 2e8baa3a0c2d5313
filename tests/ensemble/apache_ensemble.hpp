// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chaos/committed_log.hpp"
#include "support/apache_process.hpp"
#include "support/server_status.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::ensemble_tests {

/// The ports of a member, all on 127.0.0.1.
struct MemberPorts {
    std::uint16_t quorum = 0;
    std::uint16_t election = 0;
    std::uint16_t client = 0;
};

/// One server of an ensemble, with a temporary data directory that its restarts share. Not
/// thread-safe.
class EnsembleMember {
public:
    /// Server `number`, counted from 1, of those with `ports`. `settings` are added to its
    /// configuration.
    EnsembleMember(
        std::size_t number,
        const std::vector<MemberPorts>& ports,
        const std::vector<std::string>& settings
    );
    ~EnsembleMember();
    EnsembleMember(const EnsembleMember&) = delete;
    EnsembleMember& operator=(const EnsembleMember&) = delete;

    /// Starts the process without waiting until it serves.
    void start();
    /// Sends SIGTERM or SIGKILL, and waits until the process has ended.
    void stop();
    void kill9();
    /// True if the process was started and has not ended.
    [[nodiscard]] bool running() { return !process_.exited(); }

    /// Its id in the configuration.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    /// "127.0.0.1:port" for clients.
    [[nodiscard]] std::string hosts() const;
    /// Empty if it does not run or does not answer.
    [[nodiscard]] testing_support::ServerStatus status();
    /// The transaction logs and the console output of all starts.
    [[nodiscard]] chaos::ServerFiles files() const;
    /// The console output of all starts.
    [[nodiscard]] std::string log() const;

private:
    const std::string id_;
    const std::uint16_t client_port_;
    const std::filesystem::path directory_;
    testing_support::ApacheProcess process_;
};

/// Three Apache ZooKeeper servers on 127.0.0.1 that can be reconfigured and serve reads without a
/// quorum (read-only mode). Not thread-safe. Failures throw std::runtime_error with the ends of the
/// servers' logs. The servers are killed when this object is destroyed, and when the process ends.
class ApacheEnsemble {
public:
    static constexpr std::size_t size = 3;
    /// Credentials of the scheme "digest" that may change the configuration.
    static constexpr const char* administrator = "super:admin";

    /// Returns what this machine lacks to run Apache ZooKeeper; empty if nothing.
    [[nodiscard]] static std::string lacking();

    /// Starts all members and waits until they serve. `settings` are added to the configuration of
    /// each.
    void start(const std::vector<std::string>& settings = {});
    [[nodiscard]] EnsembleMember& operator[](std::size_t member) { return *members_[member]; }
    /// A hosts string with all members; with `first`, that member is the first one.
    [[nodiscard]] std::string hosts(std::size_t first = 0) const;

    /// Waits until all members that run serve and one of them leads; returns which one.
    std::size_t wait_leader();
    /// Waits likewise; returns one that follows.
    std::size_t wait_follower();
    /// Waits until the member is in that mode.
    void wait_mode(std::size_t member, const std::string& mode);
    /// Waits until all members that run have the same last transaction; returns its zxid. At least
    /// one transaction must follow an election.
    std::int64_t wait_in_sync();
    /// Kills all members and merges their transaction logs.
    [[nodiscard]] chaos::CommittedLog end();

private:
    [[nodiscard]] std::vector<testing_support::ServerStatus> status_of_running();
    [[noreturn]] void fail(const std::string& what) const;

    std::vector<std::unique_ptr<EnsembleMember>> members_;
};

}  // namespace kazoo::ensemble_tests
