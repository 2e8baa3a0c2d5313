// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/member/fault_table.hpp"

#include <kazoo/testing/fault.hpp>

namespace kazoo::testing {

// Conversion of the public fault types to those of the server's core.

[[nodiscard]] server::RequestFault to_core(const Fault& fault);
[[nodiscard]] server::HandshakeFault to_core(Handshake what);

}  // namespace kazoo::testing
