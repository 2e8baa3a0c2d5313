// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "chance.hpp"
#include "multi_defects.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace kazoo::sim {

/// A defect planted between client and server, or in a program, to prove that the checks detect it.
enum class Defect {
    none,
    writes_twice,        ///< a write reaches the server twice
    no_events,           ///< watch events are lost
    other_replies,       ///< a read gets the reply of another path
    old_replies,         ///< a read gets the first reply for its path again
    false_errors,        ///< a write succeeds, but its reply reports an error
    half_transactions,   ///< a transaction is applied without its deletion
    other_operations,    ///< a transaction fails at the operation before
    other_paths,         ///< the result of a transaction has the path of another node
    hidden_markers,      ///< the marker of a transaction is not found
    mixed_reads,         ///< one result of a multi-read is that of an earlier one
    cancelled_cleanups,  ///< programs do not protect their cleanup from cancellation
    trusted_pings,       ///< programs take whatever they receive for a proof of their session
    hidden_nodes,        ///< a protected create loses its reply and does not find its node
    other_sessions,      ///< a protected create returns its node of an earlier session
    idle_deletes,        ///< guaranteed deletes look for another czxid
    short_deletes,       ///< guaranteed deletes end with their caller
    blind_deletes,       ///< guaranteed deletes ignore the czxid
    closed_handovers,    ///< a client closes the session that it hands over
    lost_watches,        ///< a session is handed over without its watches
    old_handovers,       ///< a session is handed over as if it had seen nothing
    early_locks,         ///< a contender takes a lock without waiting for its turn
    unguarded_writes,    ///< the holder of a lock writes without a guard
    trusted_locks,       ///< the holder of a lock does not notice that it is lost
    certain_locks,       ///< the holder of a lock is certain of it as long as it is held
    kept_locks,          ///< locks are not released
    uninvited_leases,    ///< a lease of a semaphore is taken without its inner lock
};

/// Whether a defect is one of the programs that use locks.
[[nodiscard]] constexpr bool is_of_locks(Defect defect) noexcept {
    return defect >= Defect::early_locks;
}

/// Applies a defect to the frames of one client. They pass unchanged if the defect is none of
/// frames.
class DefectInjector {
public:
    DefectInjector(Defect defect, std::uint64_t seed) : defect_(defect), chance_(seed) {}

    [[nodiscard]] Defect defect() const noexcept { return defect_; }

    /// Takes whole frames from the client and returns what to forward.
    [[nodiscard]] base::Buffer requests(std::span<const std::byte> frames);
    [[nodiscard]] base::Buffer replies(std::span<const std::byte> frames);

private:
    struct Asked {
        std::int32_t op = 0;
        std::string path;
    };
    [[nodiscard]] bool changes_frames() const noexcept {
        return defect_ != Defect::none &&
               (defect_ < Defect::cancelled_cleanups || defect_ == Defect::hidden_nodes ||
                defect_ == Defect::other_sessions);
    }
    void request(base::Buffer& out, std::span<const std::byte> frame);
    void handshake(base::Buffer& out, std::span<const std::byte> frame);
    void reply(base::Buffer& out, std::span<const std::byte> frame);
    void successful_reply(base::Buffer& out, std::span<const std::byte> frame, const Asked& asked);
    [[nodiscard]] bool loses_reply(const Asked& asked);
    void read_reply(base::Buffer& out, std::span<const std::byte> frame, const Asked& asked);

    const Defect defect_;
    Chance chance_;
    std::map<std::int32_t, Asked> asked_;           // by xid
    std::map<std::string, base::Buffer> answered_;  // replies to get_data, by path
    std::string last_path_;
    bool forgets_session_ = false;
    MultiDefects multi_{chance_};
};

}  // namespace kazoo::sim
