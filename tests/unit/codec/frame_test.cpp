// SPDX-License-Identifier: Apache-2.0
#include "codec/frame.hpp"

#include "codec/headers.hpp"
#include "codec/requests.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {
namespace {

using Kind = FrameItem::Kind;

// --- append_frame ---

TEST(AppendFrameTest, ReturnsTheExtentOfTheFrame) {
    base::Buffer out;
    const auto first = append_frame(out, RequestHeader{1, Opcode::sync}, SyncRequest{"/a"});
    EXPECT_EQ(first, (FrameExtent{0, 18}));
    const auto second = append_frame(out, RequestHeader{-2, Opcode::ping});
    EXPECT_EQ(second, (FrameExtent{18, 12}));
    EXPECT_EQ(
        testing_support::to_hex(out.span()),
        "0000000e0000000100000009000000022f61"
        "00000008fffffffe0000000b"
    );
}

TEST(AppendFrameTest, EnforcesItsLimitAndLeavesNothing) {
    base::Buffer out;
    out.append("kept", 4);
    const RequestHeader header{1, Opcode::sync};
    const SyncRequest request{"/a"};
    EXPECT_EQ(append_frame_within(13, out, header, request), (FrameExtent{4, 0}));
    EXPECT_EQ(testing_support::to_hex(out.span()), "6b657074");
    EXPECT_EQ(append_frame_within(14, out, header, request), (FrameExtent{4, 18}));
    EXPECT_EQ(out.size(), 22U);
}

TEST(AppendFrameTest, RefusesAStringTooLongForItsLengthField) {
    base::Buffer out;
    const std::string_view endless("/", std::size_t{1} << 31);  // only its length is real
    const auto extent = append_frame(out, RequestHeader{1, Opcode::sync}, SyncRequest{endless});
    EXPECT_EQ(extent.size, 0U);
    EXPECT_TRUE(out.empty());
}

TEST(AppendFrameTest, AnUnfinishedFrameIsRemoved) {
    base::Buffer out;
    out.append("kept", 4);
    {
        FrameWriter writer(out);
        writer.encoder().i64(1);
        EXPECT_EQ(out.size(), 16U);
    }
    EXPECT_EQ(testing_support::to_hex(out.span()), "6b657074");
}

// --- FrameReader ---

/// An item that owns its bytes.
struct Seen {
    Kind kind;
    std::string hex;
    std::int32_t length;

    friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
    *out << static_cast<int>(seen.kind) << " '" << seen.hex << "' of " << seen.length;
}

/// Feeds one piece and drains it. The piece is freed afterwards, like a receive buffer.
void feed(FrameReader& reader, std::span<const std::byte> piece, std::vector<Seen>& seen) {
    const ExactBytes bytes(piece);
    std::vector<FrameItem> items;
    reader.feed(bytes);
    for (FrameItem item = reader.next(); item.kind != Kind::none; item = reader.next()) {
        items.push_back(item);
        if (item.kind == Kind::malformed) break;
    }
    // Read late on purpose: every item of a feed is valid until the next one.
    for (const FrameItem& item : items) {
        seen.push_back({item.kind, testing_support::to_hex(item.bytes), item.length});
    }
}

std::vector<Seen> read_whole(FrameReader reader, std::string_view hex) {
    std::vector<Seen> seen;
    feed(reader, testing_support::from_hex(hex), seen);
    return seen;
}

// Ordinary frames, an empty one, two that exceed the limit of 20 (the first by one byte), and one
// of exactly 20 bytes.
constexpr std::string_view mixed_stream =
    "00000003 616263"
    "00000000"
    "00000015 000102030405060708090a0b0c0d0e0f1011121314"
    "00000001 78"
    "0000001f a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"
    "00000014 000102030405060708090a0b0c0d0e0f10111213"
    "00000002 7a7a";

const std::vector<Seen> mixed_items{
    {Kind::frame, "616263", 3},
    {Kind::frame, "", 0},
    {Kind::oversized, "000102030405060708090a0b0c0d0e0f", 21},
    {Kind::frame, "78", 1},
    {Kind::oversized, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", 31},
    {Kind::frame, "000102030405060708090a0b0c0d0e0f10111213", 20},
    {Kind::frame, "7a7a", 2}};

TEST(FrameReaderTest, ReadsCoalescedFrames) {
    EXPECT_EQ(read_whole(FrameReader(20), mixed_stream), mixed_items);
}

TEST(FrameReaderTest, ReadsTheSameSplitAtAnyTwoPoints) {
    const auto stream = testing_support::from_hex(mixed_stream);
    const std::span<const std::byte> bytes(stream);
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        for (std::size_t second = first; second <= bytes.size(); ++second) {
            FrameReader reader(20);
            std::vector<Seen> seen;
            feed(reader, bytes.first(first), seen);
            feed(reader, bytes.subspan(first, second - first), seen);
            feed(reader, bytes.subspan(second), seen);
            ASSERT_EQ(seen, mixed_items) << "split at " << first << " and " << second;
            ASSERT_EQ(reader.buffered(), 0U);
        }
    }
}

TEST(FrameReaderTest, ReadsTheSameInPiecesOfAnySize) {
    const auto stream = testing_support::from_hex(mixed_stream);
    for (std::size_t size = 1; size <= stream.size(); ++size) {
        FrameReader reader(20);
        std::vector<Seen> seen;
        for (std::size_t at = 0; at < stream.size(); at += size) {
            feed(reader, std::span(stream).subspan(at, std::min(size, stream.size() - at)), seen);
            ASSERT_LE(reader.buffered(), 24U);
        }
        ASSERT_EQ(seen, mixed_items) << "pieces of " << size;
    }
}

TEST(FrameReaderTest, CopiesOnlyIncompleteFrames) {
    const ExactBytes head(std::string_view("00000001 61 00000002 62"));
    const ExactBytes tail(std::string_view("63 00000001 64"));
    const auto inside = [](const FrameItem& item, const ExactBytes& bytes) {
        const std::byte* begin = bytes.span().data();
        return item.bytes.data() >= begin && item.bytes.data() < begin + bytes.span().size();
    };
    FrameReader reader(100);
    reader.feed(head);
    EXPECT_TRUE(inside(reader.next(), head));
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.buffered(), 5U);

    reader.feed(tail);
    const FrameItem joined = reader.next();
    EXPECT_EQ(testing_support::to_hex(joined.bytes), "6263");
    EXPECT_FALSE(inside(joined, head) || inside(joined, tail));
    EXPECT_TRUE(inside(reader.next(), tail));
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.buffered(), 0U);
}

TEST(FrameReaderTest, OversizedFramesAreReportedEarlyAndNotStored) {
    FrameReader reader(1000);
    std::vector<Seen> seen;
    const auto header = testing_support::from_hex("40000000 000102030405060708090a0b0c0d0e0f");
    feed(reader, std::span(header).first(3), seen);
    EXPECT_FALSE(reader.oversized_ahead());
    feed(reader, std::span(header).subspan(3, 16), seen);
    EXPECT_TRUE(reader.oversized_ahead());
    EXPECT_TRUE(seen.empty());
    feed(reader, std::span(header).subspan(19), seen);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0], (Seen{Kind::oversized, "000102030405060708090a0b0c0d0e0f", 0x40000000}));
    EXPECT_FALSE(reader.oversized_ahead());

    const std::vector<std::byte> megabyte(1 << 20);
    for (int i = 0; i < 1023; ++i) {
        reader.feed(megabyte);
        ASSERT_EQ(reader.next().kind, Kind::none);
        ASSERT_EQ(reader.buffered(), 0U);
    }
    reader.feed(std::span(megabyte).first((1 << 20) - 16));
    ASSERT_EQ(reader.next().kind, Kind::none);
    feed(reader, testing_support::from_hex("00000001 78"), seen);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[1], (Seen{Kind::frame, "78", 1}));
}

TEST(FrameReaderTest, OversizedFramesShorterThanAHeaderAreShownWhole) {
    EXPECT_EQ(
        read_whole(FrameReader(2), "00000003 616263 00000002 7a7a"),
        (std::vector<Seen>{{Kind::oversized, "616263", 3}, {Kind::frame, "7a7a", 2}})
    );
}

