// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache_ensemble.hpp"
#include "chaos/program.hpp"
#include "chaos/run_check.hpp"
#include "watched_tree.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::ensemble_tests {

/// For what an ensemble does within seconds on a machine that is idle.
constexpr std::chrono::seconds patience{60};

/// Options of a client that reconnects fast and whose session outlives every fault of these tests.
[[nodiscard]] ClientOptions options_for(const std::string& hosts);

/// An ensemble under load: programs that write and read at random, and a client that keeps a copy
/// of the tree. Everything that they have seen is checked against the servers' transaction logs.
class LoadedEnsemble {
public:
    /// Starts it. Throws std::runtime_error if the servers do not start.
    explicit LoadedEnsemble(std::uint64_t seed);

    [[nodiscard]] ApacheEnsemble& servers() noexcept { return servers_; }
    /// The client with the copy of the tree.
    [[nodiscard]] WatchedTree& tree() noexcept { return *tree_; }
    /// The member to which it connects first: a follower.
    [[nodiscard]] std::size_t member_of_tree() const noexcept { return member_of_tree_; }

    /// Waits until each program has made that many more successful calls, and the copy of the tree
    /// has got events. Fails the test if that takes too long.
    void proceed(std::size_t calls = 60);
    /// Ends the load and the clients, and fails the test for everything that the checks find:
    /// a call that was not executed as its result says, a session that was lost, a change of the
    /// tree that was neither reported nor in a gap, an incomplete copy of the tree.
    void finish();
    /// True if the servers of any ensemble have lost transactions that a quorum had logged, which
    /// voids their guarantees to clients: its logs were not checked.
    [[nodiscard]] static bool is_void() noexcept { return is_void_; }

private:
    void come_to_rest();
    void check_tree();
    void check_programs();
    void end_clients();
    void check_logs();
    void print_figures(std::size_t changes);

    static bool is_void_;

    ApacheEnsemble servers_;
    std::size_t member_of_tree_ = 0;
    std::optional<WatchedTree> tree_;
    chaos::Counters counters_;
    std::vector<std::unique_ptr<chaos::Program>> programs_;
    chaos::RunRecord run_record_;
};

}  // namespace kazoo::ensemble_tests
