// SPDX-License-Identifier: Apache-2.0
#include "member.hpp"

#include "support/files.hpp"

#include <csignal>
#include <fstream>
#include <vector>

namespace kazoo::chaos {

using testing_support::make_directory;
using testing_support::read_file;

Member::Member(int number, int of_all, const Machine& machine)
    : machine_(machine), directory_(make_directory()), process_(directory_) {
    std::filesystem::create_directory(directory_ / "data");
    std::ofstream(directory_ / "data" / "myid") << number << '\n';
    std::vector<std::string> lines{
        "dataDir=" + (directory_ / "data").string(),
        "clientPort=" + std::to_string(client_port),
        "clientPortAddress=" + machine.address(),
        "maxSessionTimeout=20000",
        "initLimit=10",
        "syncLimit=4"};
    const auto network = machine.address().substr(0, machine.address().rfind('.') + 1);
    for (int i = 1; i <= of_all; ++i) {
        const auto each = std::to_string(i);
        lines.push_back("server." + each + "=" + network + each + ":2888:3888");
    }
    process_.configure(lines);
}

Member::~Member() {
    kill9();
    if (kept_) return;
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void Member::start() {
    if (!process_.exited()) return;
    process_.launch(
        {"-Xmx128m",
         "-Dzookeeper.cnxTimeout=1000",  // elections do not wait long for an unreachable server
         "-Dzookeeper.preAllocSize=1024",
         // Servers of 3.8.0 that synchronize by DIFF can lose transactions that a quorum has
         // committed (ZOOKEEPER-4785).
         "-Dzookeeper.forceSnapshotSync=true"},
        machine_.network()
    );
}

void Member::kill9() {
    process_.end_with(SIGKILL);
    paused_ = false;
}

void Member::pause() {
    if (process_.exited() || paused_) return;
    process_.pause();
    paused_ = true;
}

void Member::resume() {
    process_.resume();
    paused_ = false;
}

std::string Member::log() const {
    return read_file(directory_ / "log");
}

}  // namespace kazoo::chaos
