#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "machine.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace kazoo::chaos {

struct ServedNode {
    std::string data;
    ZnodeStat stat;
    std::set<std::string> children;
};

/// What one server serves, below the roots.
struct ServedTree {
    std::string server;
    std::map<std::string, ServedNode> nodes;
    std::string fault;  ///< why it could not be read

    /// Whether every ephemeral node is of one of these sessions.
    [[nodiscard]] bool belongs_to(const std::map<std::int64_t, int>& sessions) const;
};

/// Makes the roots.
void plant(const std::string& hosts, const Machine& from);
[[nodiscard]] ServedTree read_tree(const std::string& server, const Machine& from);

/// Whether it is what the chronicle ends with.
void check_tree(
    const ServedTree& tree, const history::Chronicle& chronicle, history::Verdict& verdict
);

}  // namespace kazoo::chaos
