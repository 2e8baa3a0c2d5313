// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/paths.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::client {

/// What a null pointer that is passed as a path becomes.
inline constexpr PathView null_path(static_cast<const char*>(nullptr));

/// Checks a client path and converts it to the server's: with the chroot, and normalised. Views the
/// argument if that changes nothing, which is the usual case without a chroot.
class ServerPath {
public:
    ServerPath(std::string_view path, const Chroot& chroot, bool sequence = false) : view_(path) {
        if (!chroot.empty() || !is_plain_path(path)) {
            convert(path, chroot, sequence);
        }
    }
    ServerPath(const ServerPath&) = delete;
    ServerPath& operator=(const ServerPath&) = delete;
    /// Returns why the path cannot be used; empty if it can.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    [[nodiscard]] std::string_view view() const { return view_; }

private:
    void convert(std::string_view path, const Chroot& chroot, bool sequence);

    std::string storage_;
    std::string_view view_;
    std::optional<Error> error_;
};

/// Returns the parent that a node to be created needs. That of a sequence node whose name is digits
/// alone ("/parent/") is the path itself.
[[nodiscard]] std::string required_parent(const std::string& path, bool sequence);

}  // namespace kazoo::detail::client
