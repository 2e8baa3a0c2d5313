// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/monitoring/four_letter_text.hpp"
#include "server/monitoring/four_letter_words.hpp"

namespace kazoo::server {

/// Answers `mntr`: the lines of Apache's server that have a meaning here, and those of the others
/// that dashboards read, with the value of a server on which the event never happens.
void put_mntr(FourLetterText& out, const FourLetterContext& context);

// Shared with the other words.

/// Whether the release is older than 3.6, in which several answers have other formats.
[[nodiscard]] bool is_old(const FourLetterContext& context);
/// Returns "read-only" for a read-only server, else the mode of the context.
[[nodiscard]] std::string_view mode_of(const FourLetterContext& context);
/// Appends the average latency: an integer before 3.6 and for ClickHouse Keeper, else a decimal.
void put_average(FourLetterText& out, const FourLetterContext& context);

}  // namespace kazoo::server
