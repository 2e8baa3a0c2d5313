// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache_check.hpp"
#include "machine.hpp"
#include "support/handler_kit.hpp"
#include "tree_reader.hpp"

#include <kazoo/client.hpp>
#include <kazoo/recipes/tree_cache.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace kazoo::chaos {

/// A client with a TreeCache of recipe_root, on a machine that it shares with a program.
class CacheUser {
public:
    struct Options {
        int number = 0;
        std::string hosts;
        std::string handler;  ///< a name from handler_kinds()
        std::chrono::milliseconds session_timeout{4000};
    };
    CacheUser(const Options& options, const Machine& machine);
    CacheUser(const CacheUser&) = delete;

    /// Waits until the copy, and what follows from the events, equal the tree that a server serves,
    /// and no comparison is due; at most until `limit`. check_cache() reports what differs then.
    void come_to_rest(const ServedTree& tree, std::chrono::milliseconds limit);
    /// Ends the cache and its client.
    void end();
    [[nodiscard]] const CacheRecord& record() const noexcept { return record_; }

private:
    void begin(const Options& options);
    [[nodiscard]] bool is_at_rest(const ServedTree& tree);

    std::mutex mutex_;  // guards the events and faults of record_ until the end
    CacheRecord record_;
    std::unique_ptr<testing_support::HandlerKit> kit_;
    std::unique_ptr<KazooClient> zk_;
    std::unique_ptr<TreeCache> cache_;
};

}  // namespace kazoo::chaos
