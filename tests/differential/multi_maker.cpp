// SPDX-License-Identifier: Apache-2.0
#include "multi_maker.hpp"

#include "requests.hpp"
#include "script.hpp"

namespace kazoo::differential {
namespace {

using codec::Opcode;

constexpr std::int64_t long_ttl_ms = 1'000'000'000;
constexpr std::array plain_flags{0, 0, 0, 0, 1, 1, 2, 3};
constexpr std::array bad_flags{4, 5, 6, 7, -1, 99};

std::string path_to_create(Choice& choice, bool sequential) {
    auto path = choice.any_path();
    if (sequential) {
        static constexpr std::array<std::string_view, 3> tails{"s-", "", "d-"};
        if (path == root_placeholder || choice.chance(60)) {
            path += '/';
        }
        path += choice.of(tails);
    }
    return path;
}

MadeOp make_ttl(Choice& choice) {
    const bool sequential = choice.chance(40);
    const auto path = path_to_create(choice, sequential);
    codec::CreateTtlRequest record;
    record.path = path;
    record.data = choice.data();
    record.acl = choice.acl();
    record.flags = sequential ? 6 : 5;
    record.ttl_ms = choice.chance(15) ? std::int64_t{1} << 40 : long_ttl_ms;
    return {Opcode::create_ttl, bytes_of(record)};
}

MadeOp make_get_data(Choice& choice, Opcode op) {
    const auto path = choice.any_path();
    codec::GetDataRequest record;
    record.path = path;
    record.watch = choice.chance(50);
    return {op, bytes_of(record)};
}

MadeOp make_write(Choice& choice) {
    switch (choice.below(6)) {
        case 0:
            return make_delete(choice);
        case 1:
            return make_set_data(choice);
        case 2:
            return make_check(choice);
        default:
            return make_create(choice);
    }
}

std::string multi_header(Opcode op, bool done) {
    codec::MultiHeader header;
    header.type = op;
    header.done = done;
    return bytes_of(header);
}

}  // namespace

std::string multi_body(const std::vector<MadeOp>& ops) {
    std::string body;
    for (const auto& made : ops) {
        body += multi_header(made.op, false) + made.body;
    }
    return body + multi_header(Opcode::error, true);
}

MadeOp make_create(Choice& choice) {
    if (choice.chance(8)) {
        return make_ttl(choice);
    }
    static constexpr std::array ops{
        Opcode::create, Opcode::create, Opcode::create2, Opcode::create2, Opcode::create_container};
    const auto op = choice.of(ops);
    std::int32_t flags = choice.of(plain_flags);
    if (op == Opcode::create_container) {
        flags = choice.chance(70) ? 4 : 0;
    } else if (choice.chance(4)) {
        flags = choice.of(bad_flags);
    }
    const auto path = path_to_create(choice, flags == 2 || flags == 3);
    codec::CreateRequest record;
    record.path = path;
    record.data = choice.data();
    record.acl = choice.acl();
    record.flags = flags;
    return {op, bytes_of(record)};
}

MadeOp make_delete(Choice& choice) {
    const auto path = choice.chance(4) ? "/zookeeper" : choice.any_path();
    codec::DeleteRequest record;
    record.path = path;
    record.version = choice.version();
    return {Opcode::delete_, bytes_of(record)};
}

MadeOp make_set_data(Choice& choice) {
    const auto path = choice.any_path();
    codec::SetDataRequest record;
    record.path = path;
    record.data = choice.data();
    record.version = choice.version();
    return {Opcode::set_data, bytes_of(record)};
}

MadeOp make_check(Choice& choice) {
    const auto path = choice.any_path();
    codec::CheckRequest record;
    record.path = path;
    record.version = choice.version();
    return {Opcode::check, bytes_of(record)};
}

MadeOp make_multi(Choice& choice) {
    std::vector<MadeOp> ops;
    for (auto count = choice.below(5); count > 0; --count) {
        ops.push_back(make_write(choice));
    }
    if (choice.chance(4)) {
        ops.push_back(make_get_data(choice, choice.chance(50) ? Opcode::get_data : Opcode::exists));
    }
    auto body = multi_body(ops);
    if (choice.chance(3)) {
        body.resize(body.size() - multi_header(Opcode::error, true).size());
    }
    return {Opcode::multi, body};
}

MadeOp make_multi_read(Choice& choice) {
    std::vector<MadeOp> ops;
    for (auto count = choice.below(5); count > 0; --count) {
        ops.push_back(
            make_get_data(choice, choice.chance(50) ? Opcode::get_data : Opcode::get_children)
        );
    }
    if (choice.chance(5)) {
        ops.push_back(make_set_data(choice));
    }
    return {Opcode::multi_read, multi_body(ops)};
}

}  // namespace kazoo::differential
