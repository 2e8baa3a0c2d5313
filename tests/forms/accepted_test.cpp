// SPDX-License-Identifier: Apache-2.0
// Forms of calls that compile, and do what they say.
#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <gmock/gmock.h>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace kazoo {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto patience = 20s;

// Setters of a temporary give a value: what it is bound to does not dangle.
template <class T>
constexpr bool is_value = !std::is_reference_v<T>;

static_assert(is_value<decltype(RetryPolicy().max_tries(1))>);
static_assert(is_value<decltype(RetryPolicy().delay(1ms))>);
static_assert(is_value<decltype(RetryPolicy().backoff(1))>);
static_assert(is_value<decltype(RetryPolicy().max_jitter(1))>);
static_assert(is_value<decltype(RetryPolicy().max_delay(1s))>);
static_assert(is_value<decltype(RetryPolicy().ignore_expire(true))>);
static_assert(is_value<decltype(RetryPolicy().retry_unknown(true))>);
static_assert(is_value<decltype(RetryPolicy().deadline(1s))>);
static_assert(is_value<decltype(RetryPolicy().deadline(std::nullopt))>);
static_assert(is_value<decltype(CallOptions().timeout(1s))>);
static_assert(is_value<decltype(CallOptions().deadline(TimePoint()))>);
static_assert(is_value<decltype(CallOptions().stop_token({}))>);
static_assert(is_value<decltype(ReadOptions().consistency(Consistency::latest).at_least(1))>);
static_assert(is_value<decltype(ReadOptions().timeout(1s).deadline(TimePoint()))>);
static_assert(is_value<decltype(ReadOptions().stop_token({}))>);
static_assert(std::is_convertible_v<CallOptions, ReadOptions>);
static_assert(!std::is_convertible_v<ReadOptions, CallOptions>, "only reads have a consistency");
static_assert(is_value<decltype(WatchStreamOptions().limit(1))>);
static_assert(is_value<decltype(CreateOptions().ephemeral().sequence().makepath().acl({}))>);
static_assert(is_value<decltype(CreateOptions().container().ttl(1h))>);
static_assert(is_value<decltype(ClientOptions().hosts("a").timeout(1s).call_timeout(1s))>);
static_assert(is_value<decltype(ClientOptions().logger(Logger::none()).handler(nullptr))>);
static_assert(is_value<decltype(ClientOptions().logger([](LogLevel, std::string_view) {}))>);
static_assert(is_value<decltype(KazooRetry(RetryPolicy()).interrupt({}))>);
static_assert(is_value<decltype(Error().outcome(Outcome::unknown).path("").detail(""))>);
static_assert(is_value<decltype(testing::ServerOptions().tick(1ms).ttl_nodes(true))>);
static_assert(is_value<decltype(testing::Fault::hold().once().skip(1))>);

class Forms : public ::testing::Test {
protected:
    void SetUp() override {
        zk.start(patience);
        zk.create("/a");
    }
    std::string stored() { return zk.get("/a").data; }

    testing::Server server;
    KazooClient zk{ClientOptions().hosts(server.hosts()).logger(Logger::none())};
};

const std::string three("a\0b", 3);

TEST_F(Forms, DataOfEveryKindOfBytes) {
    const auto check = [&](const char* what, const DataView& data) {
        zk.set("/a", "else");
        zk.set("/a", data);
        EXPECT_EQ(stored(), three) << what;
    };
    const char bytes[3] = {'a', '\0', 'b'};
    const unsigned char unsigned_bytes[3] = {'a', '\0', 'b'};
    std::byte std_bytes[3] = {std::byte('a'), std::byte(0), std::byte('b')};
    const char* const pointer = three.data();
    check("string", three);
    check("string_view", std::string_view(three));
    check("literal", "a\0b");
    check("u8 literal", u8"a\0b");
    check("u8string_view", std::u8string_view(u8"a\0b", 3));
    check("constant array", bytes);
    check("array of unsigned char", unsigned_bytes);
    check("array of bytes", std_bytes);
    check("vector of char", std::vector<char>(three.begin(), three.end()));
    check("vector of uint8_t", std::vector<std::uint8_t>(three.begin(), three.end()));
    check("vector of signed char", std::vector<signed char>(three.begin(), three.end()));
    check("vector of bytes", std::vector<std::byte>(std_bytes, std_bytes + 3));
    check("array of char", std::array<char, 3>{'a', '\0', 'b'});
    check("array of uint8_t", std::array<std::uint8_t, 3>{'a', '\0', 'b'});
    check("array of bytes", std::to_array(std_bytes));
    check("span of bytes", std::span(std_bytes));
    check("span of constant bytes", std::span<const std::byte>(std_bytes));
    check("span of char", std::span(bytes));
    check("span of uint8_t", std::span<const std::uint8_t>(unsigned_bytes));
    check("span as bytes", std::as_bytes(std::span(three)));
    EXPECT_EQ(DataView(pointer).size(), 1U) << "up to the first NUL";
    EXPECT_EQ(DataView(std::vector<char>()).bytes(), ""sv) << "empty is not null";
    const DataView no_more = {};
    EXPECT_EQ(no_more.bytes(), ""sv);
    EXPECT_EQ(DataView(std::nullopt).bytes(), std::nullopt);
}

