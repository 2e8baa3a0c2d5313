// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/receive_buffer.hpp"
#include "transport/transport.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace kazoo::transport {

/// The memory that a connection reads into. The start of a message that the sink leaves (Unread)
/// stays where it is until the rest has been read behind it, so that no message is copied:
///
///     |  messages that were taken  | start | free |      the sink has left the start
///     |<---- 2: what follows ----->|       |<- 1 ->|     the next read, in one call
///
/// Call order: read into space(); taken(n); then pass part() to the sink and call left(), until
/// there is no further part; then adapt().
///
/// The size follows the reads as with ReceiveBuffer. Behind it there is room for the largest
/// message that was left lately. Overwrites what was read before it frees the memory: there may be
/// secrets in it.
class StreamBuffer {
public:
    static constexpr std::size_t least = ReceiveBuffer::least;
    static constexpr std::size_t most = ReceiveBuffer::most;
    /// The size if large messages arrive: with each read there are several of them.
    static constexpr std::size_t most_for_large = 256 << 10;
    static constexpr std::size_t large = 16 << 10;

    /// Throws std::bad_alloc.
    StreamBuffer() : bytes_(new std::byte[least]) {}
    StreamBuffer(const StreamBuffer&) = delete;
    StreamBuffer& operator=(const StreamBuffer&) = delete;
    ~StreamBuffer();

    using Space = std::array<std::span<std::byte>, 2>;
    /// Returns where to read to: the first span, and then the second, which may be empty.
    [[nodiscard]] Space space() noexcept;
    /// Returns whether the sink has left the start of a message.
    [[nodiscard]] bool holds_start() const noexcept { return start_.size > 0; }

    /// Returns the number of bytes allocated.
    [[nodiscard]] std::size_t memory() const noexcept { return size_ + room_; }

    /// `n` bytes were read into space().
    void taken(std::size_t n) noexcept;
    struct Part {
        std::span<const std::byte> bytes;
        std::size_t again;  // of these the sink has left before
    };
    /// Returns what is to be passed to the sink next.
    [[nodiscard]] std::optional<Part> part() noexcept;
    /// The sink has left this of the last part.
    void left(const Unread& rest) noexcept;
    /// Changes the size if that is due, or stays as it is if there is no memory. Throws
    /// std::bad_alloc if there is none for the rest of the message whose start was left.
    void adapt();

private:
    static constexpr std::size_t step = 8;  // the factor by which it grows and shrinks
    static constexpr int patience = 16;
    static constexpr std::size_t small_room = 4 << 10;

    [[nodiscard]] std::size_t wanted_size() noexcept;
    [[nodiscard]] std::size_t wanted_room(std::size_t size) noexcept;
    void resize(std::size_t size, std::size_t room);

    std::size_t size_ = least;
    std::size_t room_ = 0;  // behind the size
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t at_ = 0;           // where the start that was left is, or 0
    Unread start_;                 // what was left
    std::array<Part, 2> parts_{};  // what was read and not passed yet, from next_part_ on
    std::size_t next_part_ = parts_.size();
    std::size_t read_ = 0;     // bytes of the last read
    std::size_t offered_ = 0;  // size of the space of the last read
    int small_reads_ = 0;      // in a row
    int small_messages_ = 0;   // reads in a row without a message that needs the room
};

}  // namespace kazoo::transport
