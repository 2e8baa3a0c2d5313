// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/environment.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kazoo::driver {

/// Called once, with the whole answer or an error. After an error, `answer` says more in words, or
/// is empty.
using WordDone = UniqueFunction<void(std::error_code, std::string answer)>;

/// Sends a four-letter word to a server, on a separate connection, and collects the answer. Used on
/// the executor of the environment that makes its transport. It has no timeout; the caller calls
/// give_up().
class FourLetterWord final : public transport::Sink,
                             public std::enable_shared_from_this<FourLetterWord> {
public:
    FourLetterWord(std::string word, WordDone done)
        : word_(std::move(word)), done_(std::move(done)) {}

    /// Connects and sends the word. `done` is not called within this call.
    void ask(Environment& environment, const base::Endpoint& server);
    /// Closes the connection and calls `done` with this error, unless it has been called before.
    void give_up(std::error_code why) { finish(why); }

private:
    void on_resolved(std::uint64_t, std::error_code, std::vector<base::Endpoint>) override {}
    void on_connected(std::uint64_t) override;
    void on_bytes(std::uint64_t, std::span<const std::byte> bytes) override;
    void on_sent(std::uint64_t) override {}
    void on_closed(std::uint64_t, std::error_code error, std::string_view why) override;
    void finish(std::error_code error, std::string_view why = {});

    const std::string word_;
    WordDone done_;  // null once it has been called
    std::unique_ptr<transport::Transport> transport_;
    std::string answer_;
};

/// Sends a word; thread-safe. Fails with `timed_out` if the answer has not arrived by `deadline`,
/// for which the timer of `environment` is used. `done` is called on the environment's executor.
/// Returns a function that cancels this, from any thread.
[[nodiscard]] Task send_four_letter_word(
    std::shared_ptr<Environment> environment,
    base::Endpoint server,
    std::string word,
    TimePoint deadline,
    WordDone done
);

}  // namespace kazoo::driver
