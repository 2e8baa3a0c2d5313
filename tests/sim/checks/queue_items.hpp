// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::sim {

/// A call that adds items to a queue, together or not at all.
struct QueuePut {
    int client = 0;
    std::vector<std::string> items;  ///< data that no other item has
    int priority = 0;
    TimePoint begun;
    TimePoint ended;
    bool over = false;
    std::optional<Error> error;
    std::vector<std::string> names;  ///< of the entries, if there is no error
};

/// The times between which an entry exists.
struct QueueEntry {
    std::string path;
    std::string data;
    std::int64_t created = 0;  ///< zxid
    std::int64_t removed = 0;  ///< zxid; 0 if it exists
    TimePoint created_at;
    TimePoint removed_at;
};

/// The items of a queue: compares those that were put with the entries that the servers have.
class QueueItems {
public:
    /// `path`: of the parent of the entries, on the servers.
    QueueItems(Verdict& verdict, const Chronicle& chronicle, std::string path)
        : verdict_(verdict), chronicle_(chronicle), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string new_item() { return "item" + std::to_string(++items_); }
    /// Records a call that is made right away.
    QueuePut& begin_put(int client, std::vector<std::string> items, int priority, TimePoint now);
    static void end_put(
        QueuePut& put, std::vector<std::string> names, std::optional<Error> error, TimePoint now
    );

    /// Returns the path of the entry that has or had this item; empty if there was none.
    [[nodiscard]] std::string entry_of(const std::string& item) const;
    /// Returns whether the first of two entries precedes the other.
    [[nodiscard]] static bool precedes(const QueueEntry& one, const QueueEntry& other) {
        return one.path < other.path;  // as numbers do not wrap here
    }
    /// Compares the calls with the entries.
    void check_puts();
    /// Returns all entries that there have been, by path.
    [[nodiscard]] std::map<std::string, QueueEntry> entries() const;

private:
    void check_put(const QueuePut& put);
    void fail(const QueuePut& put, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string path_;
    std::deque<QueuePut> puts_;
    std::size_t items_ = 0;
};

}  // namespace kazoo::sim
