// SPDX-License-Identifier: Apache-2.0
// Completion tokens of Boost.Asio with allocations that fail: the initiating call throws
// std::bad_alloc, or the completion handler runs once, with the value or with out_of_memory.
#include "support/allocations/allocations.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::ClientErrc;
using kazoo::Promise;
using kazoo::testing_support::live_allocations;
using kazoo::testing_support::Shortage;
using kazoo::testing_support::Spared;

const std::string& long_value() {
    static const std::string value(100, 'v');
    return value;
}

/// What the completion handlers of one course were called with.
class Course {
public:
    void complete(bool has_failed, bool for_memory, const std::string& value) {
        ++completions_;
        good_ = good_ && (has_failed ? for_memory && value.empty() : value == long_value());
    }
    void complete(const std::exception_ptr& error, const std::string& value) {
        const Spared test;
        complete(error != nullptr, is_about_memory(error), value);
    }
    void complete(const boost::system::error_code& error, const std::string& value) {
        complete(error.failed(), error == ClientErrc::out_of_memory, value);
    }

    /// Counts a future that is ready as a completion.
    void look_at_future() {
        if (!future.valid() || future.wait_for(std::chrono::seconds(0)) != ready) {
            return;
        }
        try {
            complete(std::exception_ptr(), future.get());
        } catch (...) {
            complete(std::current_exception(), "");
        }
    }

    /// Called when the code under test has completed: the rest of the course has memory.
    void spare_the_rest() { rest_.emplace(); }

    asio::io_context loop;
    asio::cancellation_signal signal;
    std::future<std::string> future;

    [[nodiscard]] int completions() const { return completions_; }
    [[nodiscard]] bool good() const { return good_; }

private:
    static constexpr auto ready = std::future_status::ready;

    static bool is_about_memory(const std::exception_ptr& error) {
        return kazoo::detail::is_bad_alloc(error) ||
               kazoo::error_from(error).code() == ClientErrc::out_of_memory;
    }

    int completions_ = 0;
    bool good_ = true;
    std::optional<Spared> rest_;
};

using Initiate = std::function<void(Course&, const AsyncResult<std::string>&)>;

/// When the result is ready.
enum class Ready { before, after };

/// Returns whether any allocation failed.
bool complete_short(const Initiate& initiate, Ready ready, long nth, long length) {
    static_cast<void>(long_value());
    const auto before = live_allocations();
    bool met = false;
    {
        Course course;
        Promise<std::string> promise;
        if (ready == Ready::before) {
            promise.set(long_value());
        }
        bool initiated = true;
        std::string value = long_value();
        {
            const Shortage shortage(nth, length);
            try {
                initiate(course, promise.result());
            } catch (const std::bad_alloc&) {
                initiated = false;
            }
            EXPECT_EQ(course.completions(), 0) << "within the initiating call";
            if (ready == Ready::after) {
                course.loop.poll();  // lets a coroutine begin to wait
                course.loop.restart();
                promise.set(std::move(value));
            }
            course.loop.run();
            met = shortage.met();
        }
        course.look_at_future();
        EXPECT_EQ(course.completions(), initiated ? 1 : 0);
        EXPECT_TRUE(course.good()) << "neither the value nor out_of_memory";
        EXPECT_TRUE(initiated || !course.signal.slot().has_handler())
            << "a wait that has not begun can be cancelled";
    }
    EXPECT_EQ(live_allocations(), before);
    return met;
}

constexpr long enough = 1000;

void complete_short_everywhere(
    const Initiate& initiate, const std::vector<long>& lengths = {1, 2, 3, enough}
) {
    for (const auto ready : {Ready::before, Ready::after}) {
        static_cast<void>(complete_short(initiate, ready, enough, 1));
        ASSERT_FALSE(::testing::Test::HasFailure());
        for (const long length : lengths) {
            long nth = 1;
            for (bool met = true; met && nth < enough; ++nth) {
                SCOPED_TRACE("allocation " + std::to_string(nth) + ", " + std::to_string(length));
                met = complete_short(initiate, ready, nth, length);
                ASSERT_FALSE(::testing::Test::HasFailure());
            }
            EXPECT_GT(nth, 2) << "nothing is allocated";
            EXPECT_LT(nth, enough);
        }
    }
}

TEST(TokenMemory, OfAFunctionWithAnException) {
    complete_short_everywhere([](Course& course, const AsyncResult<std::string>& result) {
        result(asio::bind_executor(
            course.loop,
            [&course](const std::exception_ptr& error, const std::string& value) {
                course.complete(error, value);
            }
        ));
    });
}

TEST(TokenMemory, OfAFunctionWithAnErrorCode) {
    complete_short_everywhere([](Course& course, const AsyncResult<std::string>& result) {
        kazoo::with_error_code(
            result,
            asio::bind_executor(
                course.loop,
                [&course](const boost::system::error_code& error, const std::string& value) {
                    course.complete(error, value);
                }
            )
        );
    });
}

TEST(TokenMemory, OfAFunctionWithACancellationSlot) {
    complete_short_everywhere([](Course& course, const AsyncResult<std::string>& result) {
        result(asio::bind_cancellation_slot(
            course.signal.slot(),
            asio::bind_executor(
                course.loop,
                [&course](const std::exception_ptr& error, const std::string& value) {
                    course.complete(error, value);
                }
            )
        ));
    });
}

/// A std::promise that is destroyed without a value allocates an exception, and ends the process if
/// that fails, too.
TEST(TokenMemory, OfAFuture) {
    const auto initiate = [](Course& course, const AsyncResult<std::string>& result) {
        course.future = result(asio::bind_executor(course.loop, asio::use_future));
    };
    complete_short_everywhere(initiate, {1});
}

/// Starts a coroutine, with memory for what co_spawn itself needs: without it, exceptions would
/// leave the loop.
void spawn(Course& course, asio::awaitable<void> coroutine) {
    const Spared co_spawn_itself;
    asio::co_spawn(course.loop, std::move(coroutine), asio::detached);
}

/// The allocation of the frame may throw, too, as that of every coroutine.
TEST(TokenMemory, OfAnAwaitable) {
    const auto wait = [](Course& course, AsyncResult<std::string> result) -> asio::awaitable<void> {
        try {
            const auto value = co_await result(asio::use_awaitable);
            course.complete(std::exception_ptr(), value);
        } catch (const std::exception&) {
            course.complete(std::current_exception(), "");
        }
        course.spare_the_rest();
    };
    complete_short_everywhere([&](Course& course, const AsyncResult<std::string>& result) {
        const Spared coroutine;
        spawn(course, wait(course, result));
    });
}

TEST(TokenMemory, OfAnAwaitableWithAnErrorCode) {
    const auto wait = [](Course& course, AsyncResult<std::string> result) -> asio::awaitable<void> {
        try {
            const auto [error, value] = co_await result(asio::as_tuple(asio::use_awaitable));
            course.complete(error, value);
        } catch (const std::bad_alloc&) {  // of the frame
            course.complete(std::current_exception(), "");
        }
        course.spare_the_rest();
    };
    complete_short_everywhere([&](Course& course, const AsyncResult<std::string>& result) {
        const Spared coroutine;
        spawn(course, wait(course, result));
    });
}

}  // namespace
