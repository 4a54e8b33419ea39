package wingmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import wingmq.junit.WingMqExtension;

/** The extension as a test class has it: these run in a launcher of their own. */
class ExtensionTest {
  @Test
  void aTestHasAKeyOfItsOwnAndItsQueues() {
    assertEquals(List.of(), failures(Passes.class));
  }

  @Test
  void aFailedTestTellsWhatItsQueuesHold() {
    List<Throwable> failures = failures(Fails.class);
    assertEquals(1, failures.size());
    assertEquals(1, failures.get(0).getSuppressed().length);
    assertEquals("wingmq: queue orders: FIFO, 0 messages\n"
        + "group g1: 0 consumed, 0 available, 0 of them in flight, 0 dead, 0 parked\nqueue more: NORMAL, 0 messages",
        failures.get(0).getSuppressed()[0].toString());
  }

  @ExtendWith(WingMqExtension.class)
  static class Passes {
    private String key;

    @BeforeEach
    void keep(WingMq mq) {
      key = mq.accessKey();
    }

    @Test
    void hasTheSameKeyInAllItsMethods(WingMq mq) {
      assertEquals(key, mq.accessKey());
      assertNotEquals("test", key);
    }

    @Test
    void hasNoQueuesUnlessItNamesThem(WingMq mq) {
      assertEquals(0, mq.call("queryQueue", Map.of("regionId", mq.regionId())).get("total").number());
    }

    @Test
    @WingMqExtension.Queues({"a", "b"})
    void hasTheQueuesThatItNames(WingMq mq) {
      assertEquals(2, mq.call("queryQueue", Map.of("regionId", mq.regionId())).get("total").number());
    }
  }

  @WingMqExtension.Queues("orders?groups=g1&mode=FIFO")
  static class Fails {
    @RegisterExtension
    static final WingMqExtension WINGMQ = new WingMqExtension(WingMq.options().manualClock());

    @Test
    @WingMqExtension.Queues("more")
    void fails(WingMq mq) {
      assertEquals("manual", mq.admin("GET", "/clock").get("mode").text());
      assertEquals(List.of("something"), mq.peek("orders"));
    }
  }

  private static List<Throwable> failures(Class<?> tests) {
    List<Throwable> failures = new ArrayList<>();
    TestExecutionListener listener = new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        result.getThrowable().ifPresent(failures::add);
      }
    };
    LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
    LauncherFactory.create().execute(request, listener);
    return failures;
  }
}
