// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/member/connection.hpp"
#include "server/member/node_state.hpp"
#include "server/monitoring/four_letter_words.hpp"
#include "server/rules/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::server {

/// Answers the four-letter words from a snapshot of the server node, and has their effects.
class FourLetterService {
public:
    explicit FourLetterService(NodeState& state) noexcept : state_(state) {}

    /// The first client has connected; does nothing at later calls.
    void on_open(Time now) noexcept { started_ = started_.value_or(now.steady); }
    void set_trace_mask(std::int64_t mask) noexcept { trace_mask_ = mask; }
    /// Returns nullopt if the connection is closed without an answer.
    [[nodiscard]] std::optional<std::string> answer(
        std::string_view word, const Connection& by, Time now
    );

private:
    [[nodiscard]] ConnectionInfo connection_info(const Connection& connection, bool is_requester)
        const;

    NodeState& state_;
    std::optional<SteadyTime> started_;  // when the first client connected
    std::int64_t trace_mask_ = initial_trace_mask;
};

}  // namespace kazoo::server
