// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/change_queue.hpp"

#include <kazoo/event.hpp>
#include <kazoo/recipes/tree_cache.hpp>

#include <memory>

namespace kazoo::detail::recipe {

class Caching;

/// One TreeStream of a cache.
class TreeReader {
public:
    /// Opens the stream. Throws std::bad_alloc.
    TreeReader(std::shared_ptr<Caching> caching, StreamFrom from);
    TreeReader(const TreeReader&) = delete;
    TreeReader& operator=(const TreeReader&) = delete;
    ~TreeReader();

    /// Returns the next event.
    [[nodiscard]] static AsyncResult<std::optional<TreeEvent>> next(
        std::shared_ptr<TreeReader> reader
    );
    void close() noexcept;

private:
    friend class Caching;
    class Turn;

    const std::shared_ptr<Caching> caching_;
    const Event woken_;  // set when an event waits or the stream has ended
    // Guarded by the mutex of the cache:
    ChangeQueue queue_;
    bool to_wake_ = false;  // woken_ is to be set
    bool open_ = false;     // queue_ is one of the model's
    bool reading_ = false;  // a call of next is pending
};

}  // namespace kazoo::detail::recipe
