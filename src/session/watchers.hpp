// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/watch_set.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace kazoo::session {

/// The watch functions to be called for an event, in the order of the calls, each once.
///
///     | one-shot watches | persistent and recursive ones | repeated: not called |
///     begin()            first_lasting()                 end()
///
/// At the end of a session it also has the functions that are registered for several paths, once
/// for each further path: what each_place() shows is complete.
class Watchers {
    struct ByOrder {
        static std::uint64_t order(const Watch& watch) noexcept { return watch.order(); }
        static std::uint64_t order(std::uint64_t number) noexcept { return number; }
        template <class A, class B>
        bool operator()(const A& a, const B& b) const noexcept {
            return order(a) < order(b);
        }
    };
    using Set = WatchSet<ByOrder>;

public:
    using iterator = Set::iterator;
    using const_iterator = iterator;

    Watchers() noexcept = default;
    Watchers(Watchers&& other) noexcept { swap(other); }
    Watchers& operator=(Watchers&& other) noexcept {
        Watchers taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Watchers() = default;

    void swap(Watchers& other) noexcept {
        all_.swap(other.all_);
        std::swap(size_, other.size_);
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] iterator begin() const noexcept { return all_.begin(); }
    [[nodiscard]] iterator end() const noexcept { return all_.lower_bound(Watch::repeated); }
    [[nodiscard]] iterator first_lasting() const noexcept {
        return all_.lower_bound(Watch::first_of(WatchKind::persistent));
    }

    /// Adds a watch that is not in it.
    void insert(std::unique_ptr<Watch> watch) noexcept {
        size_ += watch->order() < Watch::repeated ? 1 : 0;
        static_cast<void>(all_.insert(watch));
    }
    /// Removes one of the watches that are to be called.
    [[nodiscard]] std::unique_ptr<Watch> extract(iterator place) noexcept {
        --size_;
        return all_.extract(place);
    }
    /// Calls `show(watch)` for all of them, also the repeated ones.
    template <class Show>
    void each_place(Show&& show) const {
        for (const auto& watch : all_) {
            show(watch);
        }
    }

private:
    Set all_;
    std::size_t size_ = 0;  // of those that are to be called
};

}  // namespace kazoo::session
