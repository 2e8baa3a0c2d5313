// SPDX-License-Identifier: Apache-2.0
#include "ui/ui.hpp"

#include "ui/api/feed.hpp"
#include "ui/api/routes.hpp"
#include "ui/assets.hpp"
#include "ui/browser.hpp"
#include "ui/http/access.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

namespace tool::ui {
namespace {

class Page final : public Application {
public:
    Page(Access access, SharedContext context)
        : access_(std::move(access)), context_(std::move(context)) {}

    std::optional<Reply> refusal(const Head& head) override {
        if (auto refused = access_.refusal(head)) {
            return refused;
        }
        return is_api(head.target.path) ? std::nullopt : asset_reply(head);
    }
    bool is_event_stream(const Head& head) override {
        return head.method == "GET" && head.target.path == "/api/events";
    }
    kazoo::AsyncResult<Reply> handle(Request request) override {
        return is_api(request.head.target.path) ? answer(context_, std::move(request))
                                                : file(std::move(request));
    }
    std::string take_event() override { return context_->changes->take(); }
    std::string gap_event() override { return Changes::gap(); }

private:
    /// Returns the reply for what is no file of the page.
    static std::optional<Reply> asset_reply(const Head& head) {
        if (find_asset(head.target.path) == nullptr) {
            return error_reply(404, "no_route", "there is no such address");
        }
        if (head.method != "GET") {
            return error_reply(405, "method", "this method is not allowed here");
        }
        return std::nullopt;
    }
    static Answer file(Request request) {
        const Asset& asset = *find_asset(request.head.target.path);
        co_return Reply(200, std::string(asset.content_type), std::string(asset.content));
    }

    Access access_;
    SharedContext context_;
};

/// Follows the tree and the state of the client as long as it exists. Stops the client at its end:
/// nothing calls the server afterwards.
class Following {
public:
    explicit Following(kazoo::KazooClient& zk) : zk_(&zk) {}
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;
    ~Following() {
        try {
            zk_->remove_listener_and_wait(listener_);
            if (tree_.valid()) {
                tree_.cancel();
            }
            zk_->stop();
        } catch (const std::exception&) {
            // The client stops in its destructor.
        }
    }

    void begin(const SharedContext& context) {
        listener_ = zk_->add_listener([changes = context->changes](kazoo::KazooState) {
            changes->add_status();
        });
        tree_ = follow_tree(context);
    }

private:
    kazoo::KazooClient* zk_;
    kazoo::AsyncResult<void> tree_;
    kazoo::ListenerId listener_ = 0;
};

void announce(Output& out, const std::string& url) {
    if (out.is_json()) {
        out.json({{"url", url}});
    } else {
        out.line(url);
    }
    out.flush();
}

}  // namespace

void serve_page(Session& session, const UiOptions& options) {
    kazoo::KazooClient& zk = session.zk();
    HttpServer server(options.port, options.limits);
    const std::string token = random_token();
    auto context = std::make_shared<Context>(
        zk, session.settings().servers.value_or("127.0.0.1:2181"), options.allow_writes
    );
    context->changes = std::make_shared<Changes>([&server] { server.wake(); });
    Page page(Access(server.port(), token), context);
    // The fragment of a URL is never sent to a server.
    const std::string url =
        "http://127.0.0.1:" + std::to_string(server.port()) + "/#token=" + token;
    std::optional<Browser> browser;
    Following following(zk);
    following.begin(context);
    announce(session.out(), url);
    if (options.open_browser) {
        browser.emplace(url);
    }
    server.run(page);
}

}  // namespace tool::ui
