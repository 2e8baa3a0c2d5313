// SPDX-License-Identifier: Apache-2.0
// The bytes of a session on its way between processes.
#include "support/allocations/allocations.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <new>
#include <string>

namespace kazoo {
namespace {

using testing_support::live_allocations;
using testing_support::Shortage;
using namespace std::chrono_literals;

SessionHandover sample() {
    SessionHandover session(0x1234'5678'9abc'def0, std::string("\0secret password", 16), 10s, 42);
    session.add_watch(ArmedWatch::data, "/app/a");
    session.add_watch(ArmedWatch::exists, "/app/absent");
    session.add_watch(ArmedWatch::children, "/");
    session.add_watch(ArmedWatch::persistent, "/app/p");
    session.add_watch(ArmedWatch::persistent_recursive, "/app/r");
    session.add_watch(ArmedWatch::persistent_recursive, "/app/\xc3\xa4");
    return session;
}

void expect_malformed(const std::string& bytes) {
    const auto read = SessionHandover::from_bytes(bytes);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), ClientErrc::malformed_handover);
    EXPECT_EQ(read.failure().outcome(), Outcome::not_sent);
    EXPECT_EQ(read.failure().message().find("secret"), std::string::npos);
}

/// Bytes with a correct checksum for what `change` makes of the rest.
std::string changed(const std::function<void(std::string&)>& change) {
    auto bytes = sample().to_bytes();
    bytes.resize(bytes.size() - 8);
    change(bytes);
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>(sum >> shift));
    }
    return bytes;
}

TEST(SessionHandoverTest, WhatIsWrittenCanBeRead) {
    for (const auto& session : {sample(), SessionHandover()}) {
        const auto read = SessionHandover::from_bytes(session.to_bytes());
        ASSERT_TRUE(read) << read.failure().message();
        EXPECT_EQ(*read, session);
    }
    EXPECT_EQ(SessionHandover::from_bytes(changed([](std::string&) {})).value(), sample());
}

TEST(SessionHandoverTest, WithoutASessionTheIdIsZero) {
    const SessionHandover none;
    EXPECT_EQ(none.session_id(), 0);
    EXPECT_EQ(none.last_zxid(), 0);
    EXPECT_TRUE(none.watches(ArmedWatch::data).empty());
}

TEST(SessionHandoverTest, TruncatedBytesAreMalformed) {
    const auto bytes = sample().to_bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        SCOPED_TRACE(size);
        expect_malformed(bytes.substr(0, size));
        expect_malformed(changed([&](std::string& text) {
            text.resize(std::min(size, text.size() - 1));
        }));
    }
}

TEST(SessionHandoverTest, AChangeOfAnyByteIsNoticed) {
    const auto bytes = sample().to_bytes();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        SCOPED_TRACE(at);
        auto other = bytes;
        other[at] = static_cast<char>(other[at] ^ 1);
        expect_malformed(other);
    }
    expect_malformed(bytes + " ");
}

TEST(SessionHandoverTest, ValuesOutOfRangeAreMalformed) {
    constexpr std::size_t version_at = 7;
    constexpr std::size_t timeout_at = 16;
    constexpr std::size_t zxid_at = 20;
    constexpr std::size_t password_length_at = 30;
    for (const auto at : {timeout_at, zxid_at}) {
        expect_malformed(changed([&](std::string& text) { text[at] = '\xff'; }));
    }
    expect_malformed(changed([&](std::string& text) { text[version_at] = 2; }));
    expect_malformed(changed([&](std::string& text) { text[password_length_at] = '\x7f'; }));
    expect_malformed(changed([](std::string& text) { text += "more"; }));
    for (const auto* const path : {"", "app", "/app/", "/a//b", "/a/../b", "/a\n"}) {
        auto session = sample();
        session.add_watch(ArmedWatch::children, path);
        expect_malformed(session.to_bytes());
    }
    expect_malformed(SessionHandover(1, std::string(1025, 'x'), 1s, 1).to_bytes());
}

TEST(SessionHandoverTest, AFailedAllocationLosesNothing) {
    const auto bytes = sample().to_bytes();
    const auto before = live_allocations();
    for (long nth = 1;; ++nth) {
        const Shortage shortage(nth);
        try {
            const auto read = SessionHandover::from_bytes(bytes);
            EXPECT_TRUE(read);
        } catch (const std::bad_alloc&) {
            EXPECT_TRUE(shortage.met());
        }
        if (!shortage.met()) {
            EXPECT_GT(nth, 3) << "there are hardly any allocations";
            break;
        }
    }
    EXPECT_EQ(live_allocations(), before);
}

// A start without memory changes nothing but the state: the next one works as a first one.
TEST(SessionHandoverTest, AResumeWithoutMemoryFails) {
    bool called = false;
    for (long nth = 1; nth < 400; ++nth) {
        KazooClient zk(ClientOptions()
                           .hosts("127.0.0.1:1")
                           .logger(Logger::none())
                           .resume(sample(), [&](const WatchedEvent&) { called = true; }));
        bool met = false;
        {
            const Shortage shortage(nth);
            try {
                zk.start_async();
            } catch (const std::bad_alloc&) {
            } catch (const std::system_error&) {
            }
            met = shortage.met();
        }
        zk.stop();
        if (!met) {
            break;
        }
    }
    EXPECT_TRUE(called) << "the watches of a session that was resumed have ended";
}

}  // namespace
}  // namespace kazoo
