// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "chance.hpp"
#include "defect.hpp"
#include "multi_defects.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace kazoo::sim {

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
                defect_ == Defect::other_sessions || defect_ == Defect::unchecked_owners ||
                defect_ == Defect::silent_losses || defect_ == Defect::double_increments);
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
