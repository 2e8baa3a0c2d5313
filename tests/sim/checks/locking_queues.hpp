// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/queue_items.hpp"
#include "checks/recipe_check.hpp"

namespace kazoo::sim {

/// A call that locks an item of a LockingQueue, and what becomes of the lock.
struct QueueClaim {
    int client = 0;
    TimePoint begun;
    TimePoint locked_at;
    std::int64_t zxid_when_begun = 0;
    /// The object has not listed the entries before, and its server has the newest state.
    bool lists = false;
    bool over = false;
    std::string item;        ///< empty: it has got none
    std::int64_t token = 0;  ///< 0: the lock was lost right away
    bool consumed = false;   ///< LockingQueue::consume has returned true
    bool perhaps = false;    ///< a call of it has, or may have, an unknown outcome
};

/// Compares what the users of a LockingQueue receive with the nodes that the servers have: an item
/// is locked by a node of the consumer, which nothing but the consumer and the end of its session
/// removes; it is deleted together with that node, by a call that reports so; no item that was put
/// is lost. No entry is passed over, and no call waits while there are free entries.
class LockingQueueCheck final : public RecipeCheck {
public:
    LockingQueueCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict),
          chronicle_(chronicle),
          root_(chroot + "/j"),
          items_(verdict, chronicle, root_ + "/entries") {}

    [[nodiscard]] QueueItems& items() noexcept { return items_; }
    /// Records a call that is made right away.
    QueueClaim& begin_get(int client, bool lists, TimePoint now);
    /// `item`: empty if the call has failed or there is none.
    void end_get(QueueClaim& get, const std::string& item, std::int64_t token, TimePoint now);
    /// A call has waited for long, and the client is connected.
    void check_waiting(const QueueClaim& get);

    [[nodiscard]] bool covers(std::string_view path) const override {
        return path == root_ || path.starts_with(root_ + "/");
    }
    void calm_from(TimePoint time) override { calm_from_ = time; }
    void at_rest() override;
    void at_end() override;

private:
    using Entries = std::map<std::string, QueueEntry>;
    [[nodiscard]] std::string claim_of(const std::string& entry) const;
    /// Returns whether the entry existed all the time, without a lock.
    [[nodiscard]] bool was_free(const QueueEntry& entry, std::int64_t from, std::int64_t until)
        const;
    /// Returns the last zxid at that time.
    [[nodiscard]] std::int64_t zxid_at(TimePoint time) const;
    void check_claim_end(const QueueClaim& get);
    void check_consumption(const QueueClaim& get, const Entries& entries);
    void check_removal(const QueueEntry& entry);
    void check_order(const QueueClaim& get, const Entries& entries);
    void fail(const QueueClaim& get, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string root_;
    QueueItems items_;
    std::deque<QueueClaim> gets_;
    std::map<std::int64_t, const QueueClaim*> by_token_;
    std::optional<TimePoint> calm_from_;
};

}  // namespace kazoo::sim
