// SPDX-License-Identifier: Apache-2.0
#include "script.hpp"

#include "codec/records.hpp"
#include "requests.hpp"
#include "support/hex.hpp"

#include <algorithm>
#include <sstream>

namespace kazoo::differential {
namespace {

std::string hex(std::string_view bytes) {
    constexpr std::size_t limit = 200;
    return testing_support::to_hex(std::as_bytes(std::span(bytes.substr(0, limit))));
}

std::string decoded(codec::Opcode op, std::string_view body) {
    std::string text;
    codec::Decoder in(std::as_bytes(std::span(body)));
    const bool known = with_request_record(op, [&](auto record) {
        if (decode(in, record) && in.remaining() == 0) {
            text = to_string(record);
        }
    });
    if (!text.empty() || (known && body.empty())) {
        return text;
    }
    return body.empty() ? "" : "body " + hex(body);
}

std::string handshake(const Step& step) {
    std::ostringstream out;
    out << (step.kind == Step::Kind::connect ? "connect" : "resume") << " timeout "
        << step.timeout_ms;
    if (step.seen != Step::Seen::nothing) {
        out << (step.seen == Step::Seen::latest ? " seen=latest" : " seen=future");
    }
    out << (step.sends_read_only ? "" : " 44 bytes") << (step.read_only ? " read-only" : "")
        << (step.wrong_password ? " wrong password" : "")
        << (step.unknown_session ? " unknown session" : "");
    return out.str();
}

}  // namespace

std::string describe(const Step& step) {
    const std::string who = "client " + std::to_string(step.slot) + ": ";
    switch (step.kind) {
        case Step::Kind::connect:
        case Step::Kind::resume:
            return who + handshake(step);
        case Step::Kind::disconnect:
            return who + "disconnect";
        case Step::Kind::bytes:
            return who + "bytes " + hex(step.body);
        case Step::Kind::request:
            break;
    }
    std::string text = who + std::string(codec::name(step.op)) + '(' +
                       std::to_string(static_cast<std::int32_t>(step.op)) + ") " +
                       decoded(step.op, step.body);
    if (step.xid) {
        text += " xid " + std::to_string(*step.xid);
    }
    if (step.zxid_back) {
        text += " zxid latest-" + std::to_string(*step.zxid_back);
    }
    return with_root(std::move(text), "$");
}

std::string describe(const Script& script) {
    std::ostringstream out;
    for (std::size_t i = 0; i < script.steps.size(); ++i) {
        out << "  " << i << "  " << describe(script.steps[i]) << '\n';
    }
    return out.str();
}

std::string with_root(std::string text, std::string_view root) {
    for (auto at = text.find(root_placeholder); at != std::string::npos;
         at = text.find(root_placeholder, at)) {
        text.replace(at, root_placeholder.size(), root);
        at += root.size();
    }
    return text;
}

}  // namespace kazoo::differential
