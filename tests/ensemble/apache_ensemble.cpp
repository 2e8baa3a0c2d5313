// SPDX-License-Identifier: Apache-2.0
#include "apache_ensemble.hpp"

#include "support/files.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace kazoo::ensemble_tests {

using testing_support::ServerStatus;

namespace {

using namespace std::chrono_literals;

constexpr auto address = "127.0.0.1";
constexpr auto probe_limit = 500ms;
/// For a JVM to start, or for an election, on a machine that is busy.
constexpr auto limit = 90s;

std::string line_of(std::size_t number, const MemberPorts& ports) {
    std::ostringstream line;
    line << "server." << number << '=' << address << ':' << ports.quorum << ':' << ports.election
         << ":participant;" << address << ':' << ports.client;
    return line.str();
}

std::vector<MemberPorts> free_ports() {
    std::set<std::uint16_t> distinct;
    while (distinct.size() < 3 * ApacheEnsemble::size) {
        distinct.insert(testing_support::free_port());
    }
    std::vector<MemberPorts> all(ApacheEnsemble::size);
    auto next = distinct.begin();
    for (auto& ports : all) {
        ports.quorum = *next++;
        ports.election = *next++;
        ports.client = *next++;
    }
    return all;
}

bool is_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
        std::error_code ignored;
        if (std::filesystem::exists(std::filesystem::path(directory) / name, ignored)) return true;
    }
    return false;
}

}  // namespace

EnsembleMember::EnsembleMember(
    std::size_t number,
    const std::vector<MemberPorts>& ports,
    const std::vector<std::string>& settings
)
    : id_(std::to_string(number)),
      client_port_(ports[number - 1].client),
      directory_(testing_support::make_directory()),
      process_(directory_) {
    std::filesystem::create_directory(directory_ / "data");
    std::ofstream(directory_ / "data" / "myid") << number << '\n';
    std::vector<std::string> lines{
        "dataDir=" + (directory_ / "data").string(),
        "clientPort=" + std::to_string(client_port_),
        "initLimit=20",
        "syncLimit=10",
        "reconfigEnabled=true",
        "standaloneEnabled=false"};
    for (std::size_t i = 0; i < ports.size(); ++i) lines.push_back(line_of(i + 1, ports[i]));
    lines.insert(lines.end(), settings.begin(), settings.end());
    process_.configure(lines);
}

EnsembleMember::~EnsembleMember() {
    kill9();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void EnsembleMember::start() {
    if (!process_.exited()) return;
    process_.launch(
        {"-Xmx96m",
         "-Dreadonlymode.enabled=true",
         "-Dzookeeper.cnxTimeout=1000",  // elections do not wait long for an unreachable server
         "-Dzookeeper.preAllocSize=1024",
         // Servers of 3.8.0 that synchronize by DIFF can lose transactions that a quorum has
         // committed (ZOOKEEPER-4785).
         "-Dzookeeper.forceSnapshotSync=true",
         // The password of ApacheEnsemble::administrator.
         "-Dzookeeper.DigestAuthenticationProvider.superDigest=super:xQJmxLMiHGwaqBvst5y6rkB6HQs="}
    );
}

void EnsembleMember::stop() {
    process_.end_with(SIGTERM);
}

void EnsembleMember::kill9() {
    process_.end_with(SIGKILL);
}

std::string EnsembleMember::hosts() const {
    return std::string(address) + ":" + std::to_string(client_port_);
}

ServerStatus EnsembleMember::status() {
    if (!running()) return {};
    return testing_support::server_status(address, client_port_, probe_limit);
}

chaos::ServerFiles EnsembleMember::files() const {
    return chaos::read_server(directory_ / "data" / "version-2", log());
}

std::string EnsembleMember::log() const {
    return testing_support::read_file(directory_ / "log");
}

std::string ApacheEnsemble::lacking() {
    if (!is_program("java")) return "java is not installed";
    const bool is_elsewhere = std::getenv("KAZOO_ZOOKEEPER_CLASSPATH") != nullptr;
    const auto* const jar = "/usr/share/java/zookeeper.jar";
    if (!is_elsewhere && !std::filesystem::exists(jar)) {
        return std::string(jar) + " is missing, and KAZOO_ZOOKEEPER_CLASSPATH is not set";
    }
    return {};
}

void ApacheEnsemble::start(const std::vector<std::string>& settings) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        members_.clear();
        const auto ports = free_ports();
        for (std::size_t i = 1; i <= size; ++i) {
            members_.push_back(std::make_unique<EnsembleMember>(i, ports, settings));
            members_.back()->start();
        }
        const auto has_ended = [](const auto& member) { return !member->running(); };
        bool has_failed = false;
        const bool is_up = testing_support::poll_until(limit, [&] {
            has_failed = std::any_of(members_.begin(), members_.end(), has_ended);
            return has_failed || testing_support::all_serve(status_of_running());
        });
        if (is_up && !has_failed) return;
        const bool port_was_taken =
            std::any_of(members_.begin(), members_.end(), [](const auto& member) {
                return member->log().find("Address already in use") != std::string::npos;
            });
        if (!port_was_taken || attempt == attempts) fail("the servers do not start");
    }
}

std::string ApacheEnsemble::hosts(std::size_t first) const {
    std::string all;
    for (std::size_t i = 0; i < size; ++i) {
        all += (all.empty() ? "" : ",") + members_[(first + i) % size]->hosts();
    }
    return all;
}

std::vector<ServerStatus> ApacheEnsemble::status_of_running() {
    std::vector<ServerStatus> all;
    for (const auto& member : members_) {
        if (member->running()) all.push_back(member->status());
    }
    return all;
}

std::size_t ApacheEnsemble::wait_leader() {
    const bool serves = testing_support::poll_until(limit, [this] {
        return testing_support::all_serve(status_of_running());
    });
    for (std::size_t i = 0; serves && i < size; ++i) {
        if (members_[i]->status().mode == "leader") return i;
    }
    fail("there is no leader, or a server that runs does not serve");
}

std::size_t ApacheEnsemble::wait_follower() {
    const auto leader = wait_leader();
    for (std::size_t i = 0; i < size; ++i) {
        if (i != leader && members_[i]->status().mode == "follower") return i;
    }
    fail("there is no follower");
}

void ApacheEnsemble::wait_mode(std::size_t member, const std::string& mode) {
    const bool reached =
        testing_support::poll_until(limit, [&] { return members_[member]->status().mode == mode; });
    if (!reached) fail("server " + members_[member]->id() + " is not in the mode " + mode);
}

std::int64_t ApacheEnsemble::wait_in_sync() {
    std::optional<std::int64_t> zxid;
    testing_support::poll_until(limit, [&] {
        zxid = testing_support::common_zxid(status_of_running());
        return zxid.has_value();
    });
    if (!zxid) fail("the servers do not reach the same transaction");
    return *zxid;
}

chaos::CommittedLog ApacheEnsemble::end() {
    std::vector<chaos::ServerFiles> files;
    for (const auto& member : members_) {
        member->kill9();
        files.push_back(member->files());
    }
    return chaos::merge(files);
}

void ApacheEnsemble::fail(const std::string& what) const {
    constexpr std::size_t much = 3000;
    auto text = what + ". The ends of the servers' logs:";
    for (const auto& member : members_) {
        const auto log = member->log();
        text +=
            "\n--- " + member->id() + "\n" + log.substr(log.size() - std::min(log.size(), much));
    }
    throw std::runtime_error(text);
}

}  // namespace kazoo::ensemble_tests
