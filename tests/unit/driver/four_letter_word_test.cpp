// SPDX-License-Identifier: Apache-2.0
// How the answer to a four-letter word ends.
#include "driver/four_letter_word.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace kazoo::driver {
namespace {

class NoTransport final : public transport::Transport {
public:
    void resolve(std::uint64_t, const std::string&, std::uint16_t) override {}
    void connect(std::uint64_t, const base::Endpoint&) override {}
    bool send(base::Buffer& bytes) override {
        bytes.clear();
        return true;
    }
    void disconnect() override {}
};

class NoWorld final : public Environment {
public:
    [[nodiscard]] TimePoint now() const noexcept override { return {}; }
    void post(Task) override {}
    void set_timer(TimePoint, Task) override {}
    void clear_timer() override {}
    std::unique_ptr<transport::Transport> make_transport(std::weak_ptr<transport::Sink>) override {
        return std::make_unique<NoTransport>();
    }
};

class FourLetterWordTest : public ::testing::Test {
protected:
    void SetUp() override { word_->ask(environment_, {"127.0.0.1", 2181}); }
    void receive(std::string_view bytes) {
        sink().on_bytes(1, std::as_bytes(std::span(bytes.data(), bytes.size())));
    }
    [[nodiscard]] transport::Sink& sink() { return *word_; }

    NoWorld environment_;
    std::error_code error_;
    std::string answer_;
    std::shared_ptr<FourLetterWord> word_ =
        std::make_shared<FourLetterWord>("ruok", [this](std::error_code error, std::string answer) {
            error_ = error;
            answer_ = std::move(answer);
        });
};

TEST_F(FourLetterWordTest, EndsWithTheConnectionInWhateverWay) {
    receive("im");
    receive("ok");
    sink().on_closed(1, std::make_error_code(std::errc::connection_reset), "reset");
    EXPECT_FALSE(error_);
    EXPECT_EQ(answer_, "imok");
}

TEST_F(FourLetterWordTest, WithoutAnAnswerTheWordsOfTheTransportAreTheReason) {
    const auto refused = std::make_error_code(std::errc::connection_aborted);
    sink().on_closed(1, refused, "TLS: the server refuses the handshake");
    EXPECT_EQ(error_, refused);
    EXPECT_EQ(answer_, "TLS: the server refuses the handshake");
}

TEST_F(FourLetterWordTest, AnUnfinishedAnswerIsNotGivenWithAnError) {
    receive("im");
    word_->give_up(std::make_error_code(std::errc::timed_out));
    EXPECT_EQ(error_, std::errc::timed_out);
    EXPECT_EQ(answer_, "");
}

}  // namespace
}  // namespace kazoo::driver
