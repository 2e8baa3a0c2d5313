// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/descriptor.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace kazoo::chaos {

using testing_support::Descriptor;
using testing_support::throw_errno;
using MacAddress = std::array<std::uint8_t, 6>;

/// A machine as seen by the network: a network namespace with one Ethernet interface, whose other
/// end is a TAP device. It has no name outside this process and ends with it.
class Machine {
public:
    /// Address 10.77.0.`number`. Throws std::system_error.
    explicit Machine(int number);

    /// Runs `body` in a thread inside this namespace, which threads started by it inherit. Returns
    /// when it has finished; rethrows its exception.
    void run(const std::function<void()>& body) const;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] const MacAddress& mac() const noexcept { return mac_; }
    /// Descriptor of the namespace.
    [[nodiscard]] int network() const noexcept { return network_.get(); }
    /// Descriptor of the interface: non-blocking, one frame per read or write.
    [[nodiscard]] int card() const noexcept { return card_.get(); }

private:
    void set_up();

    const std::string address_;
    const MacAddress mac_;
    Descriptor network_;
    Descriptor card_;
};

}  // namespace kazoo::chaos
