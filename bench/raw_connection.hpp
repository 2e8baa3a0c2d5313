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

/// A socket with a ZooKeeper session and nothing else: no pings, no xids, no watches.
/// Throws std::runtime_error or std::system_error when anything is not as expected.
class RawConnection {
public:
    explicit RawConnection(const kazoo::HostPort& server);
    RawConnection(const RawConnection&) = delete;
    /// Ends the session.
    ~RawConnection();

    void send_all(std::span<const std::byte> bytes);
    /// Sends what fits without blocking; says how much.
    std::size_t send_some(std::span<const std::byte> bytes);
    /// Reads once, blocking until there is something; says how many replies that completed.
    std::size_t receive_replies();
    /// The same, and shows the body of each reply to `look`.
    using Look = std::function<void(std::span<const std::byte> body)>;
    std::size_t receive_replies(const Look& look);

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
    std::size_t begin_ = 0;  // in_[begin_, end_) was received and not looked at
    std::size_t end_ = 0;
};

}  // namespace bench
