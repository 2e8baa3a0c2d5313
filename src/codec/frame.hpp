#pragma once

#include "base/buffer.hpp"
#include "codec/encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace kazoo::codec {

/// Where a frame lies in a buffer, its length prefix included.
struct FrameExtent {
    std::size_t offset = 0;
    std::size_t size = 0;

    friend bool operator==(const FrameExtent&, const FrameExtent&) = default;
};

/// Takes a half-written frame back unless it was finished, whatever ends the writing.
class FrameWriter {
public:
    explicit FrameWriter(base::Buffer& out);
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;
    ~FrameWriter();

    [[nodiscard]] Encoder& encoder() noexcept { return encoder_; }

    /// Sets the length and keeps the frame; size 0 and nothing kept if it is beyond the limit.
    [[nodiscard]] FrameExtent finish(std::size_t max_length);

private:
    base::Buffer& out_;
    std::size_t offset_;
    Encoder encoder_;
    bool kept_ = false;
};

/// What a length prefix can say.
inline constexpr std::size_t max_frame_length = std::numeric_limits<std::int32_t>::max();

/// Appends one frame: the length, then each part (header and record, or a header or a connect
/// record alone). If the length would exceed `max_length` (without the prefix), or on
/// std::bad_alloc, the buffer is as before; the returned size is then 0.
template <class... Parts>
[[nodiscard]] FrameExtent append_frame_within(
    std::size_t max_length, base::Buffer& out, const Parts&... parts
) {
    FrameWriter writer(out);
    (encode(writer.encoder(), parts), ...);
    return writer.finish(max_length);
}

/// The same, limited by what a length can say alone.
template <class... Parts>
FrameExtent append_frame(base::Buffer& out, const Parts&... parts) {
    return append_frame_within(max_frame_length, out, parts...);
}

/// What FrameReader::next() found.
struct FrameItem {
    enum class Kind {
        none,       ///< nothing more until the next feed
        frame,      ///< `bytes` is a whole frame without its length
        oversized,  ///< longer than the limit: `bytes` is its start, a reply header's worth at most
        malformed,  ///< `length` cannot be; the stream is lost, and this is all it says from now on
    };

    Kind kind = Kind::none;
    std::span<const std::byte> bytes;
    std::int32_t length = 0;  ///< what the prefix said
};

/// Cuts a stream of bytes into frames. Call order:
///
///     reader.feed(bytes);
///     for (auto item = reader.next(); item.kind != none; item = reader.next()) ...
///
/// `next` must have said none (or malformed) before the next `feed`. The bytes of an item are
/// valid until the next `feed` or `reset`, and only as long as the bytes fed: frames that came
/// whole are not copied, only the part of one that waits for its rest is. Of a frame beyond the
/// limit no more than its start is ever kept; the rest is dropped as it comes.
class FrameReader {
public:
    enum class Status { ok, malformed };

    /// How much of an oversized frame is shown: the size of a reply header.
    static constexpr std::size_t oversized_head = 16;

    /// Lengths count without the prefix. Below `min_frame` a frame is malformed.
    explicit FrameReader(std::size_t max_frame, std::size_t min_frame = 0) noexcept
        : max_frame_(max_frame), min_frame_(min_frame) {}

    /// Says whether the stream was malformed before; the bytes are then ignored.
    Status feed(std::span<const std::byte> bytes);

    [[nodiscard]] FrameItem next();

    /// Forgets everything: the next bytes are the first of a new stream.
    void reset() noexcept;

    /// Whether the unfinished frame is beyond the limit, as its prefix says, when its item is not
    /// due yet.
    [[nodiscard]] bool oversized_ahead() const noexcept;

    /// Bytes of an unfinished frame held in memory of its own.
    [[nodiscard]] std::size_t buffered() const noexcept { return partial_.size(); }

    /// Bytes of memory held, in use or not.
    [[nodiscard]] std::size_t memory() const noexcept {
        return partial_.capacity() + finished_.capacity();
    }

private:
    /// What completes the item that starts with `start`: as far as can be told from it.
    std::size_t bytes_needed(std::span<const std::byte> start);
    FrameItem take_in_place();
    FrameItem take_partial();
    FrameItem make_item(std::span<const std::byte> bytes);
    void complete_partial_to(std::size_t size);

    std::size_t max_frame_;
    std::size_t min_frame_;
    std::span<const std::byte> input_;  // fed and not looked at
    base::Buffer partial_;              // the start of a frame, prefix included
    base::Buffer finished_;             // a frame that was partial_, while its item is valid
    std::size_t to_skip_ = 0;           // what is left of an oversized frame
    bool malformed_ = false;
    std::int32_t malformed_length_ = 0;
};

}  // namespace kazoo::codec
