// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "subject.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace bench {

/// A blocking socket with a ZooKeeper session, as the lower bound for a client: sends no pings and
/// ignores xids. All functions throw std::system_error if a system call fails, and
/// std::runtime_error if the server does not respond as expected.
class RawConnection {
public:
    explicit RawConnection(const kazoo::HostPort& server);
    RawConnection(const RawConnection&) = delete;
    /// Closes the session.
    ~RawConnection();

    void send_all(std::span<const std::byte> bytes);
    /// Sends as much as possible without blocking; returns the number of bytes.
    std::size_t send_some(std::span<const std::byte> bytes);
    /// Reads once, blocking until there are bytes; returns the number of replies that are complete.
    std::size_t receive_replies();
    /// The same; calls `look` with the body of each reply.
    using Look = std::function<void(std::span<const std::byte> body)>;
    std::size_t receive_replies(const Look& look);
    /// The socket, to wait for.
    [[nodiscard]] int descriptor() const noexcept { return socket_; }

private:
    class Descriptor {
    public:
        explicit Descriptor(int fd) noexcept : fd_(fd) {}
        Descriptor(const Descriptor&) = delete;
        ~Descriptor();
        operator int() const noexcept { return fd_; }

    private:
        int fd_;
    };

    void shake_hands();
    void read_once();
    [[nodiscard]] std::optional<std::span<const std::byte>> next_frame();

    Descriptor socket_;
    std::vector<std::byte> in_;
    std::size_t begin_ = 0;  // in_[begin_, end_): received, but not parsed
    std::size_t end_ = 0;
};

}  // namespace bench