TEST(FrameReaderTest, NegativeLengthsAreMalformedPermanently) {
    for (const std::string_view prefix : {"ffffffff", "80000000", "fffffff0"}) {
        const ExactBytes bytes("00000001 61" + std::string(prefix) + "00000001 62");
        FrameReader reader(100);
        EXPECT_EQ(reader.feed(bytes), FrameReader::Status::ok);
        EXPECT_EQ(reader.next().kind, Kind::frame);
        const FrameItem item = reader.next();
        EXPECT_EQ(item.kind, Kind::malformed);
        EXPECT_LT(item.length, 0);
        EXPECT_TRUE(item.bytes.empty());
        EXPECT_EQ(reader.next().kind, Kind::malformed);
        EXPECT_EQ(reader.feed(bytes), FrameReader::Status::malformed);
        EXPECT_EQ(reader.next().kind, Kind::malformed);
        EXPECT_EQ(reader.next().length, item.length);
    }
}

TEST(FrameReaderTest, MalformedLengthsAreDetectedAcrossAnySplit) {
    const auto bytes = testing_support::from_hex("00000001 61 ffffffff 00");
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        FrameReader reader(100);
        std::vector<Seen> seen;
        feed(reader, std::span(bytes).first(split), seen);
        feed(reader, std::span(bytes).subspan(split), seen);
        ASSERT_GE(seen.size(), 2U);
        EXPECT_EQ(seen[0], (Seen{Kind::frame, "61", 1}));
        EXPECT_EQ(seen[1], (Seen{Kind::malformed, "", -1}));
    }
}

TEST(FrameReaderTest, TooShortLengthsAreMalformedOnRequest) {
    EXPECT_EQ(
        read_whole(FrameReader(100, 2), "00000002 6162 00000001 78"),
        (std::vector<Seen>{{Kind::frame, "6162", 2}, {Kind::malformed, "", 1}})
    );
    EXPECT_EQ(
        read_whole(FrameReader(100, 1), "00000000"), (std::vector<Seen>{{Kind::malformed, "", 0}})
    );
}

TEST(FrameReaderTest, ResetStartsANewStream) {
    const ExactBytes partial(std::string_view("00000005 6161"));
    const ExactBytes oversized(std::string_view("000000ff 00000000000000000000000000000000"));
    const ExactBytes malformed(std::string_view("ffffffff"));
    for (const ExactBytes* before : {&partial, &oversized, &malformed}) {
        FrameReader reader(100);
        std::vector<Seen> seen;
        feed(reader, before->span(), seen);
        reader.reset();
        EXPECT_EQ(reader.buffered(), 0U);
        seen.clear();
        feed(reader, testing_support::from_hex("00000001 78"), seen);
        EXPECT_EQ(seen, (std::vector<Seen>{{Kind::frame, "78", 1}}));
    }
}

TEST(FrameReaderTest, ResetMayComeBeforeTheFeedIsRead) {
    const ExactBytes two(std::string_view("00000001 61 00000001 62"));
    FrameReader reader(100);
    reader.feed(two);
    EXPECT_EQ(reader.next().kind, Kind::frame);
    reader.reset();
    EXPECT_EQ(reader.next().kind, Kind::none);
}

TEST(FrameReaderTest, JoinsAFrameMuchLargerThanItsPieces) {
    const std::vector<std::byte> payload(3 << 20, std::byte{7});
    base::Buffer stream;
    stream.grow(4);
    stream.append(payload.data(), payload.size());
    stream.patch_i32(0, static_cast<std::int32_t>(payload.size()));
    FrameReader reader(4 << 20);
    const auto bytes = stream.span();
    constexpr std::size_t piece = 60'000;
    FrameItem item;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        ASSERT_EQ(item.kind, Kind::none);
        reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
        item = reader.next();
    }
    ASSERT_EQ(item.kind, Kind::frame);
    EXPECT_TRUE(std::equal(item.bytes.begin(), item.bytes.end(), payload.begin(), payload.end()));
    EXPECT_EQ(reader.next().kind, Kind::none);

    reader.feed(bytes.first(100));
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_LT(reader.memory(), 1'100'000U) << "the large frame's memory was kept";
    reader.reset();
    EXPECT_EQ(reader.memory(), 0U);
}

