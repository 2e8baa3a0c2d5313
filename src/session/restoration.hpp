#pragma once

#include "base/buffer.hpp"
#include "session/watch_registry.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace kazoo::session {

/// Gives the watches of a session to the server of each new connection. Usually all frames leave at
/// once. Some servers drop the connection over a request that they do not like: what was under way
/// then is suspect, and is sent on the next connections behind everything else, one frame at a
/// time, the frame over which it happened in ever smaller parts. Only a path that went alone,
/// several times in a row, is given up.
class Restoration {
public:
    explicit Restoration(std::size_t frame_bytes) : frame_bytes_(frame_bytes) {}

    /// Of a new connection: appends the frames that may leave at once.
    void begin(const WatchRegistry& watches, std::int64_t last_zxid, base::Buffer& out);
    /// The server has answered the oldest frame: appends the next, if one waited for that. Returns
    /// what the answered frame held. There must be a frame under way.
    WatchRange answered(const WatchRegistry& watches, base::Buffer& out);
    /// The connection has ended: returns what has to be given up, if anything.
    [[nodiscard]] std::optional<WatchRange> dropped();
    /// The connection has ended for a reason of the client's own.
    void abandon() noexcept;
    /// The session has ended, and all watches with it.
    void reset() noexcept;

    /// Whether frames await an answer.
    [[nodiscard]] bool under_way() const { return !frames_.empty(); }
    /// Whether frames may wait to be sent: no request may leave before them.
    [[nodiscard]] bool waiting() const { return waiting_; }

private:
    struct Frame {
        WatchRange range;
        std::size_t paths = 0;
    };

    bool send(
        const WatchRegistry& watches,
        const WatchRange& range,
        std::size_t path_limit,
        base::Buffer& out
    );
    void send_all(const WatchRegistry& watches, WatchRange range, base::Buffer& out);
    void send_suspect(const WatchRegistry& watches, base::Buffer& out);
    [[nodiscard]] std::vector<Frame> suspects_after_drop(const Frame& frame) const;

    static constexpr std::size_t split = 16;     // a suspect frame becomes so many
    static constexpr int drops_of_one_path = 5;  // before it is given up

    std::size_t frame_bytes_;
    std::int64_t last_zxid_ = 0;
    std::deque<Frame> frames_;     // await their answers
    std::vector<Frame> suspects_;  // one behind the other, with the paths of one frame for each
    bool waiting_ = false;         // suspects are still to be sent
    bool stepping_ = false;        // the frame under way is of suspects_[turn_]
    std::size_t turn_ = 0;         // of suspects_
    WatchPlace next_;              // in it
    int drops_ = 0;                // in a row, over the first of the suspects, which is one path
};

}  // namespace kazoo::session
