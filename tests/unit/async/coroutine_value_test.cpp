// SPDX-License-Identifier: Apache-2.0
// Coroutine return values that cannot be copied or moved at the crucial moment.
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;

/// Throws at the nth copy of the original object.
class Fragile {
public:
    explicit Fragile(int copies) : copies_(copies) {}
    Fragile(const Fragile& other) : copies_(other.copies_ - 1) {
        if (copies_ < 0) throw std::runtime_error("no more copies");
    }
    Fragile& operator=(const Fragile&) = delete;
    [[nodiscard]] int copies() const { return copies_; }

private:
    int copies_;
};

AsyncResult<Fragile> give(int copies, AsyncResult<> awaited) {
    co_await awaited;
    const Fragile value(copies);
    co_return value;
}

TEST(CoroutineValue, FailingToCopyIsTheErrorOfTheResult) {
    int succeeded = 0;
    for (int copies = 0; copies < 5; ++copies) {
        Promise<> promise;
        const auto result = give(copies, promise.result());
        promise.set();
        ASSERT_TRUE(result.ready());
        if (result.successful()) {
            ++succeeded;
        } else {
            EXPECT_THROW(result.get(), std::runtime_error);
        }
    }
    EXPECT_GT(succeeded, 0);
    EXPECT_LT(succeeded, 5);
}

TEST(CoroutineValue, IsCopiedOnce) {
    Promise<> promise;
    promise.set();
    const auto result = give(1, promise.result());
    EXPECT_EQ(result.get().copies(), 0);
}

/// Its destructor throws, after the value has been returned.
struct Late {
    ~Late() noexcept(false) { throw std::runtime_error("late"); }
};
AsyncResult<Fragile> fail_after_the_value() {
    const Late late;
    co_return Fragile(9);
}

TEST(CoroutineValue, IsReplacedByALaterError) {
    const auto result = fail_after_the_value();
    EXPECT_THROW(result.get(), std::runtime_error);
}

}  // namespace
