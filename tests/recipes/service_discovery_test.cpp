// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/service_discovery.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

class ServiceDiscoveryTest : public RecipeTest {
protected:
    ServiceDiscoveryOptions recording() {
        return ServiceDiscoveryOptions().retry(quick()).on_error([errors = errors](const Error& e) {
            errors->add(e);
        });
    }
    std::int64_t session() { return zk().client_id().value().session_id; }
    Fault on_own(Fault fault, Request request) { return fault.on(request).session(session()); }
    template <class T>
    static T value_of(const AsyncResult<T>& result) {
        EXPECT_TRUE(result.wait(patience)) << "the result does not become ready";
        return result.ready() ? result.get() : T();
    }
    template <class T>
    static bool succeeds(const AsyncResult<T>& result) {
        return result.wait(patience) && result.successful();
    }
    /// Waits until the node exists with these data and this owner.
    bool is_registered(const ServiceInstance& instance, std::int64_t owner) {
        const auto path = "/s/" + instance.name() + "/" + instance.id();
        return wait_until(
            [&] {
                const auto stat = other().exists(path);
                return stat && stat->ephemeral_owner == owner &&
                       other().get(path).data == instance.to_json();
            },
            patience
        );
    }
    /// So that the next create is that of the instance.
    void make_parent() { other().create("/s/web", "", CreateOptions().makepath()); }
    /// Returns the names of the nodes of all instances, sorted.
    Names nodes() {
        auto nodes = other().get_children("/s/web");
        std::sort(nodes.begin(), nodes.end());
        return nodes;
    }
    bool disappears(const std::string& path) {
        return wait_until([&] { return !other().exists(path); }, patience);
    }

    static ServiceInstance web(const char* id = "1") {
        return ServiceInstance("web").id(id).address("10.0.0.7").port(8080);
    }

    std::shared_ptr<Recorder<Error>> errors = std::make_shared<Recorder<Error>>();
};

TEST_P(ServiceDiscoveryTest, RegistersAnInstanceInTheNodeOfCurator) {
    ServiceDiscovery services(zk(), "/s", recording());
    const auto registered = value_of(services.register_service_async(web().id("")));
    EXPECT_EQ(registered.id().size(), 36) << "a random UUID";
    const auto age = std::chrono::system_clock::now() - registered.registration_time();
    EXPECT_LT(std::chrono::abs(age), 10min);
    const auto node = other().get("/s/web/" + registered.id());
    EXPECT_EQ(node.data, registered.to_json());
    EXPECT_EQ(node.stat.ephemeral_owner, session());
    EXPECT_TRUE(value_of(services.unregister_service_async(registered)));
    EXPECT_EQ(nodes(), Names());
    EXPECT_FALSE(value_of(services.unregister_service_async(registered)));
    EXPECT_EQ(errors->size(), 0);
}

TEST_P(ServiceDiscoveryTest, TheTypeDecidesTheKindOfTheNode) {
    std::optional<ServiceDiscovery> services(std::in_place, zk(), "/s", recording());
    const auto with_type = [](ServiceType type) { return web(to_string(type)).type(type); };
    for (const auto type :
         {ServiceType::STATIC, ServiceType::PERMANENT, ServiceType::DYNAMIC_SEQUENTIAL}) {
        ASSERT_TRUE(succeeds(services->register_service_async(with_type(type))));
    }
    const auto names = nodes();
    ASSERT_EQ(names.size(), 3);
    for (const auto& node : names) {
        const bool sequential = node.starts_with("DYNAMIC_SEQUENTIAL");
        EXPECT_EQ(other().exists("/s/web/" + node)->ephemeral_owner, sequential ? session() : 0);
        EXPECT_EQ(node.size(), sequential ? 18 + 10 : node.size());
    }
    expire_session();
    EXPECT_TRUE(wait_until([&] { return nodes() == names; }, patience)) << "under the same names";
    services.reset();
    EXPECT_TRUE(wait_until([&] { return nodes().empty(); }, patience)) << "all kinds are removed";
}

TEST_P(ServiceDiscoveryTest, RegistersInEachSession) {
    ServiceDiscovery services(zk(), "/s", recording());
    auto instance = value_of(services.register_service_async(web()));
    expire_session();
    EXPECT_TRUE(is_registered(instance, session()));
    instance.port(9090);
    ASSERT_TRUE(succeeds(services.update_service_async(instance)));
    expire_session();
    EXPECT_TRUE(is_registered(instance, session())) << "with the data of the update";
    other().delete_("/s/web/1");
    EXPECT_TRUE(is_registered(instance, session())) << "after a deletion by others, too";
    EXPECT_EQ(errors->size(), 0);
}

