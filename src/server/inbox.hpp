#pragma once

#include "base/buffer.hpp"
#include "codec/frame.hpp"

#include <cstddef>
#include <span>

namespace kazoo::server {

/// The frames that came from a connection and were not handled yet. Those handled at once are not
/// copied; the others are kept, for later.
class Inbox {
public:
    enum class Kind {
        none,   ///< nothing whole
        frame,  ///< `bytes`, without the length
        bad,    ///< a length that is not accepted: nothing comes after it
    };
    struct Item {
        Kind kind = Kind::none;
        std::span<const std::byte> bytes;
    };

    explicit Inbox(std::size_t max_frame) noexcept;

    /// What was fed before must have been kept or read to its end.
    void feed(std::span<const std::byte> bytes);
    /// The first item. Its bytes are valid until `pop` or `keep_rest`, or the end of those fed.
    [[nodiscard]] Item front();
    /// Removes the first item, a frame.
    void pop() noexcept;
    /// To be called before the bytes fed go away: copies whatever was not popped.
    void keep_rest();

    /// Bytes kept, without the start of an unfinished frame.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_.size() - popped_; }

private:
    [[nodiscard]] Item read();
    void keep(std::span<const std::byte> frame);

    codec::FrameReader reader_;
    Item from_reader_;         // read and not popped
    bool reader_done_ = true;  // it has said none, or bad
    base::Buffer kept_;        // whole frames, with their lengths
    std::size_t popped_ = 0;   // of kept_
    bool bad_ = false;         // after those kept
};

}  // namespace kazoo::server
