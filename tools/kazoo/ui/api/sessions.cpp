// SPDX-License-Identifier: Apache-2.0
#include "output/text.hpp"
#include "ui/api/routes.hpp"
#include "ui/api/session_list.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <deque>
#include <utility>

namespace tool::ui {
namespace {

constexpr std::size_t most_ephemerals = 10'000;
/// Of a search through the tree.
constexpr std::size_t most_nodes = 200'000;
constexpr std::size_t window = 64;

/// What is known of the sessions, and how complete it is.
struct Found {
    SessionList sessions;
    std::size_t ephemerals = 0;
    bool complete = true;
    bool searched = false;  ///< by reading the whole tree
};

/// Only one search is under way at a time.
class Searching {
public:
    explicit Searching(std::atomic<bool>& flag) : flag_(&flag) {
        if (flag.exchange(true)) {
            throw HttpError(503, "busy", "the sessions are being searched; try again");
        }
    }
    Searching(const Searching&) = delete;
    Searching& operator=(const Searching&) = delete;
    ~Searching() { *flag_ = false; }

private:
    std::atomic<bool>* flag_;
};

/// Returns the answer to a four-letter word; "" if there is none.
kazoo::AsyncResult<std::string> ask(SharedContext context, const char* word) {
    try {
        const auto asking = context->zk.command_async(word);
        co_return co_await asking;
    } catch (const kazoo::KazooException&) {
        co_return std::string();
    }
}

/// Reads all nodes, those of the parents first, with a bounded number of requests under way. Nodes
/// that vanish or may not be read are left out.
class Search {
public:
    Search(SharedContext context, Found& found) : context_(std::move(context)), found_(&found) {
        queue_.emplace_back("/");
    }

    void read_ahead() {
        while (reads_.size() < window && !queue_.empty()) {
            std::string path = std::move(queue_.front());
            queue_.pop_front();
            auto reading = context_->zk.get_children_with_stat_async(path);
            reads_.emplace_back(std::move(path), std::move(reading));
        }
    }
    [[nodiscard]] bool done() const noexcept { return reads_.empty(); }
    [[nodiscard]] kazoo::AsyncResult<kazoo::ChildrenAndStat> first() const {
        return reads_.front().second;
    }
    void skip() { reads_.pop_front(); }
    void take(const kazoo::ChildrenAndStat& node) {
        const std::string path = std::move(reads_.front().first);
        reads_.pop_front();
        add_owner(path, node.stat);
        for (const std::string& name : node.children) {
            if (count_ == most_nodes) {
                found_->complete = false;
                return;
            }
            ++count_;
            queue_.push_back(kazoo::join_path(path, name));
        }
    }

private:
    void add_owner(const std::string& path, const kazoo::ZnodeStat& stat) {
        if (stat.ephemeral_owner == 0) {
            return;
        }
        SessionInfo& owner = found_->sessions[stat.ephemeral_owner];
        if (++found_->ephemerals > most_ephemerals) {
            found_->complete = false;
        } else {
            owner.ephemerals.push_back(path);
        }
    }

    SharedContext context_;
    Found* found_;
    std::deque<std::string> queue_;
    std::deque<std::pair<std::string, kazoo::AsyncResult<kazoo::ChildrenAndStat>>> reads_;
    std::size_t count_ = 0;
};

bool may_be_left_out(const kazoo::Error& error) {
    return error.code() == kazoo::Errc::no_node || error.code() == kazoo::Errc::no_auth;
}

kazoo::AsyncResult<void> search_tree(SharedContext context, Found& found) {
    found.searched = true;
    Search search(context, found);
    search.read_ahead();
    while (!search.done()) {
        const auto reading = search.first();
        bool vanished = false;
        try {
            co_await reading;
        } catch (const kazoo::KazooException& exception) {
            if (!may_be_left_out(exception.error())) {
                throw;
            }
            vanished = true;
        }
        if (vanished) {
            search.skip();
        } else {
            search.take(reading.get_nowait());
        }
        search.read_ahead();
    }
}

/// Changes paths of the server into those of the client; paths outside its chroot are left out.
JsonArray paths_json(const kazoo::KazooClient& zk, const SessionInfo& session, bool searched) {
    const kazoo::Chroot chroot(zk.chroot());
    JsonArray paths;
    for (const std::string& path : session.ephemerals) {
        if (searched || chroot.empty()) {
            paths.add(path);
        } else if (std::string inside = chroot.strip(path); inside != path) {
            paths.add(inside);
        }
    }
    return paths;
}

}  // namespace

Answer get_sessions(SharedContext context, Request request) {
    const Searching searching(context->searching);
    Found found;
    std::string dump;
    if (request.head.target.query.count("search") == 0) {
        const auto dumping = ask(context, "dump");
        dump = co_await dumping;
    }
    if (auto sessions = parse_dump(dump, most_ephemerals, found.complete)) {
        found.sessions = std::move(*sessions);
    } else {
        const auto walking = search_tree(context, found);
        co_await walking;
    }
    const auto listing = ask(context, "cons");
    const std::string connections = co_await listing;
    add_addresses(connections, found.sessions);
    const auto own = context->zk.client_id();
    JsonArray sessions;
    for (const auto& [id, session] : found.sessions) {
        JsonObject entry;
        entry.add("id", hex_text(id))
            .add("address", session.address)
            .add("own", own && own->session_id == id)
            .add_json("ephemerals", paths_json(context->zk, session, found.searched).text());
        sessions.add_json(entry.text());
    }
    JsonObject reply;
    reply.add_json("sessions", sessions.text())
        .add("searched", found.searched)
        .add("complete", found.complete);
    co_return json_reply(reply);
}

}  // namespace tool::ui
