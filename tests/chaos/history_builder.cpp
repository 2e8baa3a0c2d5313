// SPDX-License-Identifier: Apache-2.0
#include "history_builder.hpp"

#include "codec/decoder.hpp"

#include <chrono>
#include <span>
#include <utility>
#include <vector>

namespace kazoo::chaos {
namespace {

// Operation codes in Apache ZooKeeper's transaction log.
enum Type : std::int32_t {
    error = -1,
    create_session = -10,
    close_session = -11,
    create_node = 1,
    delete_node = 2,
    set_data = 5,
    check_version = 13,
    multi = 14,
    create2 = 15,
    reconfig = 16
};

codec::Decoder decoder_of(const std::string& record) {
    return codec::Decoder(std::as_bytes(std::span(record.data(), record.size())));
}

void skip_acl(codec::Decoder& in) {
    constexpr std::size_t smallest = 12;
    for (auto count = in.count(smallest); count > 0; --count) {
        static_cast<void>(in.i32());
        static_cast<void>(in.ustring());
        static_cast<void>(in.ustring());
    }
}

}  // namespace

void HistoryBuilder::add(const LoggedTransaction& transaction) {
    chronicle_.advance_to(transaction.zxid);
    const auto client = clients_.find(transaction.session);
    Write write;
    write.zxid = transaction.zxid;
    write.time = TimePoint(std::chrono::milliseconds(transaction.time_ms));
    write.author.session = transaction.session;
    write.author.client = client == clients_.end() ? Author::nobody : client->second;
    switch (transaction.type) {
        case multi:
            return add_all(write, transaction.record);
        case create_session:
            living_.insert(transaction.session);
            return;
        case close_session:
            return end_session(write);
        default:
            return change(write, transaction.type, transaction.record);
    }
}

void HistoryBuilder::change(Write& write, std::int32_t type, const std::string& record) {
    switch (type) {
        case error:
        case check_version:
        case reconfig:  // changes /zookeeper/config, which is no part of the history
            return;
        case create_node:
        case create2:
            return create(write, record);
        case set_data:
            return set(write, record);
        case delete_node: {
            auto in = decoder_of(record);
            return remove(write, std::string(in.ustring()));
        }
        default:
            verdict_.fail("a transaction that nobody has asked for, type " + std::to_string(type));
    }
}

/// Adds the changes of a multi. If any of its operations failed, none was applied.
void HistoryBuilder::add_all(Write& write, const std::string& record) {
    constexpr std::size_t smallest = 8;
    auto in = decoder_of(record);
    std::vector<std::pair<std::int32_t, std::string>> changes;
    bool failed = false;
    for (auto count = in.count(smallest); count > 0; --count) {
        const auto type = in.i32();
        const auto buffer = in.buffer();
        failed = failed || type == error;
        changes.emplace_back(type, std::string(buffer.value_or("")));
    }
    if (!in.ok()) {
        return verdict_.fail("an undecodable multi at zxid " + std::to_string(write.zxid));
    }
    for (const auto& [type, change_record] : changes) {
        if (!failed) change(write, type, change_record);
    }
}

void HistoryBuilder::create(Write& write, const std::string& record) {
    auto in = decoder_of(record);
    write.kind = Write::Kind::create;
    write.path = in.ustring();
    write.data = in.ustring();
    skip_acl(in);
    const bool is_ephemeral = in.boolean();
    static_cast<void>(in.i32());  // the parent's cversion
    if (!in.ok()) return verdict_.fail("an undecodable create: " + write.path);
    if (is_ephemeral) {
        ephemerals_[write.author.session].insert(write.path);
        owners_[write.path] = write.author.session;
    }
    chronicle_.add(write, is_ephemeral ? write.author.session : 0);
}

void HistoryBuilder::set(Write& write, const std::string& record) {
    auto in = decoder_of(record);
    write.kind = Write::Kind::set;
    write.path = in.ustring();
    write.data = in.ustring();
    const auto version = in.i32();
    const bool existed = chronicle_.of(write.path).back().exists;
    chronicle_.add(write);
    if (!in.ok() || !existed || version != chronicle_.of(write.path).back().version) {
        verdict_.fail(
            write.path + ": set to version " + std::to_string(version) + ", not the next"
        );
    }
}

void HistoryBuilder::remove(Write& write, const std::string& path) {
    write.kind = Write::Kind::remove;
    write.path = path;
    write.data.clear();
    if (!chronicle_.of(path).back().exists) {
        return verdict_.fail(path + ": deleted, but did not exist");
    }
    if (const auto owner = owners_.find(path); owner != owners_.end()) {
        ephemerals_[owner->second].erase(path);
        owners_.erase(owner);
    }
    chronicle_.add(write);
}

void HistoryBuilder::end_session(Write& write) {
    living_.erase(write.author.session);
    ++ended_;
    write.by_end_of_session = true;
    const auto paths = ephemerals_[write.author.session];
    for (const auto& path : paths) remove(write, path);
}

}  // namespace kazoo::chaos
