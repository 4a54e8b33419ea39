package wingmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static wingmq.WingMq.with;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import wingmq.junit.WingMqExtension;

/** Tests on one broker: each has an access key of its own. */
@ExtendWith(WingMqExtension.class)
@WingMqExtension.Queues("orders?groups=g1")
class TenantsTest {
  private WingMq other;

  @BeforeEach
  void takeAnother(WingMq mq) {
    other = mq.tenant("orders?groups=g1");
  }

  @AfterEach
  void leaveIt() {
    other.close();
  }

  private static void send(WingMq mq, Object body) {
    mq.call("sendSpecifyQueueMessage", with(mq.ids("orders"), "messages", List.of(with(Map.of(), "body", body))));
  }

  private static WingMqException refused(Executable call) {
    return assertThrows(WingMqException.class, call);
  }

  @Test
  void nobodySeesTheQueuesOfOthers(WingMq mq) {
    send(mq, "mine");
    assertEquals(1, mq.peek("orders").size());
    assertEquals(List.of(), other.peek("orders"));
    assertEquals("DMS.10240401", refused(() -> other.call("querySpecifyQueue", mq.ids("orders"))).errorCode());
  }

  @Test
  void aResetAndAStopConcernTheirOwnKeyAlone(WingMq mq) {
    send(mq, null);
    send(other, "theirs");
    other.reset();
    assertEquals(List.of(), other.peek("orders"));
    assertEquals(1, mq.peek("orders").size());
    other.stop();
    assertEquals(404, refused(() -> other.peek("orders")).status());
    assertEquals(1, mq.peek("orders").size());
  }

  @Test
  void faultsHitTheirOwnKeyAlone(WingMq mq) {
    mq.faults().add(Map.of("match", Map.of("operation", "sendSpecifyQueueMessage"),
        "do", Map.of("type", "refuse", "code", "WMQ.FAULT")));
    assertEquals("WMQ.FAULT", refused(() -> send(mq, "mine")).errorCode());
    send(other, "theirs");
    assertEquals(List.of(), other.faults().list());
    other.faults().clear();
    assertEquals(1, mq.faults().list().size());
    mq.reset();
    send(mq, "mine");
  }

  @Test
  void aConsumeWhoseReplyIsLostIsNotSentASecondTime(WingMq mq) {
    send(mq, "once");
    mq.faults().add(Map.of("match", Map.of("operation", "consumptionMessage"), "when", Map.of("times", 1),
        "do", Map.of("type", "lose_reply")));
    Map<String, Object> consume = Map.of("consumerQueueInfo", mq.ids("orders", "g1"));
    assertEquals(0, refused(() -> mq.call("consumptionMessage", consume)).status());
    assertEquals(1, mq.peek("orders", "g1", "in_flight").size());
    assertEquals(1, mq.faults().list().get(0).get("seen").number());
  }

  @Test
  void namesThatAreNoneAreRefusedBeforeTheyAreSent(WingMq mq) {
    assertThrows(IllegalArgumentException.class, () -> mq.call("query Queue"));
    assertThrows(IllegalArgumentException.class, () -> mq.call("queryQueue", Map.of("regionId: x\r\nmore", "y")));
    assertThrows(IllegalArgumentException.class, () -> mq.tenantWithKey("钥", "s").call("queryQueue"));
    assertThrows(IllegalArgumentException.class, () -> mq.ids("orders", "g2"));
    assertThrows(IllegalArgumentException.class, () -> with(Map.of(), "name"));
    assertThrows(IllegalArgumentException.class, () -> with(Map.of(), 1, 2));
  }

  /** Two tests at the same time, whose queues have one name: neither ends before the other has sent. */
  @Execution(ExecutionMode.CONCURRENT)
  @Nested
  @WingMqExtension.Queues("orders?groups=g1")
  class AtTheSameTime {
    private static final CyclicBarrier BOTH = new CyclicBarrier(2);

    @Test
    void one(WingMq mq) throws Exception {
      sendAndMeet(mq, "one");
    }

    @Test
    void two(WingMq mq) throws Exception {
      sendAndMeet(mq, "two");
    }

    private void sendAndMeet(WingMq mq, String body) throws Exception {
      BOTH.await(30, TimeUnit.SECONDS);
      send(mq, body);
      BOTH.await(30, TimeUnit.SECONDS);
      assertEquals(List.of(body), mq.peek("orders").stream().map(each -> each.get("body").text()).toList());
      BOTH.await(30, TimeUnit.SECONDS);
    }
  }
}
