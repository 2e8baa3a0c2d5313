#pragma once

#include <kazoo/unique_function.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kazoo::base {

/// Lets steps that lead to one another, such as the ends of results that wait for one another, go
/// on in the same thread without piling up on its stack.
///
/// Measures the stack instead of counting, because green threads share a thread but no stack: a
/// count would go up with each of them that sleeps in the midst of a step.
///
/// A step begins and ends in one thread.
class Trampoline {
public:
    /// Runs `step`: now, or, inside of other steps that have taken some stack already, when the
    /// outermost of these has returned. Steps throw nothing.
    template <class Step>
    static void run(Step&& step) {
        const auto here = stack_position();
        if (current_ != nullptr && current_->is_around(here)) {
            if (current_->taken(here) < stack_limit ||
                !current_->postpone(std::forward<Step>(step))) {
                step();
            }
            return;
        }
        Trampoline outermost(here);
        step();
        outermost.run_postponed();
    }

    /// Runs what was postponed in this thread; for before it blocks, since what it is about to wait
    /// for may be among that. The steps under way are forgotten: nothing is left to them any more.
    static void run_pending();

    Trampoline(const Trampoline&) = delete;
    Trampoline& operator=(const Trampoline&) = delete;

private:
    static constexpr std::size_t stack_limit = 16'384;
    /// What is farther away stands on another stack; they are larger than this.
    static constexpr std::size_t stack_reach = 65'536;

    explicit Trampoline(std::uintptr_t base) noexcept : base_(base) { current_ = this; }
    ~Trampoline();

    [[nodiscard]] static std::uintptr_t stack_position() noexcept {
#if defined(__GNUC__)
        // Not the address of a variable: the address sanitizer keeps those elsewhere.
        return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
#else
        const volatile char here = 0;
        return reinterpret_cast<std::uintptr_t>(&here);
#endif
    }
    [[nodiscard]] std::size_t taken(std::uintptr_t here) const noexcept {
        return here < base_ ? base_ - here : here - base_;
    }
    [[nodiscard]] bool is_around(std::uintptr_t here) const noexcept {
        return taken(here) < stack_reach;
    }
    template <class Step>
    [[nodiscard]] bool postpone(Step&& step) noexcept {
        try {
            postponed_.emplace_back(std::forward<Step>(step));
            return true;
        } catch (...) {
            return false;
        }
    }
    void run_postponed();

    static constinit thread_local Trampoline* current_;

    const std::uintptr_t base_;
    std::vector<Task> postponed_;
    std::size_t next_ = 0;
};

}  // namespace kazoo::base
