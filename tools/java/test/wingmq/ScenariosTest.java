package wingmq;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The scenarios that the harnesses of all languages share. */
class ScenariosTest {
  private static final List<Json> SCENARIOS = Sources.json("tests/harness/scenarios.json").items();
  private static WingMq shared;
  private static Set<String> offered;

  @BeforeAll
  static void start() {
    shared = WingMq.options().manualClock().start();
    offered = shared.admin("GET", "").get("calls").items().stream()
        .map(each -> each.get("method").text() + " " + each.get("path").text()).collect(Collectors.toSet());
  }

  @AfterAll
  static void stop() {
    shared.stop();
  }

  @TestFactory
  Stream<DynamicTest> onABrokerOfItsOwnWhichVerifies() {
    return all("", queues -> WingMq.options().queues(queues).manualClock().args("--auth", "verify").start());
  }

  @TestFactory
  Stream<DynamicTest> asATenantOfASharedOne() {
    return all("POST /__admin/queues", queues -> shared.tenant(queues));
  }

  private static Stream<DynamicTest> all(String needed, Function<String[], WingMq> open) {
    return SCENARIOS.stream().map(scenario -> DynamicTest.dynamicTest(scenario.get("name").text(), () -> {
      for (String call : new String[] {needed, scenario.has("needs") ? scenario.get("needs").text() : ""}) {
        assumeTrue(call.isEmpty() || offered.contains(call), "the broker has no " + call);
      }
      try (WingMq mq = open.apply(scenario.get("queues").items().stream().map(Json::text).toArray(String[]::new))) {
        new Steps(mq).run(scenario.get("steps").items());
      }
    }));
  }
}
