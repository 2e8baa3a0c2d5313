#pragma once

#include "server/four_letter_words.hpp"
#include "server/word_text.hpp"

namespace kazoo::server {

/// The answer to `mntr`: of Apache's lines those that a server of this kind can fill, and of the
/// others those that dashboards read, with the value of a server in which it does not happen.
void put_monitoring(WordText& out, const WordContext& context);

// What it shares with the other words.

/// Before 3.6 answers had other forms.
[[nodiscard]] bool is_old(const WordContext& context);
[[nodiscard]] std::string_view mode_of(const WordContext& context);
void put_average(WordText& out, const WordContext& context);

}  // namespace kazoo::server
