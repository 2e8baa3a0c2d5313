// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "session/watch_registry.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kazoo::session {

/// Restores the watches of a session on each new connection, by SetWatches requests.
///
/// Usually all frames are sent at once. But a server may close the connection because of a path
/// that it does not accept, and a client that sent the same frames again would never get further.
/// So the paths that were under way when a connection ended are suspect, and isolated:
///
///     first connection   | frame | frame | frame |  all at once; lost: all are suspect
///     next connections   | frames without suspects | suspect | suspect | ...  one at a time;
///                                        lost: the one under way is sent in 1/16 parts next time
///     single path        lost `drops_of_one_path` times in a row: given up
///
/// So one bad path costs a few connections, and its watches alone are lost.
class Restoration {
public:
    explicit Restoration(std::size_t frame_bytes) : frame_bytes_(frame_bytes) {}

    /// Called for a new connection. Appends the frames that may be sent at once.
    void begin(const WatchRegistry& watches, std::int64_t last_zxid, base::Buffer& out);
    /// Called when the server has answered the oldest frame, which must exist. Appends the next
    /// frame if one waited for the answer. Returns the range of the answered frame.
    WatchRange answered(const WatchRegistry& watches, base::Buffer& out);
    /// Called when the server has ended the connection. Returns the range to be given up, if any.
    /// Throws std::bad_alloc and has then changed nothing.
    [[nodiscard]] std::optional<WatchRange> dropped();
    /// Called when the client has ended the connection: nothing becomes suspect.
    void abandon() noexcept;
    /// Called when the session has ended, and all its watches with it.
    void reset() noexcept;

    /// Returns whether frames await an answer.
    [[nodiscard]] bool under_way() const noexcept { return !frames_.empty(); }
    /// Returns whether suspects may still have to be sent. No request is sent before them.
    [[nodiscard]] bool waiting() const { return waiting_; }

private:
    struct Frame {
        WatchRange range;
        // Of a frame that was sent, the number of its paths; of a suspect, the maximum per frame.
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

    static constexpr std::size_t split = 16;     // parts into which a suspect frame is divided
    static constexpr int drops_of_one_path = 5;  // connections lost before a path is given up

    std::size_t frame_bytes_;
    std::int64_t last_zxid_ = 0;
    std::vector<Frame> frames_;    // sent, and not answered yet, the oldest first; few
    std::vector<Frame> suspects_;  // adjacent ranges, in order
    bool waiting_ = false;         // suspects are still to be sent on this connection
    bool stepping_ = false;        // the frame under way is a part of suspects_[turn_]
    std::size_t turn_ = 0;         // index in suspects_ of the next part to send
    WatchPlace next_;              // where that part begins
    int drops_ = 0;  // in a row, each with only the first suspect, one path, under way
};

}  // namespace kazoo::session