TEST_P(ServiceDiscoveryTest, LostRepliesLeaveNoSecondNode) {
    ServiceDiscovery services(zk(), "/s", recording());
    make_parent();
    server.inject(on_own(Fault::drop_after(), Request::create).path("/s/web/").once());
    const auto one = value_of(services.register_service_async(web("1")));
    server.inject(on_own(Fault::drop_after(), Request::create).path("/s/web/seq").once());
    const auto sequential = web("seq").type(ServiceType::DYNAMIC_SEQUENTIAL);
    ASSERT_TRUE(succeeds(services.register_service_async(sequential)));
    EXPECT_EQ(nodes().size(), 2);
    server.inject(on_own(Fault::drop_after(), Request::set).once());
    ASSERT_TRUE(succeeds(services.update_service_async(ServiceInstance(one).port(1))));
    EXPECT_TRUE(is_registered(ServiceInstance(one).port(1), session()));
    server.inject(on_own(Fault::drop_after(), Request::delete_).once());
    EXPECT_TRUE(succeeds(services.unregister_service_async(one)));
    server.inject(on_own(Fault::drop_before(), Request::delete_).once());
    EXPECT_TRUE(succeeds(services.unregister_service_async(sequential)));
    EXPECT_EQ(nodes(), Names());
}

TEST_P(ServiceDiscoveryTest, RegisteringAgainIsAnUpdate) {
    ServiceDiscovery services(zk(), "/s", recording());
    auto instance = value_of(services.register_service_async(web()));
    const auto czxid = other().exists("/s/web/1")->czxid;
    instance.enabled(false);
    EXPECT_TRUE(succeeds(services.register_service_async(instance)));
    EXPECT_TRUE(is_registered(instance, session()));
    EXPECT_EQ(other().exists("/s/web/1")->czxid, czxid);
    const auto other_type = ServiceInstance(instance).type(ServiceType::STATIC);
    EXPECT_EQ(error_of(services.register_service_async(other_type)).code(), Errc::bad_arguments);
    EXPECT_EQ(error_of(services.update_service_async(other_type)).code(), Errc::bad_arguments);
    EXPECT_TRUE(is_registered(instance, session()));
}

TEST_P(ServiceDiscoveryTest, ManyCallsForOneInstanceAtOnceHaveOneNode) {
    ServiceDiscovery services(zk(), "/s", recording());
    for (int round = 0; round < 3; ++round) {
        std::vector<AsyncResult<ServiceInstance>> registered;
        for (int i = 0; i < 10; ++i) {
            registered.push_back(services.register_service_async(web().port(i)));
        }
        for (const auto& one : registered) {
            EXPECT_TRUE(succeeds(one));
        }
        EXPECT_EQ(nodes(), Names{"1"});
        if (round == 0) {
            EXPECT_EQ(value_of(services.query_for_instance_async("web", "1"))->port(), 9);
        }
        // The next round begins while the node is being removed.
        static_cast<void>(services.unregister_service_async(web()));
    }
    EXPECT_TRUE(succeeds(services.register_service_async(web())));
    EXPECT_EQ(nodes(), Names{"1"});
}

TEST_P(ServiceDiscoveryTest, OnlyRegisteredInstancesAreUpdatedAndUnregistered) {
    ServiceDiscovery services(zk(), "/s", recording());
    ServiceDiscovery others(zk(), "/s", recording());
    const auto instance = value_of(others.register_service_async(web()));
    EXPECT_EQ(error_of(services.update_service_async(instance)).code(), Errc::bad_arguments);
    EXPECT_FALSE(value_of(services.unregister_service_async(instance)));
    EXPECT_TRUE(is_registered(instance, session()));
}

TEST_P(ServiceDiscoveryTest, WaitsForTheNodeOfAnotherSession) {
    ServiceDiscovery theirs(other(), "/s");
    const auto foreign = theirs.register_service(web().port(1));
    ServiceDiscovery services(zk(), "/s", recording());
    const auto brief = CallOptions().timeout(50ms);
    EXPECT_EQ(
        error_of(services.register_service_async(web(), brief)).code(), Errc::operation_timeout
    );
    const auto cancelled = services.register_service_async(web());
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::node_exists);
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    theirs.unregister_service(foreign);
    const auto registered = value_of(services.register_service_async(web("2")));
    EXPECT_EQ(nodes(), Names{"2"}) << "the failed one was given up";
    const auto again = theirs.register_service(web().port(1));
    const auto waiting = services.register_service_async(web());
    ASSERT_TRUE(errors->wait_for(2));
    theirs.unregister_service(again);
    EXPECT_TRUE(is_registered(value_of(waiting), session()));
}

