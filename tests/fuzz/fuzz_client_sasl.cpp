// SPDX-License-Identifier: Apache-2.0
// Fuzzes the SASL exchange of a client's session: a mechanism that takes any steps, and a server
// that answers with any tokens, errors and bytes, or not at all. Checks that the session is
// CONNECTED only after an exchange that both sides have completed; SessionScript checks the rest,
// such as that nothing else is sent meanwhile.
#include "fuzz/harness.hpp"
#include "support/session_script.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::fuzz {
namespace {

using std::chrono::milliseconds;
using testing_support::Recovery;
using testing_support::SessionScript;
using Kind = session::SaslAnswer::Kind;
using Network = SessionScript::Network;
using namespace std::chrono_literals;

constexpr int most_steps = 300;

class Exchange {
public:
    explicit Exchange(Input& input) : input_(input), script_(config_of(input)) {}

    void run() {
        script_.start();
        for (int steps = 0; steps < most_steps && !input_.empty() && !over(); ++steps) {
            step();
            const bool connected = script_.session().state() == KeeperState::CONNECTED;
            require(!connected || authenticated_, "CONNECTED follows a complete exchange");
        }
        if (partial_frame_ && script_.network() == Network::open) {
            script_.closed();
        }
        script_.finish(input_.pick({Recovery::resumed, Recovery::expired, Recovery::none}));
    }

private:
    static session::Config config_of(Input& input) {
        auto config = testing_support::script_config();
        config.sasl = true;
        config.limits.request_bytes = 64 + input.byte();
        config.connection_retry.max_delay(1s);
        if (input.flag()) {
            config.auth = {{"digest", "a:b"}};
        }
        return config;
    }

    bool over() { return script_.session().finished(); }

    void step() {
        switch (script_.network()) {
            case Network::idle:
                return script_.pass(milliseconds(input_.byte() * 4));
            case Network::resolving:
                return script_.resolved();
            case Network::connecting:
                partial_frame_ = greeted_ = awaited_ = last_ = authenticated_ = false;
                tokens_ = 0;
                return script_.connected();
            case Network::open:
                return open();
        }
    }

    void open() {
        const auto kind = input_.below(16);
        if (kind == 0) {
            return script_.closed();
        }
        if (kind == 1 || partial_frame_) {
            return script_.pass(milliseconds(input_.integer<std::uint16_t>() % 4000));
        }
        if (kind == 2) {
            return script_.get("n" + std::to_string(++names_));
        }
        script_.deliver_in_pieces(input_.below(20));
        if (!greeted_) {
            greeted_ = true;
            return script_.welcome();
        }
        if (script_.asks_for_sasl()) {
            return mechanism();
        }
        awaited_ ? server(kind) : static_cast<void>(script_.serve_one());
    }

    void mechanism() {
        const auto kind = input_.pick(
            {Kind::token,
             Kind::token,
             Kind::token,
             Kind::last_token,
             Kind::last_token,
             Kind::complete,
             Kind::not_ready,
             Kind::failed,
             Kind::no_memory}
        );
        const auto text = input_.text(input_.below(200));
        awaited_ = kind == Kind::token || kind == Kind::last_token;
        last_ = kind == Kind::last_token;
        authenticated_ = authenticated_ || kind == Kind::complete;
        tokens_ += awaited_ ? 1 : 0;
        script_.sasl_step(kind, text);
    }

    void server(std::size_t kind) {
        switch (kind) {
            case 3:
                return start_of_a_frame();
            case 4:
                return script_.reply({input_.pick({-1, -2, -4, -8, -100, 0, 0x7fffffff}), 0, 0});
            case 5:
                return malformed();
            case 6:
                awaited_ = false;
                return script_.sasl_reply(token(), error());
            default:
                return answer(token());
        }
    }

    void answer(const std::optional<std::string>& challenge) {
        awaited_ = false;
        // A null token in reply to the first one is what servers without SASL send.
        const bool accepts = challenge ? challenge->empty() : tokens_ > 1;
        authenticated_ = last_ && accepts;
        script_.sasl_reply(challenge);
    }

    /// A whole frame without a whole token, or with an error and any bytes.
    void malformed() {
        awaited_ = false;
        if (input_.flag()) {
            return script_.sasl_reply_of_bytes(input_.bytes(input_.below(64)), error());
        }
        auto body = input_.bytes(input_.below(4));
        if (input_.flag()) {
            body = input_.bytes(input_.below(64));
            const std::byte length[] = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
            body.insert(body.begin(), std::begin(length), std::end(length));
        }
        script_.sasl_reply_of_bytes(body);
    }

    std::optional<std::string> token() {
        switch (input_.below(4)) {
            case 0:
                return std::nullopt;
            case 1:
                return "";
            default:
                return input_.text();
        }
    }

    std::int32_t error() {
        return input_.pick({-115, -124, -6, -112, -118, -4, -1, 1, 7, -2'147'483'647});
    }

    /// A length, and less than that of the frame, so that no reply is complete.
    void start_of_a_frame() {
        const auto length = input_.flag() ? input_.integer<std::int32_t>() : input_.byte();
        auto content = input_.bytes(input_.below(64));
        if (length > 0 && content.size() >= static_cast<std::size_t>(length)) {
            content.resize(static_cast<std::size_t>(length) - 1);
        }
        base::Buffer out;
        codec::Encoder(out).i32(length);
        out.append(content.data(), content.size());
        partial_frame_ = true;
        script_.bytes(out.span().first(out.size() - (content.empty() ? input_.below(4) : 0)));
    }

    Input& input_;
    SessionScript script_;
    int names_ = 0;
    // Of the present connection:
    bool greeted_ = false;        // the handshake is complete
    bool partial_frame_ = false;  // the server has sent a part of a frame
    bool awaited_ = false;        // the server has still to answer a token
    bool last_ = false;           // which is the last one
    bool authenticated_ = false;
    int tokens_ = 0;  // that the client has sent
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: the configuration of the session, then the steps of mechanism, server and network.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    testing::GTEST_FLAG(throw_on_failure) = true;  // terminates: nothing catches it
    kazoo::fuzz::Input input(data, size);
    kazoo::fuzz::Exchange(input).run();
    return 0;
}
