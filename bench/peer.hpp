// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child.hpp"
#include "run.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// Another client, in a process of its own, which performs the scripts of this program:
///
///     <command> <host:port> <path> <size of the data> <operations in flight>
///
/// The node exists. Once connected, the process prints "ready", or "skipped: <reason>" if something
/// that it needs is missing. Then it reads lines `<script> <count>`, such as "pipelined-get 1000",
/// performs that many operations after a tenth of them that is not measured, and prints a line
/// `<operations per second> <CPU us per operation> <p50 us> <p99 us>`. It ends with its input.
struct PeerKind {
    std::string name;
    std::vector<std::string> command;
    std::string directory;   ///< in which to run the command; empty: that of this process
    std::size_t slower = 1;  ///< see Contestant::slower
};

/// Returns the other clients that this program knows, installed or not.
[[nodiscard]] const std::vector<PeerKind>& peer_kinds();

/// Something that the peer needs is missing.
class PeerSkipped : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Peer {
public:
    /// Throws PeerSkipped, or std::runtime_error if the peer cannot be run.
    Peer(const PeerKind& kind, const Target& target);
    [[nodiscard]] Figures turn(Script script, std::size_t count);

private:
    Child process_;
};

}  // namespace bench
