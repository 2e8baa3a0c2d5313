// SPDX-License-Identifier: Apache-2.0
// The commands diff and mirror.
#include "commands/commands.hpp"
#include "commands/confirm.hpp"
#include "output/json.hpp"
#include "walk/comparison.hpp"
#include "walk/place.hpp"
#include "walk/writer.hpp"

#include <memory>
#include <utility>

namespace tool {
namespace {

struct DiffOptions {
    std::string left;
    std::string right;
    bool acls = false;
    // Of mirror:
    bool dry_run = false;
    bool keep = false;
    bool yes = false;
    bool ephemerals = false;
};

WalkOptions walk_options(bool acls) {
    WalkOptions walked;
    walked.data = true;
    walked.acls = acls;
    walked.skip_system = true;
    return walked;
}

void print(Output& out, const Compared& found) {
    static constexpr const char* marks[] = {"--", "++", "+-"};
    static constexpr const char* colours[] = {"31", "32", "33"};
    static constexpr const char* names[] = {"missing", "added", "changed"};
    const auto kind = static_cast<std::size_t>(found.difference);
    const std::string path = found.path.empty() ? "/" : found.path;
    if (out.is_json()) {
        out.json({{"path", path}, {"difference", names[kind]}});
    } else {
        out.line(out.coloured(colours[kind], std::string(marks[kind]) + " " + path));
    }
}

void diff(Session& session, const DiffOptions& options) {
    const Place left(session, options.left);
    const Place right(session, options.right);
    Walk left_walk(session, left.client(), left.path(), walk_options(options.acls));
    Walk right_walk(session, right.client(), right.path(), walk_options(options.acls));
    session.out().page();
    bool found = false;
    compare(
        left_walk,
        left.path(),
        &right_walk,
        right.path(),
        options.acls,
        [&](const Compared& difference) {
            found = true;
            print(session.out(), difference);
        }
    );
    if (found) {
        session.fail(ExitCode::failed);
    }
}

/// Makes a subtree equal to another one.
class Mirror {
public:
    Mirror(Session& session, const DiffOptions& options)
        : session_(&session),
          options_(&options),
          source_(session, options.left),
          target_(session, options.right),
          writer_(session, target_.client(), Conflict::overwrite) {
        if (!source_.is_remote() && !target_.is_remote() && overlap()) {
            throw UsageError("one of the subtrees contains the other");
        }
    }

    void run() {
        const bool exists = target_.client().exists(target_.path()).has_value();
        Walk from(*session_, source_.client(), source_.path(), walk_options(true));
        std::optional<Walk> to;
        if (exists) {
            to.emplace(*session_, target_.client(), target_.path(), walk_options(true));
        }
        compare(
            from,
            source_.path(),
            to ? &*to : nullptr,
            target_.path(),
            true,
            [this](const Compared& difference) { apply(difference); }
        );
        writer_.finish();
        if (!options_->dry_run) {
            remove_superfluous();
            writer_.note_counts();
        }
    }

private:
    [[nodiscard]] bool overlap() const {
        const std::string a = source_.path() + "/";
        const std::string b = target_.path() + "/";
        return source_.path() == "/" || target_.path() == "/" || a.rfind(b, 0) == 0 ||
               b.rfind(a, 0) == 0;
    }

    void apply(const Compared& found) {
        const bool ephemeral = found.left && found.left->stat.ephemeral_owner != 0;
        if (ephemeral && !options_->ephemerals) {
            return;
        }
        if (found.difference == Difference::added) {
            // The descendants of a node follow it, and are deleted with it.
            const bool covered =
                !superfluous_.empty() && found.path.rfind(superfluous_.back() + "/", 0) == 0;
            if (!covered && !options_->keep) {
                superfluous_.push_back(found.path);
            }
        }
        if (options_->dry_run) {
            if (found.difference != Difference::added || !options_->keep) {
                print(session_->out(), found);
            }
            return;
        }
        if (found.left) {
            write(found);
        }
    }

    void write(const Compared& found) {
        NewNode node;
        node.path = under(target_.path(), found.path);
        if (!found.left->node.null_data) {
            node.data = found.left->node.data;
        }
        if (!found.right || found.left->acls != found.right->acls) {
            node.acl = found.left->acls;
        }
        if (found.right && have_same_data(*found.left, *found.right)) {
            writer_.overwrite_acl(node);
        } else if (found.right || node.path == "/") {
            writer_.overwrite(node);
        } else {
            writer_.create(std::move(node));
        }
    }

    void remove_superfluous() {
        if (superfluous_.empty()) {
            return;
        }
        const std::string question = "delete " + std::to_string(superfluous_.size()) +
                                     " subtrees below " + target_.path() +
                                     " that the source does not have?";
        if (!options_->yes && can_confirm() && !confirm(question)) {
            session_->fail(ExitCode::failed);
            return;
        }
        Window<void, char> deletions([](const auto& result, char&) { result.get(); }, 4);
        for (const std::string& path : superfluous_) {
            deletions.push(
                target_.client().delete_recursive_async(
                    under(target_.path(), path), without_limit()
                ),
                0
            );
        }
        deletions.finish();
    }

    Session* session_;
    const DiffOptions* options_;
    Place source_;
    Place target_;
    Writer writer_;
    std::vector<std::string> superfluous_;  // the first nodes of subtrees to be deleted
};

}  // namespace

void add_diff(Grammar& grammar) {
    auto options = std::make_shared<DiffOptions>();
    Command command = grammar.add("diff", "compare two subtrees; exit code 1 if they differ");
    command.path("A", options->left, "PATH, or zk://host:port,.../path")
        .path("B", options->right, "PATH or zk://...: -- only A has it, ++ only B, +- changed")
        .flag("--acls", options->acls, "compare ACLs as well");
    command.runs([options](Session& session) { diff(session, *options); });
}

void add_mirror(Grammar& grammar) {
    auto options = std::make_shared<DiffOptions>();
    Command command =
        grammar.add("mirror", "make a subtree equal to another one, in data and ACLs");
    command.path("SOURCE", options->left, "PATH, or zk://host:port,.../path")
        .path("TARGET", options->right, "PATH or zk://...: what is changed")
        .flag("-k,--keep", options->keep, "do not delete what the source does not have")
        .flag("--ephemerals", options->ephemerals, "copy ephemeral nodes, as persistent ones")
        .flag("-n,--dry-run", options->dry_run, "write the differences, and change nothing")
        .flag("-y,--yes", options->yes, "delete without asking, as without a terminal");
    command.runs([options](Session& session) { Mirror(session, *options).run(); });
}

}  // namespace tool
