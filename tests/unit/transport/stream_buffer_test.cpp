// SPDX-License-Identifier: Apache-2.0
#include "transport/stream_buffer.hpp"

#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <vector>

namespace kazoo::transport {
namespace {

/// Messages of given sizes, one after the other. The bytes of a message are numbered, from a start
/// that differs from message to message.
class Stream {
public:
    void add(std::size_t size) {
        const auto start = sizes_.size() * 7;
        for (std::size_t i = 0; i < size; ++i) {
            bytes_.push_back(static_cast<std::byte>(start + i));
        }
        sizes_.push_back(size);
    }
    [[nodiscard]] bool all_sent() const { return sent_ == bytes_.size(); }
    [[nodiscard]] bool all_seen() const { return next_ == sizes_.size(); }

    /// Sends what fits into the space, `most` bytes at most.
    std::size_t send(const StreamBuffer::Space& space, std::size_t most) {
        std::size_t n = 0;
        for (const auto& into : space) {
            const auto part = std::min({into.size(), most - n, bytes_.size() - sent_});
            std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(sent_), part, into.begin());
            sent_ += part;
            n += part;
        }
        return n;
    }

    /// What a sink does: checks the messages that are complete, and leaves the rest.
    Unread see(const StreamBuffer::Part& part) {
        EXPECT_EQ(part.again, left_);
        auto bytes = part.bytes;
        while (next_ < sizes_.size() && bytes.size() >= sizes_[next_]) {
            check(bytes.first(sizes_[next_]));
            bytes = bytes.subspan(sizes_[next_++]);
        }
        left_ = bytes.size();
        return left_ == 0 ? Unread() : Unread{left_, sizes_[next_]};
    }

private:
    void check(std::span<const std::byte> message) const {
        const auto start = next_ * 7;
        for (std::size_t i = 0; i < message.size(); ++i) {
            ASSERT_EQ(message[i], static_cast<std::byte>(start + i)) << next_ << ", byte " << i;
        }
    }

    std::vector<std::byte> bytes_;
    std::vector<std::size_t> sizes_;
    std::size_t sent_ = 0;
    std::size_t next_ = 0;
    std::size_t left_ = 0;
};

/// One read, as TcpLink makes it.
void read(StreamBuffer& buffer, Stream& stream, std::size_t most) {
    buffer.taken(stream.send(buffer.space(), most));
    while (const auto part = buffer.part()) {
        buffer.left(stream.see(*part));
    }
    buffer.adapt();
}

std::size_t size_of(const StreamBuffer::Space& space) {
    return space[0].size() + space[1].size();
}

/// Reads all that is in the stream.
void read_all(StreamBuffer& buffer, Stream& stream) {
    while (!stream.all_sent()) {
        read(buffer, stream, ~std::size_t{0});
    }
    EXPECT_TRUE(stream.all_seen());
}

/// Reads many small messages, each by itself.
void read_little(StreamBuffer& buffer, Stream& stream) {
    for (int i = 0; i < 100; ++i) {
        stream.add(20);
        read(buffer, stream, ~std::size_t{0});
    }
}

TEST(StreamBufferTest, MessagesOfAllSizesArriveWhole) {
    std::mt19937 random(1);
    for (const std::size_t largest : {300, 3000, 70'000, 300'000}) {
        Stream stream;
        StreamBuffer buffer;
        std::uniform_int_distribution<std::size_t> sizes(1, largest);
        std::uniform_int_distribution<std::size_t> reads(1, 2 * largest);
        for (int i = 0; i < 60; ++i) {
            stream.add(sizes(random));
        }
        while (!stream.all_sent()) {
            read(buffer, stream, reads(random));
        }
        EXPECT_TRUE(stream.all_seen());
        EXPECT_FALSE(buffer.holds_start());
    }
}

TEST(StreamBufferTest, TheStartOfAMessageStaysWhereItIs) {
    for (const std::size_t size : {1000, 65'600, 500'100}) {
        const auto count = 3'000'000 / size;
        StreamBuffer buffer;
        Stream first;
        Stream stream;
        for (std::size_t i = 0; i < count; ++i) {
            first.add(size);
            stream.add(size);
        }
        read_all(buffer, first);  // by now it has the size that it needs
        int starts = 0;
        while (!stream.all_sent()) {
            buffer.taken(stream.send(buffer.space(), ~std::size_t{0}));
            const std::byte* end = nullptr;
            while (const auto part = buffer.part()) {
                end = part->bytes.data() + part->bytes.size();
                buffer.left(stream.see(*part));
            }
            buffer.adapt();
            if (buffer.holds_start()) {
                ++starts;
                EXPECT_EQ(buffer.space()[0].data(), end);
            }
        }
        EXPECT_GT(starts, 1) << size;
    }
}

TEST(StreamBufferTest, LargeMessagesAreReadSeveralAtATime) {
    Stream stream;
    StreamBuffer buffer;
    constexpr int count = 200;
    for (int i = 0; i < count; ++i) {
        stream.add(65'600);
    }
    int reads = 0;
    for (; !stream.all_sent(); ++reads) {
        read(buffer, stream, ~std::size_t{0});
    }
    EXPECT_LT(reads, count / 2);
}

TEST(StreamBufferTest, IsSmallWhileLittleIsRead) {
    Stream stream;
    StreamBuffer buffer;
    for (int i = 0; i < 100; ++i) {
        stream.add(20);
        read(buffer, stream, ~std::size_t{0});
        ASSERT_EQ(size_of(buffer.space()), StreamBuffer::least);
    }
}

TEST(StreamBufferTest, GrowsWithMuchAndShrinksWithLittle) {
    Stream stream;
    StreamBuffer buffer;
    for (int i = 0; i < 10'000; ++i) {
        stream.add(100);
    }
    read_all(buffer, stream);
    EXPECT_EQ(size_of(buffer.space()), StreamBuffer::most);
    read_little(buffer, stream);
    EXPECT_EQ(size_of(buffer.space()), StreamBuffer::least);
}

TEST(StreamBufferTest, FreesTheRoomOfALargeMessageAgain) {
    Stream stream;
    StreamBuffer buffer;
    stream.add(1'000'000);
    read_all(buffer, stream);
    EXPECT_GT(buffer.memory(), 1'000'000U);
    Stream small;
    read_little(buffer, small);
    EXPECT_EQ(buffer.memory(), StreamBuffer::least);
}

TEST(StreamBufferTest, WithoutMemoryItKeepsItsSize) {
    Stream stream;
    StreamBuffer buffer;
    for (int i = 0; i < 200; ++i) {
        stream.add(128);
    }
    for (int i = 0; i < 5; ++i) {
        const testing_support::Shortage shortage(1, 1000);
        read(buffer, stream, ~std::size_t{0});
        EXPECT_EQ(size_of(buffer.space()), StreamBuffer::least);
    }
    read_all(buffer, stream);
}

TEST(StreamBufferTest, WithoutMemoryForAMessageItFails) {
    Stream stream;
    StreamBuffer buffer;
    stream.add(10'000);
    const testing_support::Shortage shortage(1, 1000);
    EXPECT_THROW(read(buffer, stream, 100), std::bad_alloc);
}

}  // namespace
}  // namespace kazoo::transport
