// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/unique_function.hpp>

#include <memory>

namespace kazoo::base {

/// A task for a loop, with what it needs beside it, so that passing it on allocates nothing.
struct LoopWork {
    using Run = void (*)(const std::shared_ptr<void>& owner, Task& task) noexcept;

    std::shared_ptr<void> owner;  // stays alive until the work is done
    Run run = nullptr;
    Task task;  // passed to `run`; may be empty

    void operator()() noexcept { run(owner, task); }
};

}  // namespace kazoo::base
