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
    while (now() < end) {
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
        Logger logger;
        {
            const std::lock_guard lock(logger_mutex_);
            logger = logger_;
        }
        logger.log(
            LogLevel::error,
            "a callback on the " + std::string(to_string(lane)) + " lane threw " + what
        );
    } catch (...) {
        // Out of memory while reporting: the callback's fault is lost, the lane goes on.
    }
}

void Handler::set_logger(Logger logger) {
    const std::lock_guard lock(logger_mutex_);
    std::swap(logger_, logger);  // the old one ends after the lock: its sink is the user's
}

}  // namespace kazoo
