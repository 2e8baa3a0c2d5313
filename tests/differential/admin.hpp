// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "target.hpp"
#include "transcript.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kazoo::differential {

/// Time limit for any reply of a server.
inline constexpr std::chrono::seconds answer_limit{10};

/// A connection with a server's super user: creates the roots of scripts and cleans up.
class Admin {
public:
    explicit Admin(Target& target);
    Admin(const Admin&) = delete;
    Admin& operator=(const Admin&) = delete;
    ~Admin();

    /// Returns the zxid of the new node.
    std::int64_t create(const std::string& path);
    /// All nodes at and below a path, with everything observable about them.
    struct Tree {
        std::vector<std::string> paths;  // parents before children
        std::vector<Entry> entries;
    };
    Tree look(const std::string& path, const Names& names);
    void remove(const std::vector<std::string>& paths);
    /// Ends a session of another client.
    void end_session(std::int64_t id, const std::string& password);

private:
    using Request = std::pair<codec::Opcode, std::string>;

    std::vector<std::string> call(const std::vector<Request>& requests);
    std::string receive(Target::Link link);

    Target& target_;
    Target::Link link_;
};

/// An ordinary client's connect frame.
[[nodiscard]] std::string connect_frame(std::int64_t session, std::string_view password);

}  // namespace kazoo::differential
