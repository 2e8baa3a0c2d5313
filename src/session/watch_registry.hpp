#pragma once

#include "base/buffer.hpp"
#include "session/events.hpp"

#include <kazoo/state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kazoo::session {

enum class WatchKind : std::uint8_t {
    data,        ///< one-shot, of getData and of exists on a node that is there
    exist,       ///< one-shot, of exists on a node that is not there
    child,       ///< one-shot, of getChildren
    persistent,  ///< addWatch
    recursive    ///< addWatch, of the whole subtree
};
inline constexpr std::size_t watch_kinds = 5;

/// Who watches which path (server paths, chroot included). What the server knows belongs to one
/// connection; this is what survives it.
class WatchRegistry {
public:
    /// Registering the same watcher twice on a path and kind is one registration.
    void add(WatchKind kind, std::string_view path, Owner watcher);

    /// Who is to be told of an event, each once; the one-shot ones are removed. The rules are those
    /// of the Java client: a deletion fires data, exist and child watches, a child event never
    /// fires recursive ones. The path comes from the network and may be anything.
    [[nodiscard]] std::vector<Owner> take(EventType type, std::string_view path);

    /// Everybody, each once; nothing is left.
    [[nodiscard]] std::vector<Owner> take_all();

    /// Appends SetWatches frames for everything registered (SetWatches2 only where persistent
    /// watches ask for it: servers before 3.6 do not know it), none with more than `frame_limit`
    /// bytes of paths. Returns how many frames.
    [[nodiscard]] std::size_t restore(
        base::Buffer& out, std::int64_t last_zxid, std::size_t frame_limit
    ) const;

    /// Registrations, over all paths.
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const {
            return std::hash<std::string_view>{}(s);
        }
    };
    using Table = std::unordered_map<std::string, std::vector<Owner>, Hash, std::equal_to<>>;

    Table& table(WatchKind kind) { return tables_[static_cast<std::size_t>(kind)]; }
    void take_from(WatchKind kind, std::string_view path, std::vector<Owner>& into);
    void copy_from(WatchKind kind, std::string_view path, std::vector<Owner>& into);
    void copy_recursive(std::string_view path, std::vector<Owner>& into);

    std::array<Table, watch_kinds> tables_;
    std::size_t size_ = 0;
    std::size_t longest_recursive_ = 0;  // no recursive watch has a longer path
};

}  // namespace kazoo::session