TEST_F(Forms, PathsOfEveryKindOfText) {
    struct Path {
        operator std::string_view() const { return "/a"; }
    };
    struct Named : std::string {
        using std::string::string;
    };
    char buffer[8] = "/a";
    char* const pointer = buffer;
    const std::string text = "/a";
    const auto exists = [&](PathView path) { return zk.exists(path).has_value(); };
    EXPECT_TRUE(exists("/a"));
    EXPECT_TRUE(exists(buffer));
    EXPECT_TRUE(exists(pointer));
    EXPECT_TRUE(exists(static_cast<const char*>(pointer)));
    EXPECT_TRUE(exists(text));
    EXPECT_TRUE(exists("/a"s));
    EXPECT_TRUE(exists("/a"sv));
    EXPECT_TRUE(exists(std::cref(text).get()));
    EXPECT_TRUE(exists(Path()));
    EXPECT_TRUE(exists(Named("/a")));
    EXPECT_TRUE(exists({"/a-longer-text", 2}));
    EXPECT_TRUE(exists({})) << "the root";
    EXPECT_TRUE(zk.exists(Path()) && zk.exists(buffer) && zk.exists(text, CallOptions()));
    EXPECT_EQ(join_path(text, pointer), "/a/a");
    EXPECT_EQ(parent_path(Named("/a/b")), "/a"sv);
    static_assert(std::is_trivially_copyable_v<PathView>);
    static_assert(!std::is_convertible_v<std::vector<char>, PathView>);
}

TEST_F(Forms, SleepsOfEveryUnit) {
    for (const auto& sleep : {
             sleep_async(zk.handler(), 1ns),
             sleep_async(zk.handler(), 1us),
             sleep_async(zk.handler(), 1ms),
             sleep_async(zk.handler(), 0s),
             sleep_async(zk.handler(), Duration(1)),
             sleep_async(zk.handler(), std::chrono::duration<unsigned char, std::milli>(1)),
         }) {
        sleep.get(patience);
    }
    for (const auto& sleep : {
             sleep_async(zk.handler(), 1min),
             sleep_async(zk.handler(), 1h),
             sleep_async(zk.handler(), std::chrono::years(200)),
             sleep_async(zk.handler(), std::chrono::hours::max()),
             sleep_async(zk.handler(), std::chrono::milliseconds::max()),
         }) {
        EXPECT_FALSE(sleep.ready());
        EXPECT_TRUE(sleep.cancel());
        EXPECT_THROW(sleep.get(patience), CancelledError);
    }
}

TEST_F(Forms, ANullPointerIsRefusedWithATypedError) {
    const char* const nothing = nullptr;
    EXPECT_THROW(zk.set("/a", nothing), BadArgumentsError);
    EXPECT_THROW(zk.create("/b", nothing), BadArgumentsError);
    EXPECT_THROW(zk.create("/b/c", nothing, CreateOptions().makepath()), BadArgumentsError);
    const auto failure = zk.set_async("/a", nothing).result().failure();
    EXPECT_EQ(failure.outcome(), Outcome::not_sent);
    EXPECT_THAT(failure.message(), ::testing::HasSubstr("null pointer"));
    EXPECT_FALSE(zk.exists("/b"));
}

