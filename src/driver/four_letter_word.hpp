#pragma once

#include "driver/world.hpp"

#include <memory>
#include <string>

namespace kazoo::driver {

/// Gets the whole answer, or an error; called once.
using WordDone = UniqueFunction<void(std::error_code, std::string answer)>;

/// A four-letter word to a server, on a connection of its own. Lives on the executor of the world
/// that made its transport, and has no limit of time by itself.
class FourLetterWord final : public transport::Sink,
                             public std::enable_shared_from_this<FourLetterWord> {
public:
    FourLetterWord(std::string word, WordDone done)
        : word_(std::move(word)), done_(std::move(done)) {}

    /// Begins. `done` is not called inside.
    void ask(World& world, const base::Endpoint& server);
    /// Closes the connection and calls `done` with this error, if it has not been called.
    void give_up(std::error_code why) { finish(why); }

private:
    void on_resolved(std::uint64_t, std::error_code, std::vector<base::Endpoint>) override {}
    void on_connected(std::uint64_t) override;
    void on_bytes(std::uint64_t, std::span<const std::byte> bytes) override;
    void on_sent(std::uint64_t) override {}
    void on_closed(std::uint64_t, std::error_code error) override;
    void finish(std::error_code error);

    const std::string word_;
    WordDone done_;
    std::unique_ptr<transport::Transport> transport_;
    std::string answer_;
};

/// Sends a word from any thread; the answer must be there at `deadline`, for which the timer of
/// `world` is used. `done` is called on its executor. Returns what gives the word up, from any
/// thread.
[[nodiscard]] Task send_four_letter_word(
    std::shared_ptr<World> world,
    base::Endpoint server,
    std::string word,
    TimePoint deadline,
    WordDone done
);

}  // namespace kazoo::driver
