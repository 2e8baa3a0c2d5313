// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "run/program.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/node.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace tool {
namespace {

/// A file that only its owner may read, removed at the end unless it is kept.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::string name = (std::filesystem::temp_directory_path() / "kazoo-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        if (descriptor < 0) {
            throw Failure(ExitCode::failed, "cannot create a file in the temporary directory");
        }
        ::close(descriptor);
        name_ = name;
        std::ofstream out(name_, std::ios::binary);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.flush();
        if (!out) {
            throw Failure(ExitCode::failed, "cannot write " + name_);
        }
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        std::error_code ignored;
        if (!kept_) {
            std::filesystem::remove(name_, ignored);
        }
    }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    void keep() noexcept { kept_ = true; }

private:
    std::string name_;
    bool kept_ = false;
};

std::string editor() {
    for (const char* const variable : {"VISUAL", "EDITOR"}) {
        const char* const value = std::getenv(variable);
        if (value != nullptr && *value != '\0') {
            return value;
        }
    }
    return "vi";
}

void edit(Session& session, const std::string& path) {
    const kazoo::NodeData node = session.zk().get(path);
    TemporaryFile file(node.data);
    const int code = run_shell(editor() + " \"$KAZOO_FILE\"", {{"KAZOO_FILE", file.name()}});
    if (code != 0) {
        throw Failure(
            ExitCode::failed,
            "the editor has failed with " + std::to_string(code) + "; the node was not changed"
        );
    }
    const std::string edited = read_file(file.name());
    if (edited == node.data) {
        session.out().note(path + " was not changed");
        return;
    }
    try {
        session.zk().set(path, edited, node.stat.version, session.call());
    } catch (const kazoo::KazooException&) {
        file.keep();
        session.out().error("the edited data are in " + file.name());
        throw;
    }
}

}  // namespace

void add_edit(Grammar& grammar) {
    auto path = std::make_shared<std::string>();
    Command command = grammar.add(
        "edit", "edit the data of a node with $VISUAL or $EDITOR, unless it changes meanwhile"
    );
    command.path("PATH", *path, "of the node");
    command.runs([path](Session& session) { edit(session, *path); });
}

}  // namespace tool
