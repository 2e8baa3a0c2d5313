// SPDX-License-Identifier: Apache-2.0
// Tests ZooKeeper's own C client (libzookeeper_mt) with the server at its only argument,
// "host:port". Prints the names of the parts that passed, or the failure, and then exits with 1.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#define THREADED  // declares the blocking calls
#include <zookeeper/zookeeper.h>

namespace {

constexpr std::chrono::seconds limit{20};
constexpr int session_timeout_ms = 5000;

#define REQUIRE(condition)                                                       \
    do {                                                                         \
        if (!(condition)) {                                                      \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(EXIT_FAILURE);                                             \
        }                                                                        \
    } while (false)

/// A connected client that stores its events.
class Client {
public:
    explicit Client(const char* hosts) {
        handle_ = zookeeper_init(hosts, on_event, session_timeout_ms, nullptr, this, 0);
        REQUIRE(handle_ != nullptr);
        REQUIRE(wait([this] { return connected_; }));
    }
    Client(const Client&) = delete;
    ~Client() { close(); }

    void close() {
        if (handle_ != nullptr) zookeeper_close(handle_);
        handle_ = nullptr;
    }

    operator zhandle_t*() const { return handle_; }

    /// Waits for an event and removes it; returns false at the time limit.
    bool take(int type, const std::string& path) {
        return wait([&] {
            for (auto event = events_.begin(); event != events_.end(); ++event) {
                if (*event == std::pair(type, path)) {
                    events_.erase(event);
                    return true;
                }
            }
            return false;
        });
    }

private:
    static void on_event(zhandle_t*, int type, int state, const char* path, void* context) {
        auto& self = *static_cast<Client*>(context);
        const std::lock_guard lock(self.mutex_);
        if (type == ZOO_SESSION_EVENT) {
            self.connected_ = self.connected_ || state == ZOO_CONNECTED_STATE;
        } else {
            self.events_.emplace_back(type, path);
        }
        self.changed_.notify_all();
    }

    bool wait(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, condition);
    }

    zhandle_t* handle_ = nullptr;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool connected_ = false;
    std::vector<std::pair<int, std::string>> events_;
};

std::string create(zhandle_t* zk, const std::string& path, const char* data, int flags = 0) {
    char made[256] = "";
    const int code = zoo_create(
        zk,
        path.c_str(),
        data,
        static_cast<int>(std::strlen(data)),
        &ZOO_OPEN_ACL_UNSAFE,
        flags,
        made,
        sizeof made
    );
    REQUIRE(code == ZOK);
    return made;
}

std::string get(zhandle_t* zk, const std::string& path) {
    char data[256];
    int size = sizeof data;
    REQUIRE(zoo_get(zk, path.c_str(), 0, data, &size, nullptr) == ZOK);
    return {data, static_cast<std::size_t>(size)};
}

void nodes(const char* hosts) {
    const Client zk(hosts);
    create(zk, "/c", "");
    REQUIRE(create(zk, "/c/node", "one") == "/c/node");
    REQUIRE(get(zk, "/c/node") == "one");
    Stat stat{};
    REQUIRE(zoo_set2(zk, "/c/node", "three", 5, 0, &stat) == ZOK);
    REQUIRE(stat.version == 1 && stat.dataLength == 5);
    REQUIRE(zoo_set(zk, "/c/node", "x", 1, 0) == ZBADVERSION);
    REQUIRE(create(zk, "/c/s-", "", ZOO_SEQUENCE) == "/c/s-0000000001");
    String_vector children{};
    REQUIRE(zoo_get_children(zk, "/c", 0, &children) == ZOK);
    REQUIRE(children.count == 2);
    deallocate_String_vector(&children);
    REQUIRE(zoo_delete(zk, "/c", -1) == ZNOTEMPTY);
    REQUIRE(zoo_delete(zk, "/c/node", 1) == ZOK);
    REQUIRE(zoo_exists(zk, "/c/node", 0, &stat) == ZNONODE);
}

