// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "chance.hpp"
#include "codec/multi.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::sim {

/// Defects of transactions and multi-reads: changes requests, and replies so that clients can
/// decode them. All functions take and append whole frames.
class MultiDefects {
public:
    explicit MultiDefects(Chance& chance) : chance_(chance) {}

    /// Sends a check in place of a deletion, so that it is not applied.
    void drop_a_deletion(base::Buffer& out, std::span<const std::byte> frame);
    /// Reports the deletion that was dropped as applied.
    void hide_the_drop(base::Buffer& out, std::span<const std::byte> frame);
    /// Names the operation before the one that failed.
    static void blame_another(base::Buffer& out, std::span<const std::byte> frame);
    /// Reports another path of a node that was created.
    static void name_another_path(base::Buffer& out, std::span<const std::byte> frame);
    /// Notes what a multi-read asks for, and passes it on.
    void note_reads(base::Buffer& out, std::span<const std::byte> frame);
    /// Answers one read with an earlier result.
    void mix_reads(base::Buffer& out, std::span<const std::byte> frame);

private:
    Chance& chance_;
    std::map<std::int32_t, std::size_t> dropped_;             // positions, by xid
    std::map<std::int32_t, std::vector<std::string>> reads_;  // paths, by xid
    using Subject = std::pair<std::string, codec::Opcode>;
    std::map<Subject, codec::MultiResult> first_results_;
};

}  // namespace kazoo::sim
