// SPDX-License-Identifier: Apache-2.0
#include "followers.hpp"

namespace kazoo::sim {

template <class Options>
Options Followers::options(const std::shared_ptr<Follower>& follower) {
    return Options().on_error([follower](const Error&) { follower->in_trouble = true; });
}

void Followers::follow(KazooClient& client, std::string path) {
    data_.reset();
    children_.reset();
    of_data_->stopped = true;
    of_children_->stopped = true;
    of_data_ = std::make_shared<Follower>();
    of_children_ = std::make_shared<Follower>();
    path_ = std::move(path);
    process_.note("follows", path_);
    data_.emplace(
        client,
        path_,
        [this, follower = of_data_](const DataChange& change) {
            Report report;
            report.exists = change.node.has_value();
            report.mzxid = change.node ? change.node->stat.mzxid : 0;
            note(*follower, std::move(report));
        },
        options<DataWatchOptions>(of_data_)
    );
    children_.emplace(
        client,
        path_,
        [this, follower = of_children_](const ChildrenChange& change) {
            Report report;
            report.exists = change.stat.has_value();
            report.children = {change.children.begin(), change.children.end()};
            note(*follower, std::move(report));
        },
        options<ChildrenWatchOptions>(of_children_).wait_for_node()
    );
}

void Followers::note(Follower& follower, Report report) {
    process_.note("gets a report of", path_, report.exists, report.mzxid, report.children.size());
    simulator_.tally().add(Count::watch_reports);
    if (follower.stopped) {
        simulator_.verdict().fail(process_.name() + ": a watch that was stopped reports a change");
    }
    follower.last = std::move(report);
    follower.in_trouble = false;
}

void Followers::at_rest(const Chronicle& chronicle, const std::string& path) {
    if (active()) {
        const auto& node = chronicle.of(path).back();
        check(*of_data_, node, false);
        check(*of_children_, node, true);
    }
}

void Followers::check(const Follower& follower, const Snapshot& node, bool children) {
    if (follower.in_trouble) {
        return;  // it may not be able to watch: the table of watches is full, for example
    }
    const auto& last = follower.last;
    const bool right =
        last && last->exists == node.exists &&
        (!node.exists || (children ? last->children == node.children : last->mzxid == node.mzxid));
    if (!right) {
        simulator_.verdict().fail(
            process_.name() + ": the " + (children ? "children" : "data") + " of " + path_ +
            " have changed, but no watch reports it"
        );
    }
}

}  // namespace kazoo::sim
