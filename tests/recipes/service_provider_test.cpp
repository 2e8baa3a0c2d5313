// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/service_discovery.hpp>
#include <kazoo/recipes/service_provider.hpp>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {
namespace {

class ServiceProviderTest : public RecipeTest {
protected:
    using Instances = std::vector<ServiceInstance>;

    ServiceProviderOptions recording() {
        return ServiceProviderOptions()
            .retry(quick())
            .on_change([changes = changes](const Instances& now) { changes->add(now); })
            .on_error([errors = errors](const Error& error) { errors->add(error); });
    }
    /// Creates the node of an instance by another client.
    ServiceInstance add(const char* id, int port = 1) {
        const auto instance = ServiceInstance("web").id(id).port(port);
        other().create(path(id), instance.to_json(), CreateOptions().makepath());
        return instance;
    }
    static std::string path(const std::string& id) { return "/s/web/" + id; }
    static bool is_initialized(const ServiceProvider& provider) {
        const auto initialized = provider.initialized();
        return initialized.wait(patience) && initialized.successful();
    }
    static std::string ids(const Instances& instances) {
        std::string ids;
        for (const auto& instance : instances) ids += instance.id();
        return ids;
    }
    static bool becomes(const ServiceProvider& provider, const std::string& wanted) {
        const bool equal =
            wait_until([&] { return ids(provider.get_all_instances()) == wanted; }, patience);
        if (!equal) {
            EXPECT_EQ(ids(provider.get_all_instances()), wanted);
        }
        return equal;
    }
    static std::string next(const ServiceProvider& provider) {
        const auto instance = provider.get_instance();
        return instance ? instance->id() : "none";
    }
    /// Returns the code of the error that get_instance throws.
    static std::error_code failure_of(const ServiceProvider& provider) {
        try {
            static_cast<void>(provider.get_instance());
        } catch (const KazooException& error) {
            return error.error().code();
        }
        return {};
    }

    std::shared_ptr<Recorder<Instances>> changes = std::make_shared<Recorder<Instances>>();
    std::shared_ptr<Recorder<Error>> errors = std::make_shared<Recorder<Error>>();
};

TEST_P(ServiceProviderTest, GivesOutTheInstancesInTurn) {
    add("a");
    add("b");
    add("c");
    const ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(is_initialized(provider));
    EXPECT_EQ(ids(provider.get_all_instances()), "abc");
    std::string given;
    for (int i = 0; i < 6; ++i) given += next(provider);
    EXPECT_EQ(given, "abcabc");
    EXPECT_EQ(errors->size(), 0);
}

TEST_P(ServiceProviderTest, UsesTheStrategyOfItsOptions) {
    add("a");
    add("b");
    const ServiceProvider sticky(
        zk(), "/s", "web", recording().strategy(ProviderStrategy::sticky())
    );
    const ServiceProvider random(
        zk(), "/s", "web", recording().strategy(ProviderStrategy::random(3))
    );
    ASSERT_TRUE(is_initialized(sticky));
    ASSERT_TRUE(is_initialized(random));
    std::set<std::string> given;
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(next(sticky), "a");
        given.insert(next(random));
    }
    EXPECT_EQ(given.size(), 2);
    other().delete_(path("a"));
    ASSERT_TRUE(becomes(sticky, "b"));
    EXPECT_EQ(next(sticky), "b");
    add("a");
    ASSERT_TRUE(becomes(sticky, "ab"));
    EXPECT_EQ(next(sticky), "b");
}

TEST_P(ServiceProviderTest, FollowsTheInstances) {
    const ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(is_initialized(provider)) << "also if there is no service";
    EXPECT_EQ(next(provider), "none");
    auto instance = add("a");
    ASSERT_TRUE(becomes(provider, "a"));
    add("b");
    ASSERT_TRUE(becomes(provider, "ab"));
    other().set(path("a"), instance.enabled(false).to_json());
    ASSERT_TRUE(becomes(provider, "b"));
    other().set(path("a"), instance.enabled(true).port(7).to_json());
    ASSERT_TRUE(becomes(provider, "ab"));
    EXPECT_EQ(provider.get_all_instances()[0], instance);
    other().delete_recursive("/s");
    ASSERT_TRUE(becomes(provider, ""));
    add("c");
    EXPECT_TRUE(becomes(provider, "c"));
}

TEST_P(ServiceProviderTest, AnInstanceGoesWithItsSession) {
    const ServiceProvider provider(zk(), "/s", "web", recording());
    KazooClient& registrar = start_client();
    ServiceDiscovery services(registrar, "/s");
    const auto registered = services.register_service_async(ServiceInstance("web").id("a"));
    ASSERT_TRUE(registered.wait(patience));
    ASSERT_TRUE(becomes(provider, "a"));
    server.handshakes(testing::Handshake::refuse);
    server.expire_session(registrar.client_id()->session_id);
    EXPECT_TRUE(becomes(provider, ""));
    server.handshakes(testing::Handshake::normal);
    EXPECT_TRUE(becomes(provider, "a")) << "it is registered again";
}

