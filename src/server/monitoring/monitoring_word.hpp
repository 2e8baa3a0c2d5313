#pragma once

#include "server/monitoring/four_letter_words.hpp"
#include "server/monitoring/word_text.hpp"

namespace kazoo::server {

/// Answers `mntr`: the lines of Apache's server that have a meaning here, and those of the others
/// that dashboards read, with the value of a server on which the event never happens.
void put_monitoring(WordText& out, const WordContext& context);

// Shared with the other words.

/// Whether the release is older than 3.6, in which several answers have other formats.
[[nodiscard]] bool is_old(const WordContext& context);
/// Returns "read-only" for a read-only server, else the mode of the context.
[[nodiscard]] std::string_view mode_of(const WordContext& context);
/// Appends the average latency: an integer before 3.6 and for ClickHouse Keeper, else a decimal.
void put_average(WordText& out, const WordContext& context);

}  // namespace kazoo::server
