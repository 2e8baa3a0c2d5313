// SPDX-License-Identifier: Apache-2.0
/// Node paths: normalisation, ZooKeeper's rules for valid paths, and the chroot.
///
/// Paths are UTF-8. All functions declared here depend on their arguments only and are thread-safe.
/// Those that return a string throw std::bad_alloc.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/result.hpp>

#include <string>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Returns the path in normal form, as kazoo does: a missing leading slash is added, repeated and
/// trailing slashes are removed. "a//b/" becomes "/a/b"; "" and "/" become "/". Does not check
/// whether the path is valid; see check_path().
std::string normalize_path(PathView path);

/// Returns true if the path consists of printable ASCII, is valid, and is in normal form already.
/// Returns false for all other paths, including valid ones that contain other characters. A fast
/// test to run before check_path(): one pass, no allocation.
bool is_plain_path(PathView path) noexcept;

/// Returns the normal form of the path if ZooKeeper accepts it.
///
/// The rules are those of the official clients, which check paths before sending a request. A path
/// must not contain
/// - a component "." or "..";
/// - NUL or other control characters (U+0000-U+001F, U+007F-U+009F);
/// - surrogates and private use characters (U+D800-U+F8FF), U+FFF0-U+FFFF, or any character outside
///   the Basic Multilingual Plane, such as emoji.
///
/// Byte sequences that are not valid UTF-8 are accepted here; the server decides.
///
/// `sequence`: the path is for a sequence node, to whose name the server appends ten digits. A
/// trailing slash is then kept ("/queue/" creates "/queue/0000000000"), and the last component may
/// be "." or "..".
///
/// Fails with Errc::bad_arguments (Outcome::not_sent) if the path is not valid or was made from a
/// null pointer; the detail gives the character or component and its byte offset.
Result<std::string> check_path(PathView path, bool sequence = false);

/// Returns the path of the node `child` under `parent`, with one slash between them; slashes at the
/// end of `parent` and at the start of `child` are ignored. Unlike kazoo's join(), a `child` with a
/// leading slash does not replace the parent.
std::string join_path(PathView parent, PathView child);

/// Returns the parent of a path in normal form: "/a" for "/a/b", "/" for "/a" and for "/". The
/// result refers to the argument's characters, or to a static string.
std::string_view parent_path(PathView path) noexcept;

/// Returns the last component of a path in normal form: "b" for "/a/b", "" for "/". The result
/// refers to the argument's characters.
std::string_view node_name(PathView path) noexcept;

/// Converts between the paths of a user and the paths on the server, which begin with the client's
/// chroot. A value type.
class Chroot {
public:
    /// No chroot: both kinds of paths are the same.
    Chroot() {}
    /// Normalises `prefix`; "" and "/" mean no chroot. Does not check whether it is a valid path;
    /// see check_path().
    explicit Chroot(PathView prefix);

    /// Returns true if there is no chroot.
    bool empty() const noexcept { return prefix_.empty(); }
    /// Returns the path in normal form, such as "/app"; "" if there is no chroot.
    const std::string& prefix() const noexcept { return prefix_; }

    /// Returns the server's path for a user's path that check_path() has accepted: "/app/a" for
    /// "/a", "/app" for "/". With `sequence`, "/" means a child of the chroot: "/app/".
    std::string absolute(PathView path, bool sequence = false) const;

    /// Returns the user's path for a server's path: "/a" for "/app/a", "/" for "/app". Returns a
    /// path outside the chroot, such as "/zookeeper/config" or "/apples", unchanged.
    std::string strip(PathView server_path) const;

private:
    std::string prefix_;
};

}  // namespace kazoo
KAZOO_API_END
