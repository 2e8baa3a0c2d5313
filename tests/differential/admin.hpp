#pragma once

#include "target.hpp"
#include "transcript.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kazoo::differential {

/// How long a server may take to answer anything.
inline constexpr std::chrono::seconds answer_limit{10};

/// The super user of a server, on a connection of its own: makes room for scripts and cleans up.
class Admin {
public:
    explicit Admin(Target& target);
    Admin(const Admin&) = delete;
    Admin& operator=(const Admin&) = delete;
    ~Admin();

    /// The zxid of the new node.
    std::int64_t create(const std::string& path);
    /// Everything there is at and below a path, and what can be known of it.
    struct Tree {
        std::vector<std::string> paths;  // parents before children
        std::vector<Entry> entries;
    };
    Tree look(const std::string& path, const Names& names);
    void remove(const std::vector<std::string>& paths);
    /// Ends somebody's session.
    void end_session(std::int64_t id, const std::string& password);

private:
    using Request = std::pair<codec::Opcode, std::string>;

    std::vector<std::string> call(const std::vector<Request>& requests);
    std::string receive(Target::Link link);

    Target& target_;
    Target::Link link_;
};

/// The handshake of a client without peculiarities.
[[nodiscard]] std::string connect_frame(std::int64_t session, std::string_view password);

}  // namespace kazoo::differential
