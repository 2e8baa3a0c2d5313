// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/queue_items.hpp"
#include "checks/recipe_check.hpp"

namespace kazoo::sim {

/// A call that takes an item out of a Queue.
struct QueueGet {
    int client = 0;
    TimePoint begun;
    TimePoint ended;
    std::int64_t zxid_when_begun = 0;
    /// The object has not listed the entries before, and its server has the newest state.
    bool lists = false;
    bool over = false;
    std::optional<std::string> item;
    std::optional<Error> error;
    std::string perhaps;  ///< the entry that it may have deleted, on the servers
};

/// Compares what the users of a Queue receive with the entries that the servers have: what was put
/// is there, an entry is deleted by the call that gives its item out, which is one, or by a call
/// that reports that it may have deleted it. No entry is passed over, and no call waits while there
/// are entries.
class QueueCheck final : public RecipeCheck {
public:
    QueueCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict),
          chronicle_(chronicle),
          root_(chroot + "/q"),
          items_(verdict, chronicle, root_ + "/plain") {}

    [[nodiscard]] QueueItems& items() noexcept { return items_; }
    /// Records a call that is made right away.
    QueueGet& begin_get(int client, bool lists, TimePoint now);
    static void end_get(
        QueueGet& get, std::optional<std::string> item, std::optional<Error> error, TimePoint now
    );
    /// A call has waited for long, and the client is connected.
    void check_waiting(const QueueGet& get);

    [[nodiscard]] bool covers(std::string_view path) const override {
        return path == root_ || path.starts_with(root_ + "/");
    }
    void calm_from(TimePoint time) override { calm_from_ = time; }
    void at_end() override;

private:
    using Entries = std::map<std::string, QueueEntry>;
    void check_entry(const QueueEntry& entry);
    void check_removal(const QueueEntry& entry, const QueueGet& get);
    void check_order(const Entries& entries, const QueueEntry& taken, const QueueGet& get);
    void fail(const QueueGet& get, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string root_;
    QueueItems items_;
    std::deque<QueueGet> gets_;
    std::optional<TimePoint> calm_from_;
};

}  // namespace kazoo::sim
