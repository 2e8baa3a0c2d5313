// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/caches.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/tree_cache.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace kazoo::sim {

/// The use of TreeCaches by one program: one at a time, with a listener, streams and reads. The
/// nodes are those of the other activity of the programs.
class CacheUser final : public RecipeUser {
public:
    CacheUser(SimClient& client, CacheCheck& check) : RecipeUser(client), check_(check) {}
    ~CacheUser() override;

    void at_rest() override;

private:
    using View = std::shared_ptr<CacheView>;

    void one() override;
    void open();
    void close();
    void read();
    void read_all();
    /// Takes events until the stream ends.
    AsyncResult<void> follow(TreeStream stream, View view);
    [[nodiscard]] View make_view(const char* kind) const;
    void on_event(const TreeEvent& event);
    /// Passes on what arrives, changed by the defects.
    void on_changed_event(const TreeEvent& event);
    /// Returns whether the client may have all watches that a cache needs.
    [[nodiscard]] bool may_watch() const;

    CacheCheck& check_;
    std::string root_ = "/";
    bool names_only_ = false;
    std::unique_ptr<TreeCache> cache_;
    View listened_;
    View read_;
    View streamed_;
    bool missing_ = false;           // for Defect::skipped_resyncs
    std::optional<TreeEvent> late_;  // for Defect::late_events
};

}  // namespace kazoo::sim
