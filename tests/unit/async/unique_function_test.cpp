// SPDX-License-Identifier: Apache-2.0
#include <kazoo/unique_function.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace {

using kazoo::UniqueFunction;

/// Counts its instances; `size` determines whether it fits into a UniqueFunction.
template <std::size_t size>
class Counted {
public:
    explicit Counted(int& living) : living_(&living) { ++*living_; }
    Counted(Counted&& other) noexcept : living_(other.living_), calls_(other.calls_) { ++*living_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*living_; }
    int operator()(int x) { return x + ++calls_; }

private:
    int* living_;
    int calls_ = 0;
    [[maybe_unused]] std::array<char, size> ballast_{};
};

template <class T>
class UniqueFunctionStorage : public testing::Test {};
using Sizes = testing::Types<Counted<1>, Counted<200>>;
TYPED_TEST_SUITE(UniqueFunctionStorage, Sizes, );

TYPED_TEST(UniqueFunctionStorage, KeepsOneLivingTargetWhereverItIsMoved) {
    int living = 0;
    {
        UniqueFunction<int(int)> first{TypeParam(living)};
        EXPECT_EQ(living, 1);
        EXPECT_EQ(first(10), 11);
        UniqueFunction<int(int)> second(std::move(first));
        EXPECT_EQ(living, 1);
        EXPECT_FALSE(first);
        EXPECT_EQ(second(10), 12);  // with its state
        UniqueFunction<int(int)> third;
        third = std::move(second);
        EXPECT_EQ(living, 1);
        EXPECT_EQ(third(10), 13);
    }
    EXPECT_EQ(living, 0);
}

TYPED_TEST(UniqueFunctionStorage, AssignmentDestroysTheFormerTarget) {
    int living = 0;
    UniqueFunction<int(int)> function{TypeParam(living)};
    function = UniqueFunction<int(int)>([](int x) { return x; });
    EXPECT_EQ(living, 0);
    EXPECT_EQ(function(5), 5);
    function = UniqueFunction<int(int)>{TypeParam(living)};
    function = nullptr;
    EXPECT_EQ(living, 0);
    EXPECT_FALSE(function);
}

TYPED_TEST(UniqueFunctionStorage, SurvivesMoveToItself) {
    int living = 0;
    UniqueFunction<int(int)> function{TypeParam(living)};
    auto& same = function;
    function = std::move(same);
    EXPECT_EQ(living, 1);
    EXPECT_EQ(function(1), 2);
}

TEST(UniqueFunction, EmptyOnesAreFalseAndThrow) {
    UniqueFunction<void()> none;
    EXPECT_FALSE(none);
    EXPECT_THROW(none(), std::bad_function_call);
    void (*null)() = nullptr;
    EXPECT_FALSE(UniqueFunction<void()>(null));
    EXPECT_FALSE(UniqueFunction<void()>(nullptr));
}

TEST(UniqueFunction, HoldsMoveOnlyTargets) {
    UniqueFunction<int()> function([p = std::make_unique<int>(7)] { return *p; });
    EXPECT_EQ(function(), 7);
}

TEST(UniqueFunction, PassesArgumentsAndResultsUncopied) {
    UniqueFunction<std::unique_ptr<int>(std::unique_ptr<int>)> through([](std::unique_ptr<int> p) {
        return p;
    });
    auto p = std::make_unique<int>(3);
    auto* const raw = p.get();
    EXPECT_EQ(through(std::move(p)).get(), raw);

    std::string text = "a";
    UniqueFunction<std::string&(std::string&)> same([](std::string& s) -> std::string& {
        return s += "b";
    });
    EXPECT_EQ(&same(text), &text);
    EXPECT_EQ(text, "ab");
}

TEST(UniqueFunction, DiscardsAnUnusedResult) {
    int calls = 0;
    UniqueFunction<void()> function([&calls] { return ++calls; });
    function();
    EXPECT_EQ(calls, 1);
}

TEST(UniqueFunction, TakesMemberPointers) {
    UniqueFunction<std::size_t(const std::string&)> size(&std::string::size);
    EXPECT_EQ(size("four"), 4U);
}

TEST(UniqueFunction, LetsExceptionsThrough) {
    UniqueFunction<void()> function([] { throw std::string("out"); });
    EXPECT_THROW(function(), std::string);
    EXPECT_TRUE(function);
}

// The callback's target refers to the object that holds the callback.
TEST(UniqueFunction, IsEmptyWhileItsTargetIsDestroyed) {
    struct Owner {
        UniqueFunction<void()> function;
    };
    struct Probe {
        Owner* owner;
        bool* was_empty;
        Probe(Owner& o, bool& e) : owner(&o), was_empty(&e) {}
        Probe(Probe&& other) noexcept
            : owner(std::exchange(other.owner, nullptr)), was_empty(other.was_empty) {}
        ~Probe() {
            if (owner != nullptr) *was_empty = !owner->function;
        }
        void operator()() {}
    };
    Owner owner;
    bool was_empty = false;
    owner.function = Probe(owner, was_empty);
    owner.function = nullptr;
    EXPECT_TRUE(was_empty);
}

struct ThrowsWhenMoved {
    ThrowsWhenMoved() = default;
    ThrowsWhenMoved(ThrowsWhenMoved&&) noexcept(false) {
        if (armed) throw 1;
    }
    void operator()() {}
    static inline bool armed = false;
};

TEST(UniqueFunction, MovesWithoutThrowingForAnyTarget) {
    UniqueFunction<void()> function{ThrowsWhenMoved()};
    ThrowsWhenMoved::armed = true;
    UniqueFunction<void()> moved(std::move(function));
    ThrowsWhenMoved::armed = false;
    EXPECT_TRUE(moved);
    static_assert(std::is_nothrow_move_constructible_v<UniqueFunction<void()>>);
    static_assert(!std::is_copy_constructible_v<UniqueFunction<void()>>);
}

}  // namespace
