#pragma once

#include "base/buffer.hpp"
#include "chance.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace kazoo::sim {

/// A defect that is planted between client and server, to see that the checks notice.
enum class Defect {
    none,
    writes_twice,   ///< a write reaches the server twice
    no_events,      ///< notifications are lost
    other_replies,  ///< a read is answered with what another path's was
    old_replies,    ///< a read is answered with what it was the first time
    false_errors    ///< a write succeeds, and its reply says that it did not
};

/// Carries a defect out on the frames of one client. Without one everything passes as it is.
class Mischief {
public:
    Mischief(Defect defect, std::uint64_t seed) : defect_(defect), chance_(seed) {}

    /// Whole frames from the client: what passes.
    [[nodiscard]] base::Buffer requests(std::span<const std::byte> frames);
    [[nodiscard]] base::Buffer replies(std::span<const std::byte> frames);

private:
    struct Asked {
        std::int32_t op = 0;
        std::string path;
    };
    void request(base::Buffer& out, std::span<const std::byte> frame);
    void reply(base::Buffer& out, std::span<const std::byte> frame);

    const Defect defect_;
    Chance chance_;
    std::map<std::int32_t, Asked> asked_;           // by xid
    std::map<std::string, base::Buffer> answered_;  // replies to get_data, by path
    std::string last_path_;
};

}  // namespace kazoo::sim
