// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "codec/encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace kazoo::codec {

// Frames: a length of four bytes, big-endian, and then that many bytes. Writing and reading them.

/// The position of a frame in a buffer, including its length prefix.
struct FrameExtent {
    std::size_t offset = 0;
    std::size_t size = 0;

    friend bool operator==(const FrameExtent&, const FrameExtent&) = default;
};

/// Writes one frame at the end of a buffer. Unless finish() keeps it, the destructor removes what
/// has been written, also when encoding throws: the buffer never ends with a part of a frame.
/// Nothing else may append to the buffer meanwhile.
class FrameWriter {
public:
    explicit FrameWriter(base::Buffer& out);
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;
    ~FrameWriter();

    [[nodiscard]] Encoder& encoder() noexcept { return encoder_; }

    /// Sets the length and keeps the frame. If it exceeds the limit, the frame is not kept and the
    /// returned size is 0.
    [[nodiscard]] FrameExtent finish(std::size_t max_length);

private:
    base::Buffer& out_;
    std::size_t offset_;  // of the length prefix in out_
    Encoder encoder_;
    bool kept_ = false;
};

/// The greatest length that a prefix can express.
inline constexpr std::size_t max_frame_length = std::numeric_limits<std::int32_t>::max();

/// Appends one frame: the length, then each part (header and record, or a header or a connect
/// record alone). If the length would exceed `max_length`, not counting the prefix, returns a size
/// of 0 and leaves the buffer unchanged. Throws std::bad_alloc, also leaving it unchanged.
template <class... Parts>
[[nodiscard]] FrameExtent append_frame_within(
    std::size_t max_length, base::Buffer& out, const Parts&... parts
) {
    FrameWriter writer(out);
    (encode(writer.encoder(), parts), ...);
    return writer.finish(max_length);
}

/// The same, limited by max_frame_length only.
template <class... Parts>
FrameExtent append_frame(base::Buffer& out, const Parts&... parts) {
    return append_frame_within(max_frame_length, out, parts...);
}

/// What FrameReader::next() has found.
struct FrameItem {
    enum class Kind {
        none,       ///< no further item until the next feed
        frame,      ///< `bytes` is a whole frame without its length
        oversized,  ///< longer than the limit; `bytes` is its start, `oversized_head` at most
        malformed,  ///< `length` is invalid; every further call returns this, until reset()
    };

    Kind kind = Kind::none;
    std::span<const std::byte> bytes;
    std::int32_t length = 0;  ///< the value of the prefix
};

/// The start of an unfinished frame at the end of the bytes of a feed. Sizes count the prefix.
struct FrameRest {
    std::size_t size = 0;   ///< of the start
    std::size_t whole = 0;  ///< of the frame; 0 if there is no start
};

/// Splits a stream of bytes into frames. Call order:
///
///     reader.feed(bytes);
///     for (auto item = reader.next(); item.kind != none; item = reader.next()) ...
///
/// `next` must have returned none (or malformed) before the next `feed`. The bytes of an item are
/// valid until the next `feed` or `reset`, and only as long as the bytes that were fed, because
/// only frames that arrive in pieces are copied:
///
///     stream  |len|  frame A  |len| frame B |len|   frame C   |
///     feeds   |---- 1 -----|------------ 2 ----------|-- 3 ---|
///
///     feed 1  the start of A is copied into partial_; next() returns none
///     feed 2  the rest of A is appended and partial_ becomes finished_: A is returned from there
///             B is returned in place, from the bytes that were fed
///             the start of C is copied into partial_
///
/// So partial_ is empty unless a feed has ended within a frame, at most the first frame of a feed
/// is in finished_, and input_ is empty once next() has returned none. Of a frame that exceeds the
/// limit only the start is kept; to_skip_ bytes of it are still to be dropped as they arrive.
///
/// With `leave`, the start of an unfinished frame is left to the caller instead of copied, if it
/// has the prefix and its frame is not among the largest: rest() says so, and the next feed begins
/// with it.
///
/// `next` throws std::bad_alloc if the start of a frame cannot be stored. Not thread-safe.
class FrameReader {
public:
    enum class Status { ok, malformed };

    /// How much of an oversized frame is returned: the size of a reply header, from which the
    /// caller sees which request it answers.
    static constexpr std::size_t oversized_head = 16;

    /// Lengths do not count the prefix. A frame shorter than `min_frame` is malformed.
    explicit FrameReader(std::size_t max_frame, std::size_t min_frame = 0) noexcept
        : max_frame_(max_frame), min_frame_(min_frame) {}

    /// Returns Status::malformed, and ignores the bytes, if the stream was malformed before.
    Status feed(std::span<const std::byte> bytes, bool leave = false);

    [[nodiscard]] FrameItem next();

    /// Returns what the last feed has left, once next() has returned none.
    [[nodiscard]] FrameRest rest() const noexcept { return rest_; }

    /// Starts over: the next bytes are the first of a new stream.
    void reset() noexcept;

    /// The next frame that arrives in pieces is overwritten once it is not needed any more.
    void expect_secret() noexcept { partial_.mark_secret(); }

    /// Returns whether the prefix of the unfinished frame announces more than the limit, before
    /// enough bytes have arrived for its item.
    [[nodiscard]] bool oversized_ahead() const noexcept;

    /// Returns the number of bytes that are stored of an unfinished frame.
    [[nodiscard]] std::size_t buffered() const noexcept { return partial_.size(); }

    /// Returns the number of bytes allocated, in use or not.
    [[nodiscard]] std::size_t memory() const noexcept {
        return partial_.capacity() + finished_.capacity();
    }

private:
    /// Returns the size of the item that starts with `start`, as far as it is known from that.
    std::size_t bytes_needed(std::span<const std::byte> start);
    FrameItem take_in_place();
    FrameItem take_partial();
    FrameItem make_item(std::span<const std::byte> bytes);
    void complete_partial_to(std::size_t size);

    std::size_t max_frame_;
    std::size_t min_frame_;
    std::span<const std::byte> input_;  // what is left of the bytes fed; not owned
    base::Buffer partial_;              // the start of an unfinished frame, prefix included
    base::Buffer finished_;             // a frame that was in partial_, while its item is valid
    bool leave_ = false;
    FrameRest rest_;
    std::size_t to_skip_ = 0;  // bytes of an oversized frame that are still to arrive
    bool malformed_ = false;
    std::int32_t malformed_length_ = 0;
};

}  // namespace kazoo::codec
