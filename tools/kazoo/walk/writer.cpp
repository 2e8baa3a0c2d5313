// SPDX-License-Identifier: Apache-2.0
#include "walk/writer.hpp"

#include <kazoo/errors.hpp>

#include <chrono>
#include <utility>

namespace tool {
namespace {

kazoo::DataView view_of(const std::optional<std::string>& data) {
    return data ? kazoo::DataView(*data) : kazoo::DataView(std::nullopt);
}

}  // namespace

Conflict parse_conflict(const std::string& name) {
    return name == "skip"        ? Conflict::skip
           : name == "overwrite" ? Conflict::overwrite
                                 : Conflict::fail;
}

Writer::Writer(Session& session, kazoo::KazooClient& client, Conflict conflict)
    : session_(&session),
      client_(&client),
      conflict_(conflict),
      creates_([this](const auto& result, NewNode& node) { created(result, node); }),
      sets_([](const auto& result, char&) { result.get(); }) {}

void Writer::create(NewNode node) {
    kazoo::CreateOptions options;
    options.container(node.container);
    if (node.acl) {
        options.acl(*node.acl);
    }
    if (node.ttl_ms) {
        options.ttl(std::chrono::milliseconds(*node.ttl_ms));
    }
    auto result = client_->create_async(node.path, view_of(node.data), options);
    creates_.push(std::move(result), std::move(node));
}

void Writer::created(const kazoo::AsyncResult<std::string>& result, NewNode& node) {
    if (result.successful()) {
        ++created_;
    } else if (conflict_ == Conflict::fail || result.result().error() != kazoo::Errc::node_exists) {
        result.get();
    } else if (conflict_ == Conflict::skip) {
        ++skipped_;
    } else {
        overwrite(node);
    }
}

void Writer::overwrite(const NewNode& node) {
    sets_.push(client_->set_async(node.path, view_of(node.data)), 0);
    if (node.acl) {
        sets_.push(client_->set_acls_async(node.path, *node.acl), 0);
    }
    ++overwritten_;
}

void Writer::overwrite_acl(const NewNode& node) {
    sets_.push(client_->set_acls_async(node.path, *node.acl), 0);
    ++overwritten_;
}

void Writer::finish() {
    creates_.finish();
    sets_.finish();
    session_->out().end_progress();
}

void Writer::note_counts() const {
    session_->out().note(
        std::to_string(created_) + " nodes created, " + std::to_string(overwritten_) +
        " overwritten, " + std::to_string(skipped_) + " skipped"
    );
}

}  // namespace tool
