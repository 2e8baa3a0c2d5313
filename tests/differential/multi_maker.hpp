// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choice.hpp"
#include "codec/opcode.hpp"

#include <string>
#include <vector>

namespace kazoo::differential {

/// An operation that can be sent alone or in a multi.
struct MadeOp {
    codec::Opcode op{};
    std::string body;
};

/// The body of a multi or multi_read with these operations.
[[nodiscard]] std::string multi_body(const std::vector<MadeOp>& ops);
[[nodiscard]] MadeOp make_create(Choice& choice);
[[nodiscard]] MadeOp make_delete(Choice& choice);
[[nodiscard]] MadeOp make_set_data(Choice& choice);
[[nodiscard]] MadeOp make_check(Choice& choice);
/// Occasionally malformed.
[[nodiscard]] MadeOp make_multi(Choice& choice);
[[nodiscard]] MadeOp make_multi_read(Choice& choice);

}  // namespace kazoo::differential