TEST_F(Forms, ANullPathIsRefusedWithATypedError) {
    const char* const nothing = nullptr;
    const auto refused = [](const auto& result) {
        const auto failure = result.result().failure();
        EXPECT_EQ(failure.code(), Errc::bad_arguments) << failure.operation();
        EXPECT_EQ(failure.outcome(), Outcome::not_sent) << failure.operation();
        EXPECT_EQ(failure.detail(), "the path is a null pointer") << failure.operation();
        EXPECT_EQ(failure.path(), "") << failure.operation();
        EXPECT_STRNE(failure.operation(), "");
    };
    const CreateOptions makepath = CreateOptions().makepath();
    refused(zk.create_async(nothing, "data"));
    refused(zk.create_async(nothing, "data", makepath));
    refused(zk.create_with_stat_async(nothing, "data"));
    refused(zk.create_with_stat_async(nothing, "data", makepath));
    refused(zk.ensure_path_async(nothing));
    refused(zk.exists_async(nothing));
    refused(zk.get_async(nothing));
    refused(zk.get_children_async(nothing));
    refused(zk.get_children_with_stat_async(nothing));
    refused(zk.set_async(nothing, "data"));
    refused(zk.delete_async(nothing));
    refused(zk.delete_recursive_async(nothing));
    refused(zk.get_acls_async(nothing));
    refused(zk.set_acls_async(nothing, open_acl_unsafe()));
    refused(zk.sync_async(nothing));
    EXPECT_THROW(zk.retry(&KazooClient::get, zk, nothing), BadArgumentsError);
    EXPECT_EQ(zk.get_children(std::string_view()), zk.get_children("/")) << "empty is not null";
}

TEST_F(Forms, OptionsWithoutTheArgumentsBeforeThem) {
    const CallOptions options = CallOptions().timeout(patience);
    EXPECT_EQ(zk.get("/a", options).data, "");
    EXPECT_EQ(zk.get("/a", CallOptions()).data, "");
    EXPECT_TRUE(zk.exists("/a", options));
    EXPECT_EQ(zk.get_children("/a", options).size(), 0U);
    EXPECT_EQ(zk.get_children_with_stat("/a", options).children.size(), 0U);
    EXPECT_EQ(zk.set("/a", "1", options).version, 1);
    EXPECT_EQ(zk.set_acls("/a", open_acl_unsafe(), options).aversion, 1);
    EXPECT_EQ(zk.create("/b", "data", options), "/b");
    EXPECT_EQ(zk.create_with_stat("/c", "data", options).path, "/c");
    EXPECT_TRUE(zk.ensure_path("/d/e", options));
    zk.delete_("/b", options);

    EXPECT_EQ(zk.get_async("/a", options).get().data, "1");
    EXPECT_TRUE(zk.exists_async("/a", options).get());
    EXPECT_EQ(zk.get_children_async("/a", options).get().size(), 0U);
    EXPECT_EQ(zk.get_children_with_stat_async("/a", options).get().children.size(), 0U);
    EXPECT_EQ(zk.set_async("/a", "2", options).get().version, 2);
    EXPECT_EQ(zk.set_acls_async("/a", open_acl_unsafe(), options).get().aversion, 2);
    EXPECT_EQ(zk.create_async("/b", "data", options).get(), "/b");
    EXPECT_EQ(zk.create_with_stat_async("/f", "data", options).get().path, "/f");
    EXPECT_TRUE(zk.ensure_path_async("/g/h", options).get());
    zk.delete_async("/b", options).get();

    // The options count.
    const auto late = CallOptions().deadline(Clock::now() - 1s);
    EXPECT_THROW(zk.get("/a", late), OperationTimeoutError);
    EXPECT_THROW(zk.set("/a", "", late), OperationTimeoutError);
    EXPECT_THROW(zk.create("/z", "", late), OperationTimeoutError);
    EXPECT_THROW(zk.delete_("/a", late), OperationTimeoutError);
    EXPECT_THROW(zk.ensure_path("/z", late), OperationTimeoutError);
}

