#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace kazoo::testing_support {

/// A file descriptor that closes itself.
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
    void reset();

private:
    int fd_ = -1;
};

/// Listens on a port of 127.0.0.1 that the system chooses. Throws std::system_error.
Descriptor listen_on_loopback(int backlog = 64);
std::uint16_t local_port(const Descriptor& socket);

/// Connects to 127.0.0.1:`port`; empty if nobody accepts.
Descriptor connect_to_loopback(std::uint16_t port);

/// Ends the waits of another thread: its descriptor becomes readable when it is raised.
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