TEST_P(ServiceProviderTest, ContinuesInTheNextSession) {
    add("a");
    const ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(is_initialized(provider));
    const auto session = zk().client_id()->session_id;
    server.handshakes(testing::Handshake::refuse);
    server.expire_session(session);
    ASSERT_TRUE(wait_until([&] { return !zk().connected(); }, patience));
    EXPECT_EQ(next(provider), "a") << "what was last known";
    add("b");
    other().delete_(path("a"));
    EXPECT_EQ(ids(provider.get_all_instances()), "a");
    server.handshakes(testing::Handshake::normal);
    EXPECT_TRUE(becomes(provider, "b"));
}

TEST_P(ServiceProviderTest, LostConnectionsLoseNoInstance) {
    for (const auto* const id : {"a", "b", "c"}) add(id);
    const auto session = zk().client_id()->session_id;
    server.inject(Fault::drop_after().on(Request::add_watch).session(session).once());
    server.inject(Fault::drop_before().on(Request::multi).session(session).once());
    server.inject(Fault::drop_after().on(Request::get).session(session).skip(1).once());
    const ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(becomes(provider, "abc"));
    server.drop_connection(session);
    add("d");
    EXPECT_TRUE(becomes(provider, "abcd"));
}

TEST_P(ServiceProviderTest, ForeignNodesAreReportedAndLeftOut) {
    add("a");
    other().create(path("b"), "no JSON");
    const ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(is_initialized(provider));
    EXPECT_EQ(ids(provider.get_all_instances()), "a");
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), ClientErrc::malformed_data);
    EXPECT_EQ(errors->all()[0].path(), path("b"));
    other().set(path("b"), ServiceInstance("web").id("b").to_json());
    ASSERT_TRUE(becomes(provider, "ab"));
    other().set(path("a"), "{}");
    ASSERT_TRUE(becomes(provider, "b")) << "what it was does not hold any more";
    ASSERT_TRUE(errors->wait_for(2));
    other().delete_(path("a"));
    other().create(path("b") + "/child", "not an instance");
    add("c");
    EXPECT_TRUE(becomes(provider, "bc"));
    EXPECT_EQ(errors->size(), 2);
}

TEST_P(ServiceProviderTest, InstancesWithErrorsAreLeftOutForATime) {
    add("a");
    add("b");
    const auto policy = DownInstancePolicy().threshold(2).timeout(200ms);
    ServiceProvider provider(zk(), "/s", "web", recording().down_policy(policy));
    ASSERT_TRUE(is_initialized(provider));
    const auto failing = provider.get_all_instances()[0];
    provider.note_error(failing);
    EXPECT_EQ(ids(provider.get_all_instances()), "ab");
    const auto before = zk().handler()->now();
    provider.note_error(failing);
    const auto left = ids(provider.get_all_instances());
    if (zk().handler()->now() - before < 200ms) {
        EXPECT_EQ(left, "b");
    }
    EXPECT_TRUE(becomes(provider, "ab"));
    EXPECT_GE(zk().handler()->now() - before, 200ms);
    ServiceProvider strict(
        zk(), "/s", "web", recording().down_policy(DownInstancePolicy().threshold(1).timeout(1h))
    );
    ASSERT_TRUE(is_initialized(strict));
    for (const auto& instance : strict.get_all_instances()) strict.note_error(instance);
    EXPECT_EQ(next(strict), "none");
    other().set(path("b"), ServiceInstance("web").id("b").port(2).to_json());
    EXPECT_TRUE(becomes(strict, "b")) << "it has changed";
}

TEST_P(ServiceProviderTest, GivesOutWhatPassesTheFilter) {
    add("a", 1);
    add("b", 2);
    const auto odd = [](const ServiceInstance& instance) {
        if (instance.port() == 5) throw std::runtime_error("mine");
        return instance.port().value() % 2 == 1;
    };
    const ServiceProvider provider(zk(), "/s", "web", recording().filter(odd));
    ASSERT_TRUE(is_initialized(provider));
    EXPECT_EQ(next(provider) + next(provider), "aa");
    add("c", 3);
    ASSERT_TRUE(becomes(provider, "ac"));
    add("d", 5);
    EXPECT_TRUE(wait_until(
        [&] {
            try {
                static_cast<void>(provider.get_instance());
            } catch (const std::runtime_error& error) {
                return error.what() == std::string("mine");
            }
            return false;
        },
        patience
    )) << "exceptions of the filter reach the caller";
}

