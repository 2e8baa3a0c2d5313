#include "chronicle.hpp"

#include <kazoo/paths.hpp>

namespace kazoo::sim {

void Chronicle::on_transaction(const std::shared_ptr<const server::Transaction>& transaction) {
    zxid_ = transaction->zxid;
    Write write;
    write.zxid = transaction->zxid;
    write.time = now_;
    write.author = author_;
    write.by_end_of_session = transaction->closed_session != 0;
    for (const auto& effect : transaction->effects) {
        if (const auto* create = std::get_if<server::CreateEffect>(&effect)) {
            write.kind = Write::Kind::create;
            write.path = create->path;
            write.data = create->data.value_or("");
            add(write, create->owner);
        } else if (const auto* removal = std::get_if<server::DeleteEffect>(&effect)) {
            write.kind = Write::Kind::remove;
            write.path = removal->path;
            write.data.clear();
            add(write);
        } else if (const auto* set = std::get_if<server::SetDataEffect>(&effect)) {
            write.kind = Write::Kind::set;
            write.path = set->path;
            write.data = set->data.value_or("");
            add(write);
        }
    }
}

Snapshot& Chronicle::change(const std::string& path, const Write& write) {
    auto& history = nodes_[path];
    if (history.empty()) {
        history.emplace_back();
    }
    if (history.back().zxid != write.zxid) {
        history.push_back(Snapshot(history.back()));
    }
    auto& now = history.back();
    now.zxid = write.zxid;
    now.time = write.time;
    return now;
}

void Chronicle::add(const Write& write, std::int64_t owner) {
    zxid_ = write.zxid;
    if (!write.data.empty()) {
        by_data_.emplace(write.data, writes_.size());
    }
    writes_.push_back(write);
    auto& node = change(write.path, write);
    switch (write.kind) {
        case Write::Kind::create:
            node.exists = true;
            node.data = write.data;
            node.czxid = node.mzxid = node.pzxid = write.zxid;
            node.version = 0;
            node.owner = owner;
            node.children.clear();
            break;
        case Write::Kind::set:
            node.data = write.data;
            node.mzxid = write.zxid;
            ++node.version;
            return;
        case Write::Kind::remove:
            node.exists = false;
            break;
    }
    auto& parent = change(std::string(parent_path(write.path)), write);
    const std::string name = write.path.substr(write.path.rfind('/') + 1);
    parent.pzxid = write.zxid;
    if (write.kind == Write::Kind::create) {
        parent.children.insert(name);
    } else {
        parent.children.erase(name);
    }
}

const std::vector<Snapshot>& Chronicle::of(std::string_view path) const {
    static const std::vector<Snapshot> never(1);
    const auto found = nodes_.find(path);
    return found == nodes_.end() ? never : found->second;
}

std::vector<const Write*> Chronicle::of_data(std::string_view data) const {
    std::vector<const Write*> found;
    const auto [first, last] = by_data_.equal_range(data);
    for (auto at = first; at != last; ++at) {
        found.push_back(&writes_[at->second]);
    }
    return found;
}

}  // namespace kazoo::sim
