// SPDX-License-Identifier: Apache-2.0
// Checks that a byte stream yields the same frames however it is split.
#include "codec/frame.hpp"
#include "fuzz/harness.hpp"

#include <algorithm>

namespace kazoo::fuzz {
namespace {

using codec::FrameItem;
using codec::FrameReader;

struct Found {
    FrameItem::Kind kind;
    std::vector<std::byte> bytes;
    std::int32_t length;

    friend bool operator==(const Found&, const Found&) = default;
};

class Reading {
public:
    Reading(std::size_t max_frame, std::size_t min_frame)
        : reader_(max_frame, min_frame),
          most_(4 + std::max(max_frame, FrameReader::oversized_head)) {}

    /// By value: the bytes are freed on return, so a later item must not refer to them.
    void feed(const std::vector<std::byte> bytes) {
        if (reader_.feed(bytes) == FrameReader::Status::malformed) {
            require(over_, "a malformed stream stays malformed");
        }
        for (auto item = reader_.next(); item.kind != FrameItem::Kind::none;
             item = reader_.next()) {
            if (over_) {
                require(item.kind == FrameItem::Kind::malformed, "nothing follows a bad length");
                return;
            }
            over_ = item.kind == FrameItem::Kind::malformed;
            found_.push_back({item.kind, {item.bytes.begin(), item.bytes.end()}, item.length});
        }
        require(reader_.buffered() < most_, "no more is kept than half a frame");
        require(reader_.memory() <= 4 * most_ + 1024, "no more memory is held than frames need");
    }

    [[nodiscard]] const std::vector<Found>& found() const { return found_; }

private:
    FrameReader reader_;
    const std::size_t most_;
    bool over_ = false;
    std::vector<Found> found_;
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: the limits, eight sizes of pieces used in turn, then the stream.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kazoo::fuzz;
    Input input(data, size);
    const std::size_t max_frame = input.byte();
    const std::size_t min_frame = input.below(32);
    const auto pieces = input.bytes(8);
    const auto stream = input.rest();

    Reading whole(max_frame, min_frame);
    whole.feed(stream);

    Reading cut(max_frame, min_frame);
    std::size_t turn = 0;
    for (auto left = std::span(stream); !left.empty();) {
        const auto wanted = std::to_integer<std::size_t>(pieces[turn++ % pieces.size()]);
        const auto piece = left.first(std::min(left.size(), std::max<std::size_t>(wanted, 1)));
        cut.feed({piece.begin(), piece.end()});
        left = left.subspan(piece.size());
    }
    require(cut.found() == whole.found(), "the same frames in pieces as in one");
    return 0;
}
