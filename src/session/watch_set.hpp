// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/watch.hpp"

#include <boost/intrusive/set.hpp>

#include <memory>

namespace kazoo::session {

/// A set that owns watches and allocates nothing: the watches contain its links.
///
/// Watches are often set, and fire, in the order of their paths. Each change therefore begins
/// behind the last one; a search begins at the root only if that is not the right place.
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
    WatchSet(const WatchSet&) = delete;
    WatchSet& operator=(const WatchSet&) = delete;
    ~WatchSet() { tree_.clear_and_dispose(std::default_delete<Watch>()); }

    [[nodiscard]] bool empty() const noexcept { return tree_.empty(); }
    [[nodiscard]] iterator begin() const noexcept { return tree_.begin(); }
    [[nodiscard]] iterator end() const noexcept { return tree_.end(); }
    /// Returns the first element that is not before `key`; `Compare` compares the two.
    template <class Key>
    [[nodiscard]] iterator lower_bound(const Key& key) const noexcept {
        return tree_.lower_bound(key, Compare());
    }
    /// Returns the place behind the last element that was inserted or removed.
    [[nodiscard]] iterator behind_last_change() const noexcept { return behind_; }

    /// Takes the watch unless there is an equal one. Returns the place of the watch, or the end.
    iterator insert(std::unique_ptr<Watch>& watch) noexcept {
        const iterator place = tree_.insert(behind_, *watch);
        if (&*place != watch.get()) {
            return tree_.end();
        }
        static_cast<void>(watch.release());
        behind_ = place;
        ++behind_;
        return place;
    }
    /// Removes one element and makes `place` that of the next one.
    [[nodiscard]] std::unique_ptr<Watch> extract(iterator& place) noexcept {
        auto* const watch = const_cast<Watch*>(&*place);
        place = behind_ = tree_.erase(place);
        return std::unique_ptr<Watch>(watch);
    }
    /// Removes all elements and gives them to `use(watch)`, in order.
    template <class Use>
    void drain(Use&& use) noexcept {
        for (auto at = begin(); at != end();) {
            use(extract(at));
        }
    }

private:
    Tree tree_;
    iterator behind_ = tree_.end();
};

}  // namespace kazoo::session