TEST_P(ServiceProviderTest, ReportsChanges) {
    add("a");
    ServiceProvider provider(zk(), "/s", "web", recording());
    ASSERT_TRUE(changes->wait_for(1));
    EXPECT_EQ(ids(changes->all()[0]), "a") << "once all have been read";
    other().create(path("b"), ServiceInstance("web").id("b").enabled(false).to_json());
    ASSERT_TRUE(changes->wait_for(2));
    EXPECT_EQ(ids(changes->all()[1]), "ab");
    other().delete_(path("a"));
    ASSERT_TRUE(changes->wait_for(3));
    EXPECT_EQ(ids(changes->all()[2]), "b");
    provider.close();
    add("c");
    const ServiceProvider second(zk(), "/s", "web", recording());
    ASSERT_TRUE(changes->wait_for(4));
    EXPECT_EQ(ids(changes->all()[3]), "bc") << "of the second one: the first is closed";
    EXPECT_EQ(changes->size(), 4);
}

TEST_P(ServiceProviderTest, MayBeDestroyedByItsFunctions) {
    auto owner = std::make_shared<std::optional<ServiceProvider>>();
    const auto destroyed = std::make_shared<Recorder<int>>();
    const auto destroy = [weak = std::weak_ptr(owner), destroyed](const Instances&) {
        if (const auto self = weak.lock()) self->reset();
        destroyed->add(1);
    };
    // The function is called only once the object is in its place.
    const auto held =
        server.inject(Fault::hold().on(Request::add_watch).session(zk().client_id()->session_id));
    owner->emplace(zk(), "/s", "web", ServiceProviderOptions().on_change(destroy));
    server.remove(held);
    EXPECT_TRUE(destroyed->wait_for(1));
}

TEST_P(ServiceProviderTest, AnswersWithinCallbacks) {
    add("a");
    const auto provider = std::make_shared<ServiceProvider>(zk(), "/s", "web", recording());
    ASSERT_TRUE(is_initialized(*provider));
    const auto given = std::make_shared<Recorder<std::string>>();
    other().create("/w", "");
    ASSERT_TRUE(zk().exists_async(
                        "/w", [=](const WatchedEvent&) { given->add(next(*provider)); }
    ).wait(patience));
    other().delete_("/w");
    zk().exists_async("/w").rawlink([=](const auto&) { given->add(next(*provider)); });
    ASSERT_TRUE(given->wait_for(2));
    EXPECT_EQ(given->all(), (std::vector<std::string>{"a", "a"}));
}

TEST_P(ServiceProviderTest, BeginsWhenTheClientIsStartedAndEndsWithIt) {
    add("a");
    std::optional<ServiceProvider> provider;
    {
        KazooClient client(options());
        provider.emplace(client, "/s", "web", recording());
        EXPECT_FALSE(provider->initialized().ready());
        EXPECT_EQ(next(*provider), "none");
        client.start(patience);
        ASSERT_TRUE(is_initialized(*provider));
        client.stop();
        KazooClient moved(std::move(client));
        add("b");
        EXPECT_EQ(next(*provider), "a");
        moved.start(patience);
        EXPECT_TRUE(becomes(*provider, "ab"));
    }
    EXPECT_TRUE(
        wait_until([&] { return failure_of(*provider) == ClientErrc::connection_closed; }, patience)
    );
}

TEST_P(ServiceProviderTest, FailsOnceItIsClosed) {
    auto& unstarted = make_client();
    ServiceProvider provider(unstarted, "/s", "web", recording());
    const auto initialized = provider.initialized();
    provider.close();
    provider.close();
    EXPECT_EQ(error_of(initialized).code(), ClientErrc::cancelled);
    EXPECT_EQ(failure_of(provider), ClientErrc::cancelled);
    EXPECT_EQ(provider.failure(), std::nullopt);
    add("a");
    provider = ServiceProvider(zk(), "/s", "web", recording());
    EXPECT_TRUE(becomes(provider, "a"));
}

TEST_P(ServiceProviderTest, EndsIfThereAreTooManyInstances) {
    for (const auto* const id : {"a", "b"}) add(id);
    const ServiceProvider provider(zk(), "/s", "web", recording().max_instances(2));
    ASSERT_TRUE(becomes(provider, "ab"));
    add("c");
    EXPECT_TRUE(wait_until([&] { return provider.failure().has_value(); }, patience));
    EXPECT_EQ(failure_of(provider), ClientErrc::configuration);
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), ClientErrc::configuration);
}

TEST_P(ServiceProviderTest, RefusesBadArguments) {
    EXPECT_THROW(ServiceProvider(zk(), "/", "web"), BadArgumentsError);
    EXPECT_THROW(ServiceProvider(zk(), "/s", ""), BadArgumentsError);
    EXPECT_THROW(ServiceProvider(zk(), "/s", "a/b"), BadArgumentsError);
    EXPECT_THROW(ServiceProvider(zk(), "/s", "."), BadArgumentsError);
}

KAZOO_ON_EACH_HANDLER(ServiceProviderTest);

}  // namespace
}  // namespace kazoo::recipe_tests
