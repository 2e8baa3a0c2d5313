// POSIX sockets for fake servers and proxies.

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace kazoo::testing_support {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    /// Closes the descriptor.
    void reset();

private:
    int fd_ = -1;
};

/// Listens on a free port of 127.0.0.1. Throws std::system_error.
Descriptor listen_on_loopback(int backlog = 64);
/// Returns the port to which the socket is bound.
std::uint16_t local_port(const Descriptor& socket);

/// Connects to 127.0.0.1:`port`; returns an empty Descriptor if the connection is refused.
Descriptor connect_to_loopback(std::uint16_t port);

/// Interrupts the poll() of another thread: its descriptor is readable while it is raised.
/// Thread-safe.
class Signal {
public:
    Signal();
    int fd() const { return fd_.get(); }
    void raise();
    void clear();

private:
    Descriptor fd_;
};

}  // namespace kazoo::testing_support