TEST_P(ServiceDiscoveryTest, ReplacesTheNodeOfAnotherSessionOnRequest) {
    other().create("/s/web/1", "of an earlier run", CreateOptions().ephemeral().makepath());
    ServiceDiscovery services(zk(), "/s", recording().take_over());
    const auto registered = value_of(services.register_service_async(web()));
    EXPECT_TRUE(is_registered(registered, session()));
}

TEST_P(ServiceDiscoveryTest, AFailedOrCancelledCallRegistersNothing) {
    ServiceDiscovery services(zk(), "/s", recording());
    const auto refused = server.inject(on_own(Fault::fail(Errc::no_auth), Request::create));
    EXPECT_EQ(error_of(services.register_service_async(web())).code(), Errc::no_auth);
    server.remove(refused);
    make_parent();
    const auto held = server.inject(on_own(Fault::hold(), Request::create).path("/s/web/"));
    const auto cancelled = services.register_service_async(web("2"));
    ASSERT_TRUE(wait_until([&] { return other().exists("/s/web/2").has_value(); }, patience));
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    server.remove(held);
    EXPECT_TRUE(disappears("/s/web/2"));
    EXPECT_FALSE(other().exists("/s/web/1"));
    EXPECT_FALSE(value_of(services.unregister_service_async(web())));
    EXPECT_TRUE(succeeds(services.register_service_async(web()))) << "it may be tried again";
}

TEST_P(ServiceDiscoveryTest, RemovesAllInstancesWhenItEnds) {
    std::optional<ServiceDiscovery> services(std::in_place, zk(), "/s", recording());
    ASSERT_TRUE(succeeds(services->register_service_async(web("1"))));
    ASSERT_TRUE(succeeds(services->register_service_async(web("2").type(ServiceType::STATIC))));
    const auto held = server.inject(on_own(Fault::hold(), Request::create));
    const auto pending = services->register_service_async(web("3"));
    *services = ServiceDiscovery(zk(), "/t", recording());
    server.remove(held);
    EXPECT_EQ(error_of(pending).code(), ClientErrc::cancelled);
    EXPECT_TRUE(wait_until([&] { return nodes().empty(); }, patience));
    ASSERT_TRUE(succeeds(services->register_service_async(web())));
    server.inject(on_own(Fault::drop_before(), Request::delete_).once());
    services.reset();
    EXPECT_TRUE(disappears("/t/web/1")) << "although the connection was lost";
}

TEST_P(ServiceDiscoveryTest, FollowsItsClient) {
    std::optional<ServiceDiscovery> services;
    {
        KazooClient client(options());
        services.emplace(client, "/s", recording());
        EXPECT_EQ(
            error_of(services->register_service_async(web())).code(), ClientErrc::connection_closed
        ) << "it is not running";
        client.start(patience);
        ASSERT_TRUE(succeeds(services->register_service_async(web())));
        client.stop();
        EXPECT_TRUE(disappears("/s/web/1"));
        KazooClient moved(std::move(client));
        moved.start(patience);
        EXPECT_TRUE(wait_until([&] { return other().exists("/s/web/1").has_value(); }, patience));
    }
    for (const auto& failed :
         {error_of(services->register_service_async(web("2"))),
          error_of(services->query_for_names_async()),
          error_of(services->query_for_instances_async("web")),
          error_of(services->query_for_instance_async("web", "1"))}) {
        EXPECT_EQ(failed.code(), ClientErrc::connection_closed) << failed.message();
    }
}

TEST_P(ServiceDiscoveryTest, FindsTheInstancesOfAllClients) {
    ServiceDiscovery services(zk(), "/s", recording());
    EXPECT_EQ(value_of(services.query_for_names_async()), Names()) << "no base path";
    EXPECT_TRUE(value_of(services.query_for_instances_async("web")).empty());
    EXPECT_EQ(value_of(services.query_for_instance_async("web", "1")), std::nullopt);
    ServiceDiscovery theirs(other(), "/s");
    const auto second = theirs.register_service(web("2"));
    const auto mail = theirs.register_service(ServiceInstance("mail").id("m").enabled(false));
    const auto first = value_of(services.register_service_async(web("1")));
    EXPECT_EQ(value_of(services.query_for_names_async()), Names({"mail", "web"}));
    const std::vector<ServiceInstance> both{first, second};
    EXPECT_EQ(value_of(services.query_for_instances_async("web")), both);
    EXPECT_EQ(theirs.query_for_instances("web"), both);
    EXPECT_EQ(value_of(services.query_for_instance_async("mail", "m")), mail);
    EXPECT_EQ(value_of(services.query_for_instance_async("web", "m")), std::nullopt);
    server.inject(on_own(Fault::drop_before(), Request::get).once());
    EXPECT_EQ(value_of(services.query_for_instances_async("web")), both);
}

