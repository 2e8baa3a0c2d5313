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
    writes_twice,       ///< a write reaches the server twice
    no_events,          ///< watch events are lost
    other_replies,      ///< a read gets the reply of another path
    old_replies,        ///< a read gets the first reply for its path again
    false_errors,       ///< a write succeeds, but its reply reports an error
    half_transactions,  ///< a transaction is applied without its deletion
    other_operations,   ///< a transaction fails at the operation before
    other_paths,        ///< the result of a transaction has the path of another node
    hidden_markers,     ///< the marker of a transaction is not found
    mixed_reads,        ///< one result of a multi-read is that of an earlier one
    trusted_pings,      ///< programs take whatever they receive for a proof of their session
    cancelled_cleanups  ///< programs do not protect their cleanup from cancellation
};

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
        return defect_ != Defect::none && defect_ != Defect::cancelled_cleanups &&
               defect_ != Defect::trusted_pings;
    }
    void request(base::Buffer& out, std::span<const std::byte> frame);
    void reply(base::Buffer& out, std::span<const std::byte> frame);
    void successful_reply(base::Buffer& out, std::span<const std::byte> frame, const Asked& asked);
    void read_reply(base::Buffer& out, std::span<const std::byte> frame, const Asked& asked);

    const Defect defect_;
    Chance chance_;
    std::map<std::int32_t, Asked> asked_;           // by xid
    std::map<std::string, base::Buffer> answered_;  // replies to get_data, by path
    std::string last_path_;
    MultiDefects multi_{chance_};
};

}  // namespace kazoo::sim