void multi(const char* hosts) {
    const Client zk(hosts);
    zoo_op_t ops[3];
    zoo_op_result_t results[3];
    char path[64];
    Stat stat{};
    zoo_create_op_init(&ops[0], "/multi", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
    zoo_set_op_init(&ops[1], "/multi", "x", 1, 0, &stat);
    zoo_check_op_init(&ops[2], "/multi", 1);
    REQUIRE(zoo_multi(zk, 3, ops, results) == ZOK);
    REQUIRE(stat.version == 1);
    zoo_delete_op_init(&ops[0], "/multi", -1);
    zoo_check_op_init(&ops[1], "/nothing", 0);
    REQUIRE(zoo_multi(zk, 2, ops, results) == ZNONODE);
    REQUIRE(results[0].err == ZOK && results[1].err == ZNONODE);
    REQUIRE(get(zk, "/multi") == "x");
}

void watches(const char* hosts) {
    Client zk(hosts);
    const Client other(hosts);
    Stat stat{};
    REQUIRE(zoo_exists(zk, "/watched", 1, &stat) == ZNONODE);
    create(other, "/watched", "");
    REQUIRE(zk.take(ZOO_CREATED_EVENT, "/watched"));
    String_vector children{};
    REQUIRE(zoo_get_children(zk, "/watched", 1, &children) == ZOK);
    char data[8];
    int size = sizeof data;
    REQUIRE(zoo_get(zk, "/watched", 1, data, &size, &stat) == ZOK);
    create(other, "/watched/child", "");
    REQUIRE(zk.take(ZOO_CHILD_EVENT, "/watched"));
    REQUIRE(zoo_set(other, "/watched", "x", 1, -1) == ZOK);
    REQUIRE(zk.take(ZOO_CHANGED_EVENT, "/watched"));
    REQUIRE(zoo_exists(zk, "/watched/child", 1, &stat) == ZOK);
    REQUIRE(zoo_delete(other, "/watched/child", -1) == ZOK);
    REQUIRE(zk.take(ZOO_DELETED_EVENT, "/watched/child"));
}

/// Lock and leader election by the usual recipe: the owner of the first sequential ephemeral node
/// holds the lock, or leads; each other one watches its predecessor.
void locks_and_elections(const char* hosts) {
    Client first(hosts);
    Client second(hosts);
    create(first, "/lock", "");
    const auto held = create(first, "/lock/l-", "", ZOO_EPHEMERAL | ZOO_SEQUENCE);
    const auto next = create(second, "/lock/l-", "", ZOO_EPHEMERAL | ZOO_SEQUENCE);
    REQUIRE(held == "/lock/l-0000000000" && next == "/lock/l-0000000001");
    Stat stat{};
    REQUIRE(zoo_exists(second, held.c_str(), 1, &stat) == ZOK);
    REQUIRE(stat.ephemeralOwner == zoo_client_id(first)->client_id);
    REQUIRE(zoo_delete(first, held.c_str(), -1) == ZOK);
    REQUIRE(second.take(ZOO_DELETED_EVENT, held));
    // The second client now leads. It ends without deleting its node, and the third one follows.
    Client third(hosts);
    const auto last = create(third, "/lock/l-", "", ZOO_EPHEMERAL | ZOO_SEQUENCE);
    REQUIRE(zoo_exists(third, next.c_str(), 1, &stat) == ZOK);
    second.close();
    REQUIRE(third.take(ZOO_DELETED_EVENT, next));
    String_vector children{};
    REQUIRE(zoo_get_children(third, "/lock", 0, &children) == ZOK);
    REQUIRE(children.count == 1 && "/lock/" + std::string(children.data[0]) == last);
    deallocate_String_vector(&children);
}

void acls(const char* hosts) {
    const Client owner(hosts);
    const Client other(hosts);
    REQUIRE(zoo_add_auth(owner, "digest", "me:secret", 9, nullptr, nullptr) == ZOK);
    char made[16];
    const int code = zoo_create(owner, "/mine", "x", 1, &ZOO_CREATOR_ALL_ACL, 0, made, sizeof made);
    REQUIRE(code == ZOK);
    REQUIRE(get(owner, "/mine") == "x");
    char data[8];
    int size = sizeof data;
    REQUIRE(zoo_get(other, "/mine", 0, data, &size, nullptr) == ZNOAUTH);
}

}  // namespace

int main(int argc, char** argv) {
    REQUIRE(argc == 2);
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    const std::pair<const char*, void (*)(const char*)> parts[]{
        {"nodes", nodes},
        {"multi", multi},
        {"watches", watches},
        {"locks and elections", locks_and_elections},
        {"acls", acls},
    };
    for (const auto& [name, part] : parts) {
        part(argv[1]);
        std::puts(name);
    }
    return EXIT_SUCCESS;
}
