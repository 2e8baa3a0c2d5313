// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include <sstream>
#include <string_view>

namespace bench {
namespace {

const std::string peers = KAZOO_BENCH_DIRECTORY "/peers";

std::vector<std::string> command_of(const PeerKind& kind, const Target& target) {
    auto command = kind.command;
    command.push_back(kazoo::to_string(target.server));
    command.push_back(target.path);
    command.push_back(std::to_string(target.data.size()));
    command.push_back(std::to_string(target.window));
    return command;
}

}  // namespace

const std::vector<PeerKind>& peer_kinds() {
    static const std::vector<PeerKind> kinds{
        {"c-client", {program_beside("bench_c_client")}, {}, 4},
        {"go", {"sh", peers + "/go/run"}, {}, 2},
        {"java", {"sh", peers + "/java/run"}, {}, 3},
        {"python-kazoo", {"sh", peers + "/python/run"}, {}, 10},
    };
    return kinds;
}

Peer::Peer(const PeerKind& kind, const Target& target)
    : process_(command_of(kind, target), kind.directory) {
    constexpr std::string_view skipped = "skipped: ";
    const auto line = process_.read_line();
    if (!line) {
        // 127: a shell has not found the program.
        throw PeerSkipped("the program cannot be run");
    }
    if (line->starts_with(skipped)) {
        throw PeerSkipped(line->substr(skipped.size()));
    }
    if (*line != "ready") {
        throw std::runtime_error(kind.name + ": " + *line);
    }
}

Figures Peer::turn(Script script, std::size_t count) {
    const auto& name = script_names[static_cast<std::size_t>(script)];
    process_.write_line(std::string(name) + ' ' + std::to_string(count));
    const auto line = process_.read_line();
    std::istringstream words(line.value_or("the process has ended"));
    Figures figures;
    if (!(words >> figures.throughput >> figures.cpu >> figures.p50 >> figures.p99)) {
        throw std::runtime_error(words.str());
    }
    return figures;
}

}  // namespace bench
