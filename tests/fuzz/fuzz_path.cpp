// SPDX-License-Identifier: Apache-2.0
// Checks that the functions that validate, split and join paths agree, in the client and in the
// server.
#include "fuzz/harness.hpp"
#include "server/rules/path_rules.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/paths.hpp>

namespace kazoo::fuzz {
namespace {

void check_normal(const std::string& path) {
    require(normalize_path(path) == path, "a normal path stays as it is");
    require(join_path(parent_path(path), node_name(path)) == path, "parent and name make the path");
    require(node_name(path).find('/') == std::string_view::npos, "a name has no slash");
}

void check_path_of_user(const std::string& text) {
    const auto normal = normalize_path(text);
    check_normal(normal);
    const auto checked = check_path(text);
    if (checked) {
        require(*checked == normal, "a good path is made normal");
        require(check_path(normal).has_value(), "and is good then");
    } else {
        require(checked.failure().code() == Errc::bad_arguments, "a bad path is an argument");
        require(is_printable(checked.failure().detail()), "the objection can be logged");
    }
    if (is_plain_path(text)) {
        require(checked && *checked == text, "a plain path is good and normal");
    }
    if (server::is_valid_path(text)) {
        require(checked && *checked == text, "a path that servers accept is valid and normalized");
    }
    if (const auto sequence = check_path(text, true)) {
        const auto once_more = check_path(*sequence, true);
        require(once_more && *once_more == *sequence, "a path of a sequence stays as it is");
    } else {
        require(!checked, "a valid path is valid for a sequence node");
    }
    (void)server::parent_of(text);
    (void)server::is_system_path(text);
}

void check_chroot(const std::string& root, const std::string& text) {
    const Chroot chroot(root);
    require(chroot.empty() == (normalize_path(root) == "/"), "only the root is no chroot");
    const auto path = normalize_path(text);
    require(chroot.strip(chroot.absolute(path)) == path, "a user gets his path back");
    require(chroot.absolute(path).starts_with(chroot.prefix()), "no path leaves the chroot");
    const auto foreign = chroot.strip(text);
    require(text.ends_with(foreign) || foreign == "/", "stripping takes the front away");
}

}  // namespace
}  // namespace kazoo::fuzz

/// The input: a chroot preceded by its length, then a path.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    const auto root = input.text();
    const auto path = input.rest_as_text();
    kazoo::fuzz::check_path_of_user(path);
    kazoo::fuzz::check_chroot(root, path);
    return 0;
}
