// SPDX-License-Identifier: Apache-2.0
#include "server/database/database.hpp"

#include "server/database/database_write.hpp"
#include "server/database/multi_write.hpp"
#include "server/database/write_operations.hpp"

#include <cassert>
#include <exception>
#include <optional>
#include <utility>

namespace kazoo::server {

namespace {

using codec::Opcode;

std::int32_t number(Errc err) noexcept {
    return static_cast<std::int32_t>(err);
}

const std::vector<Id>& identities_of(const Caller& caller) noexcept {
    static const std::vector<Id> none;
    return caller.identities == nullptr ? none : *caller.identities;
}

WriteBody reply_of(OperationResult&& result) {
    return std::visit([](auto& body) { return WriteBody(std::move(body)); }, result.body);
}

}  // namespace

Database::Database(DatabaseOptions options)
    : options_(std::move(options)),
      tree_(options_.profile.wraps_sequence_numbers()),
      sessions_(options_.tick, options_.server_id, options_.seed),
      zxid_(options_.first_zxid) {}

void Database::attach(TransactionListener& listener) {
    listeners_.push_back(&listener);
}

void Database::detach(TransactionListener& listener) noexcept {
    std::erase(listeners_, &listener);
}

void Database::deliver(const std::shared_ptr<const Transaction>& transaction) {
    if (!transaction) {
        return;
    }
    assert(undelivered_);  // else it was delivered before
    undelivered_ = false;
    std::exception_ptr failure;
    for (TransactionListener* listener : listeners_) {
        try {
            listener->on_transaction(transaction);
        } catch (...) {
            failure = std::current_exception();  // the others must receive it all the same
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

WriteResult Database::write(
    const Caller& caller, Opcode op, std::span<const std::byte> body, Time now
) {
    const WriteContext context{options_, sessions_, caller.session, identities_of(caller)};
    return op == Opcode::multi ? write_multi(context, body, now)
                               : write_one(context, op, body, now);
}

WriteResult Database::write_one(
    const WriteContext& context, Opcode op, std::span<const std::byte> body, Time now
) {
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
            return write_as<codec::CreateRequest>(context, op, body, now);
        case Opcode::create_ttl:
            return write_as<codec::CreateTtlRequest>(context, op, body, now);
        case Opcode::delete_:
            return write_as<codec::DeleteRequest>(context, op, body, now);
        case Opcode::set_data:
            return write_as<codec::SetDataRequest>(context, op, body, now);
        case Opcode::set_acl:
            return write_as<codec::SetAclRequest>(context, op, body, now);
        case Opcode::reconfig:
            return write_as<codec::ReconfigRequest>(context, op, body, now);
        default:
            return {number(Errc::unimplemented), nullptr, {}};
    }
}

template <class Request>
WriteResult Database::write_as(
    const WriteContext& context, Opcode op, std::span<const std::byte> body, Time now
) {
    Request request;
    codec::Decoder in(body);
    in.accept_negative_counts();
    in.mark_null_text();
    const bool decoded = codec::decode(in, request);
    if (!decoded && (op == Opcode::reconfig || !options_.profile.counts_undecodable_writes())) {
        return {number(Errc::marshalling_error), nullptr, {}};
    }
    Write write(*this, now);
    OperationResult result = decoded ? execute(context, write.writer(), op, request)
                                     : OperationResult(Errc::marshalling_error);
    const Errc err = result.err;
    WriteResult done{number(err), nullptr, reply_of(std::move(result))};
    done.transaction = write.commit();
    return done;
}

std::shared_ptr<const Transaction> Database::consume_zxid(Time now) {
    return Write(*this, now).commit();
}

WriteResult Database::write_multi(
    const WriteContext& context, std::span<const std::byte> body, Time now
) {
    // In all releases a multi that cannot be decoded uses up a zxid, unlike a single operation.
    const auto request = decode_multi(options_.profile, body);
    Write write(*this, now);
    std::optional<codec::MultiResponse> response;
    if (request) {
        response = execute_multi(context, write.writer(), *request);
    }
    WriteResult done;
    if (response) {
        done.body = *std::move(response);
    } else {
        done.err = number(Errc::marshalling_error);
    }
    done.transaction = write.commit();
    return done;
}

}  // namespace kazoo::server
