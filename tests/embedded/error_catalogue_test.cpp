// Provokes every error and compares the messages with docs/errors.md. KAZOO_RENEW_DOCS=1 rewrites
// the page.
#include "embedded_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

/// The messages of each error, in the order in which they were provoked.
class Catalogue {
public:
    explicit Catalogue(const std::string& hosts) : hosts_(hosts) {}

    void add(const Error& error) {
        auto text = error.message();
        for (auto at = text.find(hosts_); at != std::string::npos; at = text.find(hosts_)) {
            text.replace(at, hosts_.size(), "127.0.0.1:2181");
        }
        auto& known = messages_[error_name(error.code())];
        if (std::find(known.begin(), known.end(), text) == known.end()) {
            known.push_back(std::move(text));
        }
    }
    template <class Call>
    void provoke(Call&& call) {
        try {
            call();
            ADD_FAILURE() << "nothing has failed";
        } catch (const KazooException& error) {
            add(error.error());
        }
    }

    [[nodiscard]] std::string page() const {
        std::ostringstream out;
        out << "# Messages\n\n"
               "Every error, its class, its number, and the messages that it shows, verbatim. A "
               "test\n"
               "provokes each of them and keeps this page up to date\n"
               "(`tests/embedded/error_catalogue_test.cpp`). A line begins with the operation and "
               "the\n"
               "path; in parentheses stand the error's name, its number, and what the failure "
               "means for\n"
               "the data (`not sent`, `not applied`, `unknown`).\n\n"
               "## Errors of the ZooKeeper protocol\n";
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    section(out, #enumerator, number, #Class);
#include <kazoo/detail/error_table.def>
        out << "\n## Errors of this library\n";
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    section(out, #enumerator, number, #Class);
#include <kazoo/detail/error_table.def>
        return out.str();
    }

private:
    void section(std::ostream& out, const char* name, int number, const char* exception) const {
        out << "\n### " << exception << ": `" << name << "`, " << number << "\n\n```\n";
        const auto found = messages_.find(name);
        EXPECT_NE(found, messages_.end()) << name << " was not provoked";
        if (found != messages_.end()) {
            for (const auto& message : found->second) {
                out << message << "\n";
            }
        }
        out << "```\n";
    }

    const std::string hosts_;
    std::map<std::string, std::vector<std::string>> messages_;
};

class ErrorCatalogue : public ::testing::Test {
protected:
    ClientOptions mine() { return to(server.hosts()); }

    Server server{ServerOptions().tick(20ms).max_session_timeout(60s)};
    Catalogue messages{server.hosts()};

    void of_servers();
    void of_rules();
    void of_connections();
    void of_time();
    void of_limits();
    void of_programs();
    void of_retries();
};

/// Provokes each error that a server can return for a write.
void ErrorCatalogue::of_servers() {
    std::vector<Errc> codes;
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    codes.push_back(Errc::enumerator);
#include <kazoo/detail/error_table.def>
    const std::set<Errc> provoked_otherwise{
        Errc::connection_loss, Errc::operation_timeout, Errc::auth_failed, Errc::session_expired};
    for (const auto code : codes) {
        if (provoked_otherwise.count(code) == 0) {
            Started zk(mine());
            server.inject(Fault::fail(code).on(Request::set).once());
            messages.provoke([&] { zk.set("/a", "data"); });
        }
    }
}

void ErrorCatalogue::of_rules() {
    Started zk(mine());
    zk.create("/a/b", "", CreateOptions().makepath());
    zk.create("/e", "", CreateOptions().ephemeral());
    messages.provoke([&] { zk.get("/none"); });
    messages.provoke([&] { zk.create("/none/c"); });
    messages.provoke([&] { zk.create("/a"); });
    messages.provoke([&] { zk.delete_("/a"); });
    messages.provoke([&] { zk.set("/a", "", 7); });
    messages.provoke([&] { zk.create("/e/f"); });
    messages.provoke([&] { zk.create("/g", "", CreateOptions().acl({})); });
    messages.provoke([&] { zk.get("/a/../b"); });
    messages.provoke([&] { zk.delete_("/"); });
    messages.provoke([&] { zk.delete_recursive("/"); });
    const char* const nothing = nullptr;
    messages.provoke([&] { zk.set("/a", nothing); });
    Started in_chroot(mine().hosts(server.hosts() + "/app"));
    messages.provoke([&] { in_chroot.create("/c"); });
    messages.provoke([&] { in_chroot.get("/"); });
    zk.create("/s", "", CreateOptions().acl(AclList{make_digest_acl("user", "password", 31)}));
    messages.provoke([&] { zk.get("/s"); });
    messages.provoke([&] { zk.add_auth("no-such-scheme", "credential"); });
}

void ErrorCatalogue::of_connections() {
    messages.provoke([&] { KazooClient(mine()).get("/a"); });
    messages.provoke([&] {
        KazooClient(to("127.0.0.1:1").connection_retry(RetryPolicy().delay(1ms).max_tries(2)))
            .start(patience);
    });
    {
        Started zk(mine());
        server.inject(Fault::drop_before().on(Request::get).once());
        messages.provoke([&] { zk.get("/a"); });
        server.inject(Fault::drop_after().on(Request::set).once());
        messages.provoke([&] { zk.set("/a", "data"); });
    }
    {
        KazooClient zk(to("127.0.0.1:1"));
        zk.start_async();
        const auto waits = zk.get_async("/a");
        zk.stop();
        messages.provoke([&] { waits.get(); });
        messages.provoke([&] { zk.get("/a"); });
        messages.provoke([&] { zk.command("ruok"); });
    }
    {
        Started zk(mine());
        const auto session = zk.session();
        StateLog states(zk);
        server.stop();
        ASSERT_TRUE(states.wait_for(SUSPENDED));
        const auto waits = zk.get_async("/a");
        server.expire_session(session);
        server.start();
        messages.provoke([&] { waits.get(); });
    }
}

void ErrorCatalogue::of_time() {
    KazooClient nobody(to("127.0.0.1:1"));
    nobody.start_async();
    messages.provoke([&] { nobody.get("/a", CallOptions().timeout(1ms)); });
    messages.provoke([&] { nobody.get_async("/a").get(1ms); });
    const auto waits = nobody.get_async("/a");
    waits.cancel();
    messages.provoke([&] { waits.get(); });

    Started zk(mine());
    const auto held = server.inject(Fault::hold());
    messages.provoke([&] { zk.get("/a", CallOptions().timeout(50ms)); });
    messages.provoke([&] { zk.set("/a", "data", CallOptions().timeout(50ms)); });
    const auto read = zk.get_async("/a");
    const auto write = zk.set_async("/a", "data");
    EXPECT_FALSE(write.wait(50ms)) << "it is sent by then";
    read.cancel();
    write.cancel();
    messages.provoke([&] { read.get(); });
    messages.provoke([&] { write.get(); });
    server.remove(held);
}

void ErrorCatalogue::of_limits() {
    ClientLimits limits;
    limits.requests = 1;
    KazooClient nobody(to("127.0.0.1:1").limits(limits));
    nobody.start_async();
    const auto first = nobody.get_async("/a");
    messages.provoke([&] { nobody.get("/a"); });

    limits = ClientLimits();
    limits.request_bytes = 1000;
    limits.reply_bytes = 2000;
    limits.watches = 1;
    Started zk(mine().limits(limits));
    messages.provoke([&] { zk.set("/a", std::string(1001, 'x')); });
    messages.provoke([&] { zk.get(std::string("/") + std::string(1000, 'p')); });
    Started other(mine());
    other.create("/large", std::string(3000, 'x'));
    messages.provoke([&] { zk.get("/large"); });
    limits = ClientLimits();
    limits.request_bytes = std::size_t{4} << 20;
    Started larger(mine().limits(limits));
    messages.provoke([&] { larger.set("/large", std::string(std::size_t{2} << 20, 'x')); });
    zk.exists("/w", [](const WatchedEvent&) {});
    messages.provoke([&] { zk.exists("/v", [](const WatchedEvent&) {}); });
}

void ErrorCatalogue::of_programs() {
    messages.provoke([] { KazooClient(ClientOptions().hosts("a:0")); });
    messages.provoke([] { KazooClient(ClientOptions().timeout(0ms)); });
    messages.provoke([] { KazooClient(ClientOptions().close_timeout(-1ms)); });
    Started zk(mine());
    messages.provoke([&] { zk.close(); });
    std::optional<Error> refused;
    const auto id = zk.add_listener([&](KazooState) {
        try {
            static_cast<void>(zk.get("/a"));
        } catch (const KazooException& error) {
            refused = error.error();
        }
    });
    server.drop_connections();
    ASSERT_TRUE(comes_true([&] { return zk.connected() && refused; }));
    ASSERT_TRUE(zk.remove_listener(id));
    messages.add(*refused);
    // Not provoked here: these need a child process, a different server, a failed allocation, or an
    // exception of the program.
    messages.add(Error(ClientErrc::forked, Outcome::not_sent, "get", "/a"));
    messages.add(Error(ClientErrc::protocol_error, Outcome::unknown, "get", "/a"));
    messages.add(Error(ClientErrc::out_of_memory, Outcome::unknown, "get", "/a"));
    messages.add(Error(ClientErrc::rolled_back, Outcome::not_applied, "create", "/a"));
    messages.add(error_from(std::make_exception_ptr(std::runtime_error("the program's own text"))));
}

void ErrorCatalogue::of_retries() {
    const auto twice = RetryPolicy().delay(0ms).max_tries(2);
    Started zk(mine().command_retry(twice));
    server.inject(Fault::fail(Errc::throttled_op).on(Request::get).times(2));
    messages.provoke([&] { zk.retry(&KazooClient::get, zk, "/a"); });
    messages.provoke([] { throw ForceRetryError(); });
    std::stop_source stop;
    const auto retry = KazooRetry(RetryPolicy().delay(0ms)).interrupt(stop.get_token());
    messages.provoke([&] {
        retry([&] {
            stop.request_stop();
            throw ForceRetryError();
        });
    });
}

TEST_F(ErrorCatalogue, IsUpToDate) {
    of_rules();
    of_connections();
    of_time();
    of_limits();
    of_retries();
    of_programs();
    of_servers();
    const std::string file = KAZOO_SOURCE_DIR "/docs/errors.md";
    const auto page = messages.page();
    if (std::getenv("KAZOO_RENEW_DOCS") != nullptr) {
        std::ofstream(file) << page;
    }
    std::ostringstream written;
    written << std::ifstream(file).rdbuf();
    EXPECT_EQ(written.str(), page) << "renew it with KAZOO_RENEW_DOCS=1";
}

}  // namespace
}  // namespace kazoo::embedded_tests