TEST_F(Forms, RetryOfAFunctionOfTheClient) {
    const auto options = CallOptions().timeout(patience);
    EXPECT_EQ(zk.retry(&KazooClient::get, zk, "/a").data, "");
    EXPECT_EQ(zk.retry(&KazooClient::get, zk, "/a", Watcher(), options).data, "");
    EXPECT_TRUE(zk.retry(&KazooClient::exists, zk, "/a"));
    EXPECT_EQ(zk.retry(&KazooClient::get_children, zk, "/a").size(), 0U);
    EXPECT_EQ(zk.retry(&KazooClient::get_children_with_stat, zk, "/a").children.size(), 0U);
    EXPECT_EQ(zk.retry(&KazooClient::set, zk, "/a", "text").version, 1) << "of every version";
    EXPECT_EQ(zk.retry(&KazooClient::set, zk, "/a", "text", 1).version, 2);
    EXPECT_THROW(zk.retry(&KazooClient::set, zk, "/a", "text", 1), BadVersionError);
    EXPECT_EQ(zk.retry(&KazooClient::create, zk, "/b", std::vector<char>{'x'}), "/b");
    EXPECT_EQ(zk.retry(&KazooClient::create_with_stat, zk, "/c", "").path, "/c");
    EXPECT_TRUE(zk.retry(&KazooClient::ensure_path, zk, std::string("/d/e")));
    EXPECT_EQ(zk.retry(&KazooClient::get_acls, zk, "/a").acls, open_acl_unsafe());
    EXPECT_EQ(zk.retry(&KazooClient::set_acls, zk, "/a", open_acl_unsafe()).aversion, 1);
    EXPECT_EQ(zk.retry(&KazooClient::sync, zk, "/a"), "/a");
    zk.retry(&KazooClient::delete_, zk, "/b");
    zk.retry(&KazooClient::delete_recursive, zk, "/d");
    EXPECT_EQ(zk.retry([&] { return zk.get("/a").data; }), "text");
    EXPECT_EQ(zk.retry([](const std::string& text) { return text; }, "x"), "x");
    EXPECT_EQ(zk.retry(&std::string::size, std::string("four")), 4U) << "of another class";
}

// Handles and streams cannot be copied: a temporary result gives them away.
TEST_F(Forms, WatchesThatLast) {
    const auto ignore = [](const WatchedEvent&) {};
    WatchHandle handle = zk.add_watch("/a", WatchMode::persistent, ignore);
    handle = zk.add_watch_async("/a", WatchMode::persistent, ignore).get(patience);
    handle = zk.retry([&] { return zk.add_watch("/a", WatchMode::persistent, ignore); });
    const auto retried = [&] { return zk.add_watch_async("/a", WatchMode::persistent, ignore); };
    handle = zk.retry_async(retried).get(patience);
    EXPECT_TRUE(handle.active());
    const auto kept = zk.add_watch_async("/a", WatchMode::persistent_recursive, ignore);
    const WatchHandle& inside = kept.get(patience);
    EXPECT_TRUE(inside.active());
    auto stream = zk.watch_stream("/a", WatchMode::persistent, WatchStreamOptions().limit(2));
    const auto read = [](WatchStream& changes) -> AsyncResult<int> {
        int gaps = 0;
        while (auto change = co_await changes.next()) {
            gaps += change->gap() ? 1 : 0;
        }
        co_return gaps;
    };
    const auto gaps = read(stream);
    server.drop_connections();
    zk.retry([&] { return zk.sync("/"); });  // on the next connection
    zk.stop();
    EXPECT_EQ(gaps.get(patience), 1);
}

TEST_F(Forms, LoggersOfEveryKind) {
    std::vector<std::string> lines;
    const auto say = [](const ClientOptions& options) {
        options.logger().log(LogLevel::warning, "line");
        return options.logger().level();
    };
    const auto note = [&](LogLevel, std::string_view line) { lines.emplace_back(line); };
    EXPECT_EQ(say(ClientOptions().logger(note)), LogLevel::info);
    EXPECT_EQ(say(ClientOptions().logger(note, LogLevel::trace)), LogLevel::trace);
    EXPECT_EQ(
        say(ClientOptions().logger([&](LogLevel, std::string_view line) {
            lines.emplace_back(line);
        })),
        LogLevel::info
    );
    EXPECT_EQ(say(ClientOptions().logger(LogSink(note))), LogLevel::info);
    EXPECT_EQ(say(ClientOptions().logger(Logger(note, LogLevel::warning))), LogLevel::warning);
    ClientOptions named;
    named.logger(note).hosts("a");
    EXPECT_EQ(say(named), LogLevel::info);
    EXPECT_EQ(lines.size(), 6U);
}

TEST_F(Forms, AConstantEventMaySetItsFlag) {
    const Event event(zk.handler());
    event.set();
    EXPECT_TRUE(event.wait(0s));
    event.clear();
    EXPECT_FALSE(event.is_set());
    event.cancel();
    EXPECT_FALSE(event.wait(patience));
}

TEST_F(Forms, ListenersThatReturnNothingOrABool) {
    EXPECT_TRUE(zk.remove_listener(zk.add_listener([](KazooState) {})));
    EXPECT_TRUE(zk.remove_listener(zk.add_listener([](KazooState) { return false; })));
    EXPECT_TRUE(zk.remove_listener(zk.add_listener(std::function<void(KazooState)>())));
}

}  // namespace
}  // namespace kazoo
