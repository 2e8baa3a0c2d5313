// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fake_tree.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace kazoo::detail::recipe {

/// A model of /r, the server, and a reader of all events.
class TreeModelTest : public ::testing::Test {
protected:
    TreeModelTest() { renew(any_size()); }
    ~TreeModelTest() override { model->remove_queue(queue); }

    void renew(const TreeRules& rules) {
        if (model) model->remove_queue(queue);
        model = std::make_unique<TreeModel>("/r", rules);
        model->add_queue(queue, true);
    }
    void load() {
        model->watch_set(Watching::recursively);
        read_all(*model, tree);
        pass_events(*model, tree);
    }
    std::string events() { return drain(*model, queue); }
    /// Applies all events and reads.
    std::string follow() {
        pass_events(*model, tree);
        read_all(*model, tree);
        return events();
    }
    std::string data(const char* path) const {
        const auto slot = model->find(path);
        return slot == no_slot ? "absent" : model->node(slot).data;
    }

    FakeTree tree;
    std::unique_ptr<TreeModel> model;
    ChangeQueue queue;
};

}  // namespace kazoo::detail::recipe
