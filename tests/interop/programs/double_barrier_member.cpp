// SPDX-License-Identifier: Apache-2.0
// A process that passes double barriers:
//
//     interop_recipes HOSTS pass-barriers IDENTIFIER JOURNAL
//
// A line from standard input is "enter PATH MEMBERS" or "leave".
#include "journal.hpp"
#include "programs.hpp"

#include <memory>
#include <optional>
#include <sstream>

namespace interop {

namespace {

using namespace std::chrono_literals;

class Member {
public:
    explicit Member(const Arguments& arguments)
        : zk_(arguments, 1s),
          identifier_(arguments.at(2)),
          journal_(arguments.at(3), arguments.at(2)) {}

    void enter(const std::string& path, int members) {
        barrier_.emplace(*zk_, path, members, identifier_);
        path_ = path;
        journal_.write("entering", path);
        barrier_->enter(limit);
        journal_.write("entered", path);
        session_ = session();
    }

    void leave() {
        // A member whose session has ended has left already.
        journal_.write(session() == session_ ? "leaving" : "expired", path_);
        barrier_->leave(limit);
        journal_.write("left", path_);
    }

private:
    /// Returns the session that a server confirms; 0 if there is none.
    [[nodiscard]] std::int64_t session() {
        try {
            zk_->exists("/", limit);
        } catch (const kazoo::KazooException&) {
            return 0;
        }
        const auto id = zk_->client_id();
        return id ? id->session_id : 0;
    }

    Client zk_;
    std::string identifier_;
    Journal journal_;
    std::optional<kazoo::DoubleBarrier> barrier_;
    std::string path_;
    std::int64_t session_ = 0;
};

}  // namespace

void pass_barriers(const Arguments& arguments) {
    Member member(arguments);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string call;
        std::string path;
        int members = 0;
        words >> call >> path >> members;
        call == "enter" ? member.enter(path, members) : member.leave();
    }
}

}  // namespace interop
