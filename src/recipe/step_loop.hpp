// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/pauses.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/sleep.hpp>

#include <memory>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {

/// Calls `step()`, which returns an AsyncResult<bool>, until that is false. If there is no memory
/// for a step, pauses and calls it again. Fails with any other error of a step, and if there is no
/// memory for the pauses either.
template <class Step>
AsyncResult<void> run_steps(std::shared_ptr<Handler> handler, Step step) {
    TriesWithoutMemory without_memory;
    for (bool continues = true; continues;) {
        bool no_memory = false;
        try {
            auto done = step();
            continues = co_await direct(std::move(done));
        } catch (const std::bad_alloc&) {
            no_memory = true;
        } catch (const OutOfMemoryError&) {
            no_memory = true;
        }
        if (!no_memory) {
            without_memory.reset();
            continue;
        }
        try {
            auto pause = sleep_async(handler, pause_without_memory);
            co_await direct(std::move(pause));
            without_memory.reset();
        } catch (...) {
            without_memory.pause_failed();
        }
    }
}

}  // namespace kazoo::detail::recipe
