#include "session/watch_registry.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace kazoo::session {
namespace {

void keep_first_of_each(std::vector<Owner>& watchers) {
    if (watchers.size() < 2) {
        return;
    }
    std::unordered_set<const void*> seen;
    std::erase_if(watchers, [&](const Owner& w) { return !seen.insert(w.get()).second; });
}

std::string_view parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

/// Collects paths into one SetWatches frame and writes it when it is full.
class Restorer {
public:
    Restorer(base::Buffer& out, std::int64_t last_zxid, std::size_t limit)
        : out_(out), limit_(limit) {
        request_.relative_zxid = last_zxid;
    }

    void add(WatchKind kind, std::string_view path) {
        if (bytes_ + path.size() + sizeof(std::int32_t) > limit_ && bytes_ > 0) {
            flush();
        }
        list(kind).push_back(path);
        bytes_ += path.size() + sizeof(std::int32_t);
    }

    std::size_t finish() {
        if (bytes_ > 0) {
            flush();
        }
        return frames_;
    }

private:
    std::vector<std::string_view>& list(WatchKind kind) {
        switch (kind) {
            case WatchKind::data:
                return request_.data_watches;
            case WatchKind::exist:
                return request_.exist_watches;
            case WatchKind::child:
                return request_.child_watches;
            case WatchKind::persistent:
                return request_.persistent_watches;
            case WatchKind::recursive:
                break;
        }
        return request_.persistent_recursive_watches;
    }

    void flush() {
        codec::RequestHeader header;
        header.xid = codec::set_watches_xid;
        if (request_.persistent_watches.empty() && request_.persistent_recursive_watches.empty()) {
            codec::SetWatchesRequest plain;
            plain.relative_zxid = request_.relative_zxid;
            plain.data_watches.swap(request_.data_watches);
            plain.exist_watches.swap(request_.exist_watches);
            plain.child_watches.swap(request_.child_watches);
            header.type = codec::Opcode::set_watches;
            codec::append_frame(out_, header, plain);
        } else {
            header.type = codec::Opcode::set_watches2;
            codec::append_frame(out_, header, request_);
        }
        const auto zxid = request_.relative_zxid;
        request_ = {};
        request_.relative_zxid = zxid;
        bytes_ = 0;
        ++frames_;
    }

    base::Buffer& out_;
    std::size_t limit_;
    codec::SetWatches2Request request_;
    std::size_t bytes_ = 0;
    std::size_t frames_ = 0;
};

}  // namespace

void WatchRegistry::add(WatchKind kind, std::string_view path, Owner watcher) {
    auto at = table(kind).find(path);
    if (at == table(kind).end()) {
        at = table(kind).emplace(std::string(path), std::vector<Owner>{}).first;
    }
    auto& watchers = at->second;
    if (std::find(watchers.begin(), watchers.end(), watcher) == watchers.end()) {
        watchers.push_back(std::move(watcher));
        ++size_;
    }
    if (kind == WatchKind::recursive) {
        longest_recursive_ = std::max(longest_recursive_, path.size());
    }
}

void WatchRegistry::take_from(WatchKind kind, std::string_view path, std::vector<Owner>& into) {
    const auto at = table(kind).find(path);
    if (at == table(kind).end()) {
        return;
    }
    auto& watchers = at->second;
    size_ -= watchers.size();
    std::move(watchers.begin(), watchers.end(), std::back_inserter(into));
    table(kind).erase(at);
}

void WatchRegistry::copy_from(WatchKind kind, std::string_view path, std::vector<Owner>& into) {
    const auto at = table(kind).find(path);
    if (at != table(kind).end()) {
        into.insert(into.end(), at->second.begin(), at->second.end());
    }
}

void WatchRegistry::copy_recursive(std::string_view path, std::vector<Owner>& into) {
    if (table(WatchKind::recursive).empty() || path.empty() || path.front() != '/') {
        return;
    }
    for (auto at = path; !at.empty(); at = parent_of(at)) {
        // What is longer than every watched path need not be hashed: a path of a million slashes
        // would cost its square.
        if (at.size() <= longest_recursive_) {
            copy_from(WatchKind::recursive, at, into);
        }
    }
    if (path != "/") {
        copy_from(WatchKind::recursive, "/", into);
    }
}

std::vector<Owner> WatchRegistry::take(EventType type, std::string_view path) {
    std::vector<Owner> told;
    if (type != EventType::CHILD) {
        take_from(WatchKind::data, path, told);
        take_from(WatchKind::exist, path, told);
    }
    if (type == EventType::CHILD || type == EventType::DELETED) {
        take_from(WatchKind::child, path, told);
    }
    copy_from(WatchKind::persistent, path, told);
    if (type != EventType::CHILD) {
        copy_recursive(path, told);
    }
    keep_first_of_each(told);
    return told;
}

std::vector<Owner> WatchRegistry::take_all() {
    std::vector<Owner> told;
    for (auto& table : tables_) {
        for (auto& [path, watchers] : table) {
            std::move(watchers.begin(), watchers.end(), std::back_inserter(told));
        }
        table.clear();
    }
    size_ = 0;
    longest_recursive_ = 0;
    keep_first_of_each(told);
    return told;
}

std::size_t WatchRegistry::restore(
    base::Buffer& out, std::int64_t last_zxid, std::size_t frame_limit
) const {
    Restorer restorer(out, last_zxid, frame_limit);
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        for (const auto& [path, watchers] : tables_[kind]) {
            restorer.add(static_cast<WatchKind>(kind), path);
        }
    }
    return restorer.finish();
}

}  // namespace kazoo::session
