// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace kazoo::transport {

/// The memory that a connection reads into. An idle connection, of which a process may have
/// thousands, needs little; one that transfers much needs few reads:
///
///     least --a read has filled it--> 8 x least --> 64 x least --> most
///           <--`patience` reads in a row would have fitted into an eighth--
///
/// Overwrites what was read before it frees the memory: there may be secrets in it.
class ReceiveBuffer {
public:
    static constexpr std::size_t least = 512;
    static constexpr std::size_t most = 64 << 10;

    /// Throws std::bad_alloc.
    ReceiveBuffer() : bytes_(allocate(least)) {}
    ReceiveBuffer(const ReceiveBuffer&) = delete;
    ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;
    ~ReceiveBuffer() { base::overwrite(bytes_.get(), size_); }

    [[nodiscard]] std::span<std::byte> span() noexcept { return {bytes_.get(), size_}; }
    /// Changes the size if that is due after a read of `n` bytes. The bytes become invalid. If
    /// there is no memory, the size stays as it is.
    void adapt(std::size_t n) noexcept;

private:
    static constexpr std::size_t step = 8;  // the factor by which it grows and shrinks
    static constexpr int patience = 16;

    [[nodiscard]] static std::unique_ptr<std::byte[]> allocate(std::size_t size) {
        return std::unique_ptr<std::byte[]>(new std::byte[size]);  // not zeroed
    }
    void resize(std::size_t size) noexcept;

    std::size_t size_ = least;
    std::unique_ptr<std::byte[]> bytes_;
    int small_reads_ = 0;  // in a row
};

}  // namespace kazoo::transport
