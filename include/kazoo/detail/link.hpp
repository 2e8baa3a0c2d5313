// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

class ResultStateBase;

/// Where a continuation of a result runs.
enum class LinkKind {
    lane,   ///< On the handler's completion lane: all continuations of users.
    direct  ///< In the thread that completes the result: internal steps, which must not block.
};

/// A continuation of one result. An intrusive list node, so that linking and unlinking need neither
/// memory nor a search. Its place in a list is guarded by the mutex of the result.
class Link {
public:
    enum class Use : unsigned char {
        other,
        /// It resumes a coroutine. Such a link may run before a callback that was linked earlier
        /// and blocks the lane.
        resumption,
        /// It only releases something, and completes no result.
        release
    };

    explicit Link(Use use = Use::other) noexcept : use_(use) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Called once when the result is ready, after the link was removed from its list, with no lock
    /// held. May destroy the link.
    virtual void run(ResultStateBase& result) noexcept = 0;
    /// Called instead of `run` if the link will never run, because the handler's loop or the result
    /// has been destroyed. May destroy the link.
    virtual void drop() noexcept = 0;

    [[nodiscard]] bool resumes() const noexcept { return use_ == Use::resumption; }
    [[nodiscard]] bool only_releases() const noexcept { return use_ == Use::release; }

protected:
    virtual ~Link() = default;

private:
    friend class LinkList;

    const Use use_;
    // Guarded by the mutex of the result that owns the list:
    class LinkList* list_ = nullptr;
    Link* previous_ = nullptr;
    Link* next_ = nullptr;
};

/// An intrusive list of links, in the order of linking. Does not own them. Not thread-safe.
class LinkList {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    void push_back(Link& link) noexcept {
        link.list_ = this;
        link.previous_ = std::exchange(last_, &link);
        (link.previous_ != nullptr ? link.previous_->next_ : first_) = &link;
    }
    /// Removes and returns the first link; null if the list is empty.
    [[nodiscard]] Link* pop_front() noexcept {
        Link* const link = first_;
        if (link != nullptr) {
            unlink(*link);
        }
        return link;
    }
    /// Removes and returns the link if it is the only one and only releases something; else null.
    [[nodiscard]] Link* pop_only_release() noexcept {
        return first_ != nullptr && first_ == last_ && first_->only_releases() ? pop_front()
                                                                               : nullptr;
    }
    /// Removes a link from its list; returns false if it is in none.
    static bool unlink(Link& link) noexcept {
        LinkList* const list = std::exchange(link.list_, nullptr);
        if (list == nullptr) {
            return false;
        }
        (link.previous_ != nullptr ? link.previous_->next_ : list->first_) = link.next_;
        (link.next_ != nullptr ? link.next_->previous_ : list->last_) = link.previous_;
        link.previous_ = nullptr;
        link.next_ = nullptr;
        return true;
    }
    /// Moves the links that resume coroutines to the end of `into`; keeps their order.
    void move_resuming(LinkList& into) noexcept {
        for (Link* link = first_; link != nullptr;) {
            Link* const next = link->next_;
            if (link->resumes()) {
                unlink(*link);
                into.push_back(*link);
            }
            link = next;
        }
    }

private:
    Link* first_ = nullptr;
    Link* last_ = nullptr;
};

}  // namespace kazoo::detail
KAZOO_API_END
