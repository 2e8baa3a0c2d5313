// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/watch.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

namespace kazoo::session {

/// The watch functions to be called for an event, in the order of the calls, each once.
///
///     | one-shot watches | persistent and recursive ones | repeated: not called |
///     begin()                                            end()
///
/// At the end of a session it also has the functions that are registered for several paths, once
/// for each further path: what each_place() shows is complete.
///
/// A list through the watches themselves: most events have one, and moving it moves a pointer.
class Watchers {
public:
    /// Those that are to be called.
    class iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Watch;
        using difference_type = std::ptrdiff_t;
        using pointer = const Watch*;
        using reference = const Watch&;

        iterator() noexcept = default;
        explicit iterator(const Watch* at) noexcept : at_(called(at)) {}
        reference operator*() const noexcept { return *at_; }
        pointer operator->() const noexcept { return at_; }
        iterator& operator++() noexcept {
            at_ = called(at_->next());
            return *this;
        }
        iterator operator++(int) noexcept {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator&, const iterator&) noexcept = default;

    private:
        static const Watch* called(const Watch* at) noexcept {
            return at != nullptr && at->order() < Watch::repeated ? at : nullptr;
        }
        const Watch* at_ = nullptr;
    };
    using const_iterator = iterator;

    Watchers() noexcept = default;
    Watchers(Watchers&& other) noexcept : first_(std::exchange(other.first_, nullptr)) {}
    Watchers& operator=(Watchers&& other) noexcept {
        Watchers taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Watchers() { clear(); }

    void swap(Watchers& other) noexcept { std::swap(first_, other.first_); }
    void clear() noexcept {
        while (first_ != nullptr) {
            static_cast<void>(take_first());
        }
    }

    [[nodiscard]] bool empty() const noexcept { return begin() == end(); }
    /// Returns the number of those that are to be called. Takes time for each.
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::distance(begin(), end()));
    }
    [[nodiscard]] iterator begin() const noexcept { return iterator(first_); }
    [[nodiscard]] iterator end() const noexcept { return {}; }
    /// Returns whether there are persistent or recursive ones. Takes time for each one-shot watch.
    [[nodiscard]] bool has_lasting() const noexcept {
        auto at = begin();
        while (at != end() && !at->is_lasting()) {
            ++at;
        }
        return at != end();
    }

    /// Adds a watch that is not in it, in front. sort() follows unless it is the only one.
    void push_front(std::unique_ptr<Watch> watch) noexcept {
        watch->set_next(first_);
        first_ = watch.release();
    }
    void sort() noexcept;
    /// Removes those that are to be called and for which `is_useless(watch)` is true; returns them
    /// in any order.
    template <class IsUseless>
    [[nodiscard]] Watchers extract_if(IsUseless&& is_useless) noexcept {
        Watchers all(std::move(*this));
        Watchers useless;
        while (all.first_ != nullptr) {
            auto watch = all.take_first();
            const bool remove = watch->order() < Watch::repeated && is_useless(*watch);
            (remove ? useless : *this).push_front(std::move(watch));
        }
        sort();
        return useless;
    }
    /// Calls `show(watch)` for all of them, also the repeated ones.
    template <class Show>
    void each_place(Show&& show) const {
        for (const auto* watch = first_; watch != nullptr; watch = watch->next()) {
            show(*watch);
        }
    }

private:
    [[nodiscard]] std::unique_ptr<Watch> take_first() noexcept {
        auto* const watch = first_;
        first_ = watch->next();
        return std::unique_ptr<Watch>(watch);
    }

    Watch* first_ = nullptr;  // owned, like those that follow
};

}  // namespace kazoo::session
