// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// A server in the client's memory. It has one node, and answers the handshake, gets, exists of
/// other nodes, which leaves a watch, and the end of the session. A set sends the notifications of
/// all watches. Each part that is fed must end with a frame.
class MemoryServer {
public:
    explicit MemoryServer(std::size_t data_size);

    /// Appends the answers to these requests to `out`.
    void answer(std::span<const std::byte> requests, kazoo::base::Buffer& out) {
        measured_ ? answer_uncounted(requests, out) : answer_all(requests, out);
    }
    /// The operations that are measured begin or end: callgrind counts the others, too, unless they
    /// are answered by another function.
    void set_measured(bool measured) noexcept { measured_ = measured; }
    /// Returns whether the client has ended its session, whereupon a server closes the connection.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Returns the number of gets so far.
    [[nodiscard]] std::size_t gets() const noexcept { return gets_; }

private:
    /// Not inlined: callgrind finds it by its name.
    [[gnu::noinline]] void answer_uncounted(
        std::span<const std::byte> requests, kazoo::base::Buffer& out
    );
    void answer_all(std::span<const std::byte> requests, kazoo::base::Buffer& out);
    void answer_one(std::span<const std::byte> request, kazoo::base::Buffer& out);
    void notify(kazoo::base::Buffer& out);

    kazoo::base::Buffer get_reply_;  // with an xid of 0
    std::vector<std::string> watched_;
    bool measured_ = false;
    bool connected_ = false;
    bool ended_ = false;
    std::size_t gets_ = 0;
};

}  // namespace bench
