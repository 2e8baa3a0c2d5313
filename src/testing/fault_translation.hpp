#pragma once

#include "server/faults.hpp"

#include <kazoo/testing/fault.hpp>

namespace kazoo::testing {

// What the words of a test are in the words of the server's core.

[[nodiscard]] server::RequestFault to_core(const Fault& fault);
[[nodiscard]] server::HandshakeFault to_core(Handshake what);

}  // namespace kazoo::testing
