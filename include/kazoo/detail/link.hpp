#pragma once

#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

class ResultStateBase;

/// Where a continuation of a result runs.
enum class LinkKind {
    lane,   ///< on the handler's completion lane: all that users link
    direct  ///< in the thread that completes the result: the library's own steps, which never block
};

/// One continuation of one result. It is a node of that result's lists, so that linking, unlinking
/// and running it take neither memory nor a search. The lists belong to the result's mutex.
class Link {
public:
    Link() noexcept = default;
    /// `resumes`: it resumes a coroutine, and may run before callbacks that hold the lane up.
    explicit Link(bool resumes) noexcept : resumes_(resumes) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Called once when the result is ready, off the lists and under no lock. May destroy the link.
    virtual void run(ResultStateBase& result) noexcept = 0;
    /// Called in place of `run` when nothing will ever run it. May destroy the link.
    virtual void drop() noexcept = 0;

    [[nodiscard]] bool resumes() const noexcept { return resumes_; }

protected:
    virtual ~Link() = default;

private:
    friend class LinkList;

    const bool resumes_ = false;
    class LinkList* list_ = nullptr;
    Link* previous_ = nullptr;
    Link* next_ = nullptr;
};

/// Links in the order of linking.
class LinkList {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    void push_back(Link& link) noexcept {
        link.list_ = this;
        link.previous_ = std::exchange(last_, &link);
        (link.previous_ != nullptr ? link.previous_->next_ : first_) = &link;
    }
    /// Null if there is none.
    [[nodiscard]] Link* pop_front() noexcept {
        Link* const link = first_;
        if (link != nullptr) {
            unlink(*link);
        }
        return link;
    }
    /// Takes a link off the list it is in; says whether it was in any.
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
    /// Moves the links that resume coroutines behind those of `into`.
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
