// SPDX-License-Identifier: Apache-2.0
// The parts of Handler that are the same for every handler: sleeping, and reporting exceptions that
// escape from callbacks.
#include <kazoo/detail/result_state.hpp>
#include <kazoo/handler.hpp>

#include <string>

namespace kazoo {

std::string_view to_string(Lane lane) noexcept {
    switch (lane) {
        case Lane::completion:
            return "completion";
        case Lane::callback:
            return "callback";
        case Lane::session:
            return "session";
    }
    return "unknown";
}

void Handler::sleep(AnyDuration duration) {
    detail::check_may_block();
    const auto end = detail::later(now(), duration.value());
    const auto sleeper = waiter();
    while (now() < end) {  // a waiter may return early
        sleeper->wait_until(end);
    }
}

void Handler::report_escaped(Lane lane, const std::exception_ptr& error) noexcept {
    try {
        std::string what = "an object that is not a std::exception";
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            what = e.what();
        } catch (...) {
        }
        Logger logger;  // a copy: the user's sink is called without the mutex
        {
            const std::lock_guard lock(logger_mutex_);
            logger = logger_;
        }
        logger.log(
            LogLevel::error,
            "a callback on the " + std::string(to_string(lane)) + " lane threw " + what
        );
    } catch (...) {
        // Out of memory: the report is lost, but the lane continues.
    }
}

void Handler::set_logger(Logger logger) {
    const std::lock_guard lock(logger_mutex_);
    std::swap(logger_, logger);  // the old sink, which is the user's, is destroyed after the mutex
}

}  // namespace kazoo
