// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/cookie.hpp"
#include "session/watch_kind.hpp"

#include <boost/intrusive/options.hpp>
#include <boost/intrusive/rbtree.hpp>
#include <boost/intrusive/set_hook.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace kazoo::session {

/// Links of a tree. Without parts of their own for the colour: three pointers.
using WatchLinks = boost::intrusive::set_base_hook<
    boost::intrusive::link_mode<boost::intrusive::normal_link>,
    boost::intrusive::optimize_size<true>>;

/// A watch function that is registered, or is to be called for an event. One block of memory with
/// its path and with the links of the tree that it is in, because there may be a million of them;
/// moving it from one tree to another allocates nothing.
class Watch : public WatchLinks {
public:
    /// Throws std::bad_alloc.
    [[nodiscard]] static std::unique_ptr<Watch> make(Cookie owner, std::string_view path);
    /// Returns another one for the same function, with this path. Throws std::bad_alloc.
    [[nodiscard]] std::unique_ptr<Watch> copy(std::string_view path) const;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() = default;
    static void operator delete(void* memory) noexcept { ::operator delete(memory); }

    Cookie owner;

    /// Returns the path on the server: that it is registered for, or that of its event.
    [[nodiscard]] std::string_view path() const noexcept {
        return {reinterpret_cast<const char*>(this + 1), path_size_};
    }
    /// Functions are called by kind and, within a kind, in the order of registration. The first one
    /// of a kind has at least this number.
    [[nodiscard]] static constexpr std::uint64_t first_of(WatchKind kind) noexcept {
        return static_cast<std::uint64_t>(kind) << kind_shift;
    }
    [[nodiscard]] std::uint64_t order() const noexcept { return order_; }
    /// Returns whether it is persistent or recursive.
    [[nodiscard]] bool is_lasting() const noexcept {
        return order_ >= first_of(WatchKind::persistent);
    }
    [[nodiscard]] WatchKind kind() const noexcept {
        return static_cast<WatchKind>((order_ & ~repeated) >> kind_shift);
    }
    /// Called when it is registered, with a number that ascends.
    void set_order(WatchKind kind, std::uint64_t number) noexcept {
        order_ = first_of(kind) + number;
    }

    /// The bit of order() that repeat() sets.
    static constexpr std::uint64_t repeated = std::uint64_t{1} << 63;
    /// Places it behind all others: its function is called already, for another path or kind.
    void repeat() noexcept { order_ |= repeated; }

    /// The next one in a list; see Watchers. Only of a watch that is in no tree: a link of the tree
    /// is used.
    [[nodiscard]] Watch* next() const noexcept {
        return static_cast<Watch*>(static_cast<WatchLinks*>(Nodes::get_left(this)));
    }
    void set_next(Watch* watch) noexcept { Nodes::set_left(this, watch); }

private:
    using Nodes = boost::intrusive::rbtree_node_traits<void*, true>;
    static constexpr int kind_shift = 56;  // 2^56 registrations take longer than any session

    Watch(Cookie function, std::string_view path) noexcept;
    static void* operator new(std::size_t size, std::size_t path_size) {
        return ::operator new(size + path_size);
    }
    static void operator delete(void* memory, std::size_t) noexcept { ::operator delete(memory); }

    std::uint64_t order_ = 0;
    std::uint32_t path_size_;
};

}  // namespace kazoo::session
