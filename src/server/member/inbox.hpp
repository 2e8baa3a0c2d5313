// SPDX-License-Identifier: Apache-2.0
// The input of one client connection.

#pragma once

#include "base/buffer.hpp"
#include "codec/frame.hpp"

#include <cstddef>
#include <span>

namespace kazoo::server {

/// The complete frames of a connection that have been received and not handled, in order: first
/// those kept in memory, then those in the bytes fed last. A frame that is handled before
/// `keep_rest` is not copied.
///
///     inbox.feed(bytes);
///     while (inbox.front().kind == Inbox::Kind::frame) { ...; inbox.pop(); }
///     inbox.keep_rest();
class Inbox {
public:
    enum class Kind {
        none,   ///< no complete frame
        frame,  ///< `bytes` is a frame without its length prefix, at least 8 bytes
        bad,    ///< an invalid length; the last item of the connection
    };
    struct Item {
        Kind kind = Kind::none;
        std::span<const std::byte> bytes;
    };

    explicit Inbox(std::size_t max_frame) noexcept;

    /// The bytes must stay valid until `keep_rest`. Those fed before must have been kept or read to
    /// their end. Ignored after a bad item.
    void feed(std::span<const std::byte> bytes);
    /// Returns the first item. Its bytes are valid until `pop`, `keep_rest` or the end of the bytes
    /// fed.
    [[nodiscard]] Item front();
    /// Removes the first item, which must be a frame.
    void pop() noexcept;
    /// Copies the frames that were not popped. Call it before the bytes fed become invalid.
    void keep_rest();

    /// Bytes of complete frames kept, with their prefixes; not those of an incomplete frame.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_.size() - popped_; }

private:
    [[nodiscard]] Item read();
    void keep(std::span<const std::byte> frame);

    codec::FrameReader reader_;
    Item from_reader_;         // read from reader_ and not popped, or none
    bool reader_done_ = true;  // reader_ has no further frame in the bytes fed
    base::Buffer kept_;        // complete frames, each with its length prefix
    std::size_t popped_ = 0;   // bytes of kept_ that are popped; less than its size, or both 0
    bool bad_ = false;         // a bad item follows the kept frames
};

}  // namespace kazoo::server
