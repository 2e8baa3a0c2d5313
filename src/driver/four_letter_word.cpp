// SPDX-License-Identifier: Apache-2.0
#include "driver/four_letter_word.hpp"

#include <new>
#include <utility>

namespace kazoo::driver {
namespace {

/// More than any server answers; bounds what a peer that is not one can make the client store.
constexpr std::size_t answer_limit = 64u << 20;

}  // namespace

void FourLetterWord::ask(Environment& environment, const base::Endpoint& server) {
    if (done_) {
        transport_ = environment.make_transport(weak_from_this());
        transport_->connect(1, server);
    }
}

void FourLetterWord::on_connected(std::uint64_t) {
    try {
        base::Buffer out;
        out.append(word_.data(), word_.size());
        static_cast<void>(transport_->send(out));
    } catch (const std::bad_alloc&) {
        finish(std::make_error_code(std::errc::not_enough_memory));
    }
}

void FourLetterWord::on_bytes(std::uint64_t, std::span<const std::byte> bytes) {
    if (answer_.size() + bytes.size() > answer_limit) {
        return finish(std::make_error_code(std::errc::message_size));
    }
    try {
        answer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    } catch (const std::bad_alloc&) {
        finish(std::make_error_code(std::errc::not_enough_memory));
    }
}

/// The end of the stream ends the answer. Some servers reset the connection instead, so that an
/// error after some bytes also does.
void FourLetterWord::on_closed(std::uint64_t, std::error_code error, std::string_view why) {
    answer_.empty() ? finish(error, why) : finish({});
}

void FourLetterWord::finish(std::error_code error, std::string_view why) {
    if (!done_) {
        return;
    }
    if (error) {
        try {
            answer_ = why;
        } catch (const std::bad_alloc&) {
            answer_.clear();  // the error says enough
        }
    }
    if (transport_) {
        transport_->disconnect();
    }
    std::exchange(done_, nullptr)(error, std::move(answer_));  // may release this
}

Task send_four_letter_word(
    std::shared_ptr<Environment> environment,
    base::Endpoint server,
    std::string word,
    TimePoint deadline,
    WordDone done
) {
    auto asked = std::make_shared<FourLetterWord>(
        std::move(word),
        [environment, done = std::move(done)](std::error_code error, std::string answer) mutable {
            environment->clear_timer();
            done(error, std::move(answer));
        }
    );
    environment->post([environment, asked, server = std::move(server), deadline] {
        // The timer keeps the object alive until the answer has arrived or the time is up.
        environment->set_timer(deadline, [asked] {
            asked->give_up(std::make_error_code(std::errc::timed_out));
        });
        asked->ask(*environment, server);
    });
    // Weak, or there would be a cycle: `done` may own a result that owns the task returned here.
    return [environment = std::move(environment), weak = std::weak_ptr(asked)] {
        environment->post([weak] {
            if (const auto alive = weak.lock()) {
                alive->give_up(std::make_error_code(std::errc::operation_canceled));
            }
        });
    };
}

}  // namespace kazoo::driver