TEST_P(ServiceDiscoveryTest, ForeignNodesAreReportedAndLeftOut) {
    ServiceDiscovery services(zk(), "/s", recording());
    const auto instance = value_of(services.register_service_async(web()));
    other().create("/s/web/0", "no JSON");
    other().create("/s/web/2", std::nullopt);
    other().create("/s/web/3", R"({"name":"web","id":"3","port":"http"})");
    EXPECT_EQ(
        value_of(services.query_for_instances_async("web")), std::vector<ServiceInstance>{instance}
    );
    ASSERT_TRUE(errors->wait_for(3));
    const auto reported = errors->all();
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(reported[i].code(), ClientErrc::malformed_data);
        EXPECT_EQ(reported[i].path(), std::string("/s/web/") + "023"[i]);
    }
    EXPECT_EQ(
        error_of(services.query_for_instance_async("web", "3")).code(), ClientErrc::malformed_data
    );
    ServiceDiscovery silent(zk(), "/s");
    EXPECT_EQ(value_of(silent.query_for_instances_async("web")).size(), 1);
    EXPECT_TRUE(wait_for_log("ServiceDiscovery of /s: ")) << "without a function";
}

TEST_P(ServiceDiscoveryTest, ALimitedNumberOfReportsWaits) {
    make_parent();
    for (int i = 0; i < 150; ++i) {
        static_cast<void>(other().create_async("/s/web/" + std::to_string(i), "no JSON"));
    }
    other().sync("/");
    const auto gate = std::make_shared<Recorder<int>>();  // blocks the lane, also of an event loop
    const auto wait_at_gate = [errors = errors, gate](const Error& error) {
        errors->add(error);
        gate->wait_for(1);
    };
    ServiceDiscovery services(zk(), "/s", ServiceDiscoveryOptions().on_error(wait_at_gate));
    EXPECT_TRUE(value_of(services.query_for_instances_async("web")).empty());
    EXPECT_TRUE(wait_for_log("it is not JSON")) << "further ones are logged";
    gate->add(1);
    ASSERT_TRUE(errors->wait_for(100));
    services = ServiceDiscovery(zk(), "/s");
    EXPECT_LE(errors->size(), 102) << "one or two that had begun, and those that waited";
}

TEST_P(ServiceDiscoveryTest, RefusesBadArguments) {
    EXPECT_THROW(ServiceDiscovery(zk(), "/"), BadArgumentsError);
    EXPECT_THROW(ServiceDiscovery(zk(), "/a/./b"), BadArgumentsError);
    ServiceDiscovery services(zk(), "/s", recording());
    for (const auto& bad :
         {web("a/b"),
          web(".."),
          web("1").name(""),
          web("1").name("a/b"),
          web("1").payload("{"),
          web("1").address("\xFF"),
          web("1").address(std::string(ServiceInstance::max_json_bytes, 'a'))}) {
        EXPECT_EQ(error_of(services.register_service_async(bad)).code(), Errc::bad_arguments);
        EXPECT_EQ(error_of(services.update_service_async(bad)).code(), Errc::bad_arguments);
    }
    EXPECT_EQ(error_of(services.query_for_instances_async("")).code(), Errc::bad_arguments);
    EXPECT_EQ(error_of(services.query_for_instance_async("a", "/")).code(), Errc::bad_arguments);
    EXPECT_EQ(error_of(services.unregister_service_async(web(""))).code(), Errc::bad_arguments);
    EXPECT_FALSE(other().exists("/s"));
}

KAZOO_ON_EACH_HANDLER(ServiceDiscoveryTest);

TEST(ServiceDiscoveryParents, AreContainersWhereTheServersHaveThem) {
    for (const auto release : {testing::Release::zookeeper_3_4, testing::Release::zookeeper_3_9}) {
        Server server(ServerOptions().tick(100ms).release(release).reaper_interval(20ms));
        KazooClient zk(ClientOptions().hosts(server.hosts()).connection_retry(quick()));
        zk.start(patience);
        ServiceDiscovery services(zk, "/deep/s");
        const auto limit = CallOptions().timeout(patience);
        const auto instance = services.register_service(ServiceInstance("web"), limit);
        EXPECT_EQ(services.query_for_instances("web").size(), 1);
        EXPECT_TRUE(services.unregister_service(instance, limit));
        if (release == testing::Release::zookeeper_3_4) {
            EXPECT_EQ(services.query_for_names(), Names{"web"});
            continue;
        }
        EXPECT_TRUE(wait_until([&] { return services.query_for_names().empty(); }, patience));
        services.register_service(instance, limit);
        EXPECT_EQ(services.query_for_names(), Names{"web"}) << "it is created again";
    }
}

}  // namespace
}  // namespace kazoo::recipe_tests
