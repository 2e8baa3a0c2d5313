// SPDX-License-Identifier: Apache-2.0
#include "client/four_letter_word.hpp"

#include "async/stop_link.hpp"
#include "client/server_version.hpp"
#include "driver/environment_source.hpp"
#include "driver/four_letter_word.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <utility>

namespace kazoo::detail::client {
namespace {

/// For calls without a timeout.
constexpr auto answer_time = std::chrono::seconds(10);
constexpr std::size_t word_size = 4;

Error command_error(std::error_code code, std::string detail) {
    return Error(code, Outcome::not_applied, "command", {}, std::move(detail));
}

/// Closes the connection when the result is complete, for whatever reason.
void give_up_when_over(detail::ResultStateBase& state, Task give_up) {
    state.link_direct([give_up = std::move(give_up)](detail::ResultStateBase&) mutable {
        give_up();
    });
}

/// Fails the result when the client is stopped. The session, which ends all requests then, is not
/// involved in four-letter words.
void end_with_life(detail::ResultStateBase& state, const std::stop_token& life) {
    base::link_to_stop(state, life, [&state] {
        state.fail(command_error(ClientErrc::connection_closed, "the client has been stopped"));
    });
}

}  // namespace

AsyncResult<std::string> command(Core& core, std::string_view word, const CallContext& context) {
    Promise<std::string> promise(core.handler());
    auto result = promise.result();
    if (auto error = core.obstacle(context)) {
        promise.set_exception(std::move(error->operation("command")));
        return result;
    }
    if (word.size() != word_size) {
        promise.set_exception(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "command",
            {},
            "the word must have four characters"
        ));
        return result;
    }
    const auto server = core.server();
    if (!server) {
        promise.set_exception(Error(
            Errc::connection_loss, Outcome::not_sent, "command", {}, "the client is not connected"
        ));
        return result;
    }
    const auto deadline = context.deadline != TimePoint::max()
                              ? context.deadline
                              : detail::later(core.handler()->now(), answer_time);
    auto done = [promise = std::move(promise)](std::error_code error, std::string answer) mutable {
        if (error) {
            promise.set_exception(command_error(
                Errc::connection_loss, answer.empty() ? error.message() : std::move(answer)
            ));
        } else {
            promise.set(std::move(answer));
        }
    };
    auto give_up = driver::send_four_letter_word(
        driver::make_environment(core.handler(), core.options().tls()),
        *server,
        std::string(word),
        deadline,
        std::move(done)
    );
    // Linked first: whatever completes the result from here on also closes the connection.
    give_up_when_over(*detail::state_of(result), std::move(give_up));
    end_with_life(*detail::state_of(result), core.run_token());
    if (context.stop_token.stop_possible()) {
        cancel_on_stop(*detail::state_of(result), context.stop_token);
    }
    return result;
}

AsyncResult<std::vector<int>> server_version(std::shared_ptr<Core> core, CallContext context) {
    const auto answer = co_await direct(command(*core, "srvr", context));
    auto version = parse_server_version(answer);
    if (version.size() < 2) {
        throw_error(command_error(ClientErrc::protocol_error, "no version in: " + answer));
    }
    co_return version;
}

}  // namespace kazoo::detail::client
