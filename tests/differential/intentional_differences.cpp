// SPDX-License-Identifier: Apache-2.0
#include "intentional_differences.hpp"

#include "codec/records.hpp"

#include <algorithm>
#include <span>

namespace kazoo::differential {
namespace {

using codec::Opcode;

template <class Request>
bool decoded(const Step& step, Request& request) {
    codec::Decoder in(std::as_bytes(std::span(step.body)));
    in.accept_negative_counts();
    return decode(in, request);
}

bool between_servers(const Step& step, const server::Profile&) {
    const bool is_between =
        step.op == Opcode::create_session || step.op == Opcode::delete_container;
    const bool is_neither = step.op == Opcode::error || step.op == Opcode::notification;
    return step.kind == Step::Kind::request && (is_neither || (is_between && !step.body.empty()));
}

bool ttl_without_ttl(const Step& step, const server::Profile&) {
    codec::CreateTtlRequest request;
    return step.op == Opcode::create_ttl && decoded(step, request) && request.flags < 5 &&
           request.ttl_ms < 0;
}

bool old_handshake(const Step& step, const server::Profile& profile) {
    return !step.sends_read_only && profile.at_least(9) && !profile.at_least(9, 3);
}

bool beyond_the_bmp(const Step& step, const server::Profile&) {
    const bool echoes = step.op == Opcode::set_watches || step.op == Opcode::set_watches2 ||
                        step.op == Opcode::sync;
    return echoes && step.body.find('\xf0') != std::string::npos;
}

bool sync_of_null(const Step& step, const server::Profile&) {
    return step.op == Opcode::sync && step.body.substr(0, 4) == "\xff\xff\xff\xff";
}

bool count_below_nothing(const Step& step, const server::Profile&) {
    return step.op == Opcode::get_all_children_number && step.body == std::string(4, '\0');
}

bool check_alone(const Step& step, const server::Profile& profile) {
    return step.op == Opcode::check && !profile.at_least(9);
}

bool check_of_others(const Step& step, const server::Profile& profile) {
    return step.op == Opcode::check_watches && !profile.at_least(9);
}

bool late_ttl_flags(const Step& step, const server::Profile& profile) {
    codec::MultiRequest request;
    if (step.op != Opcode::multi || profile.bad_flags_fail_multi() || !decoded(step, request)) {
        return false;
    }
    return std::any_of(request.ops.begin(), request.ops.end(), [](const codec::MultiOp& op) {
        const auto* create = std::get_if<codec::CreateRequest>(&op.request);
        return create != nullptr && (create->flags == 5 || create->flags == 6);
    });
}

}  // namespace

const std::vector<IntentionalDifference>& intentional_differences() {
    static const std::vector<IntentionalDifference> all{
        {"requests between servers",
         "Apache carries out createSession and deleteContainer from anybody, the latter without a "
         "look at ACLs; the embedded server knows them as little as any other opcode.",
         between_servers},
        {"TTL nodes without a TTL",
         "Apache's server stops serving when a createTTL with other flags has a negative TTL; the "
         "embedded server refuses it.",
         ttl_without_ttl},
        {"check outside a multi",
         "Older Apache releases accept it but fail to encode a reply, so none is sent.",
         check_alone},
        {"text beyond the basic plane",
         "Java sends such characters back as two surrogates, which is not UTF-8; the embedded "
         "server sends back what it got. No path of a node has any.",
         beyond_the_bmp},
        {"sync of null",
         "Apache echoes a path that is null; the embedded server refuses it as everywhere else.",
         sync_of_null},
        {"count of nodes below the empty path",
         "Apache keeps the root twice, as \"\" and \"/\", and counts one below the other.",
         count_below_nothing},
        {"checkWatches for the watches of others",
         "Before 3.9, Apache finds the watches of any connection; the embedded server those of the "
         "one that asks.",
         check_of_others},
        {"TTL flags of a create in a multi",
         "Before 3.8.2, Apache fails over them when it gets there, if it does; the embedded server "
         "before it begins.",
         late_ttl_flags},
        {"handshakes without their last byte",
         "Apache 3.9.0 to 3.9.2 send one in return that those clients do not expect.",
         old_handshake},
        {"order of children and ephemerals",
         "Unspecified; Apache's order depends on hashes. Sorted.",
         nullptr},
        {"order of the nodes that a closed session deletes",
         "As before. The notifications of one close are sorted.",
         nullptr},
        {"bodies behind errors",
         "Whether there is one depends on the release, and no client reads it. Dropped, but for "
         "those "
         "of multi_read.",
         nullptr},
    };
    return all;
}

bool shows_intentional_difference(const Step& step, const server::Profile& profile) {
    return std::any_of(
        intentional_differences().begin(),
        intentional_differences().end(),
        [&](const IntentionalDifference& it) {
            return it.is_shown_by != nullptr && it.is_shown_by(step, profile);
        }
    );
}

}  // namespace kazoo::differential
