#pragma once

#include "descriptor.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace kazoo::chaos {

using MacAddress = std::array<std::uint8_t, 6>;

/// A machine as far as its network goes: a network namespace with one Ethernet card, whose other
/// end is a descriptor of frames (a TAP device). Nothing of it has a name outside this process or
/// outlives it.
class Machine {
public:
    /// At 10.77.0.`number`. Throws std::system_error.
    explicit Machine(int number);

    /// Runs `body` in a thread that lives on this machine, as do the threads that it starts, and
    /// returns when it has ended. What it throws is thrown.
    void run(const std::function<void()>& body) const;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] const MacAddress& mac() const noexcept { return mac_; }
    /// The namespace.
    [[nodiscard]] int network() const noexcept { return network_.get(); }
    /// The frames of its card: one for each read and write, which do not block.
    [[nodiscard]] int card() const noexcept { return card_.get(); }

private:
    void set_up();

    const std::string address_;
    const MacAddress mac_;
    Descriptor network_;
    Descriptor card_;
};

}  // namespace kazoo::chaos