TEST(FrameReaderTest, ALengthAloneAllocatesLittleMemory) {
    FrameReader reader(0x7fffffff);
    const ExactBytes claim(std::string_view("7fffffff 00"));
    reader.feed(claim);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_LE(reader.memory(), 1'100'000U);
}

#ifndef NDEBUG
TEST(FrameReaderDeathTest, MustBeReadToItsEndBeforeTheNextFeed) {
    const ExactBytes two(std::string_view("00000001 61 00000001 62"));
    FrameReader reader(100);
    reader.feed(two);
    EXPECT_EQ(reader.next().kind, Kind::frame);
    EXPECT_DEATH(reader.feed(two), "");
}
#endif

// --- the start of a frame that is left to the caller ---

/// Frames with these many bytes each.
base::Buffer frames_of(std::initializer_list<std::size_t> sizes) {
    base::Buffer out;
    for (const auto size : sizes) {
        base::store_be32(out.grow(4), static_cast<std::uint32_t>(size));
        std::fill_n(out.grow(size), size, std::byte{1});
    }
    return out;
}

TEST(FrameRestTest, TheStartIsLeftAndThenReadInPlace) {
    const auto stream = frames_of({10, 20});
    const auto bytes = stream.span();
    FrameReader reader(1000);
    reader.feed(bytes.first(14 + 6), true);
    EXPECT_EQ(reader.next().bytes.size(), 10U);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 6U);
    EXPECT_EQ(reader.rest().whole, 24U);
    EXPECT_EQ(reader.buffered(), 0U);
    reader.feed(bytes.subspan(14, 10), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 10U);
    reader.feed(bytes.subspan(14), true);
    const auto item = reader.next();
    EXPECT_EQ(item.bytes.data(), bytes.data() + 18);
    EXPECT_EQ(item.bytes.size(), 20U);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 0U);
    EXPECT_EQ(reader.rest().whole, 0U);
}

TEST(FrameRestTest, AnIncompletePrefixIsKept) {
    const auto stream = frames_of({10});
    FrameReader reader(1000);
    reader.feed(stream.span().first(3), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 0U);
    EXPECT_EQ(reader.buffered(), 3U);
    reader.feed(stream.span().subspan(3, 4), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 0U);
    reader.feed(stream.span().subspan(7), true);
    EXPECT_EQ(reader.next().bytes.size(), 10U);
}

TEST(FrameRestTest, TheLargestFramesAreGathered) {
    const auto stream = frames_of({2 << 20});
    FrameReader reader(4 << 20);
    reader.feed(stream.span().first(1000), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 0U);
    EXPECT_EQ(reader.buffered(), 1000U);
    reader.feed(stream.span().subspan(1000), true);
    EXPECT_EQ(reader.next().bytes.size(), std::size_t{2 << 20});
}

TEST(FrameRestTest, OfAnOversizedFrameOnlyTheHeadIsLeft) {
    const auto stream = frames_of({5000, 8});
    const auto bytes = stream.span();
    FrameReader reader(1000);
    reader.feed(bytes.first(6), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    EXPECT_EQ(reader.rest().size, 6U);
    EXPECT_EQ(reader.rest().whole, 4 + FrameReader::oversized_head);
    reader.feed(bytes, true);
    EXPECT_EQ(reader.next().kind, Kind::oversized);
    EXPECT_EQ(reader.next().bytes.size(), 8U);
    EXPECT_EQ(reader.next().kind, Kind::none);
}

TEST(FrameRestTest, AResetForgetsIt) {
    const auto stream = frames_of({10});
    FrameReader reader(1000);
    reader.feed(stream.span().first(6), true);
    EXPECT_EQ(reader.next().kind, Kind::none);
    reader.reset();
    EXPECT_EQ(reader.rest().size, 0U);
    reader.feed(stream.span(), true);
    EXPECT_EQ(reader.next().bytes.size(), 10U);
}

}  // namespace
}  // namespace kazoo::codec
