// SPDX-License-Identifier: Apache-2.0
#include "walk/comparison.hpp"

#include <utility>

namespace tool {

bool have_same_data(const WalkedNode& left, const WalkedNode& right) {
    return left.node.data == right.node.data && left.node.null_data == right.node.null_data;
}

void compare(
    Walk& left,
    const std::string& left_root,
    Walk* right,
    const std::string& right_root,
    bool acls,
    const std::function<void(const Compared&)>& report
) {
    const auto next_right = [&] { return right != nullptr ? right->next() : std::nullopt; };
    auto a = left.next();
    auto b = next_right();
    while (a || b) {
        const std::string a_path(a ? below(a->path, left_root) : std::string_view());
        const std::string b_path(b ? below(b->path, right_root) : std::string_view());
        const int order = !a ? 1 : !b ? -1 : compare_paths(a_path, b_path);
        if (order < 0) {
            report({Difference::missing, a_path, std::exchange(a, std::nullopt), std::nullopt});
        } else if (order > 0) {
            report({Difference::added, b_path, std::nullopt, std::exchange(b, std::nullopt)});
        } else if (!have_same_data(*a, *b) || (acls && a->acls != b->acls)) {
            report({Difference::changed, a_path, a, b});
        }
        if (order <= 0) {
            a = left.next();
        }
        if (order >= 0) {
            b = next_right();
        }
    }
}

}  // namespace tool
