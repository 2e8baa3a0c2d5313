/// Node paths: kazoo's habits, ZooKeeper's rules, and the chroot.
///
/// Paths are UTF-8. Everything here is a pure function of its arguments, safe from any thread.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/result.hpp>

#include <string>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// A path in ZooKeeper's form from what people write, as kazoo does it: a leading slash is added,
/// repeated and trailing slashes are dropped. "a//b/" gives "/a/b"; "" and "/" give "/".
/// Checks nothing.
std::string normalize_path(std::string_view path);

/// Whether the path is valid and already in normal form, decided in one pass without allocation.
/// False for every path with characters outside ASCII, which may be valid all the same: this is the
/// quick test before check_path().
bool is_plain_path(std::string_view path) noexcept;

/// The normal form of the path if ZooKeeper accepts it.
///
/// The rules are those that the official clients check before they send anything: no component "."
/// or "..", no NUL, none of U+0001-U+001F, U+007F-U+009F, U+D800-U+F8FF (surrogates and private
/// use), U+FFF0-U+FFFF, and nothing outside the Basic Multilingual Plane (emoji, for example). Byte
/// sequences that are no UTF-8 are passed on for the server to judge.
///
/// With `sequence` the server appends ten digits: a trailing slash is kept ("/queue/" makes
/// "/queue/0000000000") and the last component may be "." or "..".
///
/// Fails with Errc::bad_arguments, Outcome::not_sent and a detail that names the character and its
/// place in bytes.
Result<std::string> check_path(std::string_view path, bool sequence = false);

/// The path of `child` under `parent`: one slash between them, whatever slashes they end and begin
/// with. Other than in kazoo, a leading slash does not make `child` replace the parent.
std::string join_path(std::string_view parent, std::string_view child);

/// The parent of a normal path: "/a" of "/a/b", "/" of "/a" and of "/".
std::string_view parent_path(std::string_view path) noexcept;

/// The last component of a normal path: "b" of "/a/b", "" of "/".
std::string_view node_name(std::string_view path) noexcept;

/// The root a client works under: paths of the user on one side, paths of the server on the other.
class Chroot {
public:
    /// No chroot.
    Chroot() {}
    /// The prefix in any spelling; "" and "/" mean none. Checks nothing, see check_path().
    explicit Chroot(std::string_view prefix);

    bool empty() const noexcept { return prefix_.empty(); }
    /// What precedes the server's paths: "/app", or "" if there is no chroot.
    const std::string& prefix() const noexcept { return prefix_; }

    /// The server's path for a checked path of the user: "/app/a" for "/a", "/app" for "/".
    /// For a sequence node "/" means a child of the chroot: "/app/".
    std::string absolute(std::string_view path, bool sequence = false) const;

    /// The user's path for a path of the server: "/a" for "/app/a", "/" for "/app". A path that is
    /// not under the chroot, such as "/zookeeper/config" or "/apples", is returned as it is.
    std::string strip(std::string_view server_path) const;

private:
    std::string prefix_;
};

}  // namespace kazoo
KAZOO_API_END
