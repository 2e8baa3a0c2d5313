// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/watch.hpp"

#include <boost/intrusive/set.hpp>

#include <memory>

namespace kazoo::session {

/// A set that owns watches and allocates nothing: the watches contain its links.
template <class Compare>
class WatchSet {
    using Tree = boost::intrusive::set<
        Watch,
        boost::intrusive::base_hook<WatchLinks>,
        boost::intrusive::compare<Compare>,
        boost::intrusive::constant_time_size<false>>;

public:
    using iterator = typename Tree::const_iterator;
    using const_iterator = iterator;

    WatchSet() noexcept = default;
    WatchSet(WatchSet&& other) noexcept { swap(other); }
    WatchSet& operator=(WatchSet&& other) noexcept {
        WatchSet taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~WatchSet() { clear(); }

    void swap(WatchSet& other) noexcept { tree_.swap(other.tree_); }
    void clear() noexcept { tree_.clear_and_dispose(std::default_delete<Watch>()); }

    [[nodiscard]] bool empty() const noexcept { return tree_.empty(); }
    [[nodiscard]] iterator begin() const noexcept { return tree_.begin(); }
    [[nodiscard]] iterator end() const noexcept { return tree_.end(); }
    /// Returns the first element that is not before `key`; `Compare` compares the two.
    template <class Key>
    [[nodiscard]] iterator lower_bound(const Key& key) const noexcept {
        return tree_.lower_bound(key, Compare());
    }

    /// Takes the watch unless there is an equal one. Returns the place of the watch, or the end.
    iterator insert(std::unique_ptr<Watch>& watch) noexcept {
        const auto [place, inserted] = tree_.insert(*watch);
        if (!inserted) {
            return tree_.end();
        }
        static_cast<void>(watch.release());
        return place;
    }
    /// Removes one element.
    [[nodiscard]] std::unique_ptr<Watch> extract(iterator place) noexcept {
        auto* const watch = const_cast<Watch*>(&*place);
        tree_.erase(place);
        return std::unique_ptr<Watch>(watch);
    }
    /// Removes all elements and gives them to `use(watch)`, in order.
    template <class Use>
    void drain(Use&& use) noexcept {
        while (!empty()) {
            use(extract(begin()));
        }
    }

private:
    Tree tree_;
};

}  // namespace kazoo::session
