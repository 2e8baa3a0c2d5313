// SPDX-License-Identifier: Apache-2.0
// Calls that the compiler refuses, each with a message that says what to write instead.
// tests/forms/check_refused.py compiles this file; it is part of no program.
#include <kazoo/kazoo.hpp>

#include <span>
#include <string>
#include <vector>

using namespace kazoo;

void numbers_are_no_data(KazooClient& zk) {
    zk.set("/a", 0);  // refused: a number or nullptr is not data
    zk.set("/a", nullptr);  // refused: a number or nullptr is not data
    zk.create_async("/a", 'c');  // refused: a number or nullptr is not data
    zk.create("/a", 2.5);  // refused: a number or nullptr is not data
    zk.set_async("/a", true);  // refused: a number or nullptr is not data
    zk.set("/a", NULL);  // refused: a number or nullptr is not data
    zk.set("/a", std::to_string(0));
    zk.set("/a", std::nullopt);
}

// The message appears once for each type, at its first use.
void a_path_is_a_text(KazooClient& zk) {
    zk.get(nullptr);  // refused: a number or nullptr is not a path
    zk.exists_async(NULL, CallOptions());  // refused: a number or nullptr is not a path
    zk.set(0, "data");  // refused: a number or nullptr is not a path
    zk.create(0u, "data");  // refused: a number or nullptr is not a path
    zk.delete_async('/');  // refused: a number or nullptr is not a path
    zk.delete_recursive(false);  // refused: a number or nullptr is not a path
    zk.retry(&KazooClient::get, zk, 0ull);  // refused: a number or nullptr is not a path
    join_path("/a", 1.5);  // refused: a number or nullptr is not a path
    Chroot(short(0)).empty();  // refused: a number or nullptr is not a path
    zk.get("/a");
    zk.get(std::to_string(0));
}

void a_buffer_is_a_text_or_bytes(KazooClient& zk) {
    char buffer[16] = "text";
    zk.set("/a", buffer);  // refused: an array of char is a text or bytes
    zk.set("/a", std::string_view(buffer));
    zk.set("/a", std::span(buffer));
}

void a_length_of_time_has_a_unit(KazooClient& zk) {
    ClientOptions().timeout(10);  // refused: no
    zk.get_async("/a").get(2);  // refused: no
    sleep_async(zk.handler(), 10);  // refused: no
    sleep_async(zk.handler(), std::chrono::seconds(10));
    ClientOptions().timeout(std::chrono::seconds(10));
}

void a_listener_returns_nothing_or_a_bool(KazooClient& zk) {
    zk.add_listener([](KazooState) { return 1; });  // refused: a state listener returns void or
    zk.add_listener([](KazooState) {});
    zk.add_listener([](KazooState) { return true; });
}

void the_function_of_a_watch_takes_what_it_is_given(KazooClient& zk) {
    DataWatch(zk, "/a", [](int) {});  // refused: the function of a DataWatch is called with
    DataWatch(zk, "/a", [](const DataChange&) { return 1; });  // refused: returns void or bool
    ChildrenWatch(zk, "/a", [](int) {});  // refused: the function of a ChildrenWatch is called with
    ChildrenWatch(zk, "/a", [](auto, auto) { return 1; });  // refused: returns void or bool
    const DataWatch data(zk, "/a", [](auto, auto, auto) { return true; });
    const ChildrenWatch children(zk, "/a", [](const std::vector<std::string>&) {});
}

void a_retry_waits_for_what_it_calls(KazooClient& zk) {
    zk.retry([&] { return zk.get_async("/a"); });  // refused: use call_async or retry_async
    zk.retry(&KazooClient::exists_async, zk, "/a");  // refused: use call_async or retry_async
    zk.retry(&KazooClient::set, zk, "/a");  // refused: a required argument is missing
    zk.retry(&KazooClient::set, zk, "/a", "data");
    zk.retry(&KazooClient::get, zk, "/a");
}
