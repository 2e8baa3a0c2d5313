// SPDX-License-Identifier: Apache-2.0
#include "base/fork_guard.hpp"

#include <atomic>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#endif

namespace kazoo::base {
namespace {

std::atomic<std::uint32_t> generation{0};

/// The handler runs in the child, before fork() returns there.
bool watch_forks() noexcept {
#if defined(__unix__) || defined(__APPLE__)
    return pthread_atfork(nullptr, nullptr, [] {
               generation.fetch_add(1, std::memory_order_relaxed);
           }) == 0;
#else
    return true;
#endif
}

std::uint32_t present_generation() noexcept {
    static const bool watched = watch_forks();
    static_cast<void>(watched);
    return generation.load(std::memory_order_relaxed);
}

}  // namespace

std::uint32_t fork_generation() noexcept {
    return present_generation();
}

ForkGuard::ForkGuard() noexcept : generation_(present_generation()) {}

// The constructor has seen to it that forks are counted.
bool ForkGuard::in_child() const noexcept {
    return generation_ != generation.load(std::memory_order_relaxed);
}

}  // namespace kazoo::base
