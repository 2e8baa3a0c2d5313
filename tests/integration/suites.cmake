# Every suite of tests/integration, one line each, in alphabetical order.
kazoo_integration_suite(ZooKeeperServerFixture)
