// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <string>

namespace kazoo::history {

/// A short made-up history for the test of a check.
class SampleHistory {
public:
    static TimePoint at(int ms) { return TimePoint(std::chrono::milliseconds(ms)); }

    Write& wrote(
        Write::Kind kind, std::string path, std::string data, int client = 0, std::int64_t owner = 0
    ) {
        ++zxid_;
        return also_wrote(kind, std::move(path), std::move(data), client, owner);
    }
    /// A further change of the last transaction.
    Write& also_wrote(
        Write::Kind kind, std::string path, std::string data, int client = 0, std::int64_t owner = 0
    ) {
        Write write;
        write.kind = kind;
        write.zxid = zxid_;
        write.time = at(static_cast<int>(zxid_) * 10);
        write.author = {client, client == Author::unknown_client ? 0 : 100 + client};
        write.path = std::move(path);
        write.data = std::move(data);
        chronicle.add(write, owner);
        return last_ = write;
    }

    /// Adds a successful call that was made at the time of the last write and completed at
    /// `over_ms`.
    Call& call(Act act, std::string path, std::string data = "", int client = 0) {
        auto& call = calls.emplace_back();
        call.number = static_cast<std::uint32_t>(calls.size());
        call.client = client;
        call.act = act;
        call.path = path;
        call.made_path = std::move(path);
        call.data = std::move(data);
        call.called = at(0);
        call.completed = at(1000);
        call.completions = 1;
        call.callbacks = 1;
        call.session = 100 + client;
        call.zxid_when_called = zxid_;
        return call;
    }
    static Part part(Act act, std::string path, std::string data = "", std::int32_t version = -1) {
        Part part;
        part.act = act;
        part.path = std::move(path);
        part.made_path = act == Act::create ? part.path : "";
        part.data = std::move(data);
        part.version = version;
        return part;
    }
    static Call& failed(Call& call, std::error_code error, Outcome outcome) {
        call.error = error;
        call.outcome = outcome;
        return call;
    }

    [[nodiscard]] std::string fault() const {
        return verdict.good() ? "" : verdict.faults().front();
    }

    Chronicle chronicle;
    std::deque<Call> calls;
    Verdict verdict;

private:
    std::int64_t zxid_ = 0;
    Write last_;
};

}  // namespace kazoo::history
