package wingmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The broker as a child process: how it starts, and that it never outlives its parent. */
class ProcessTest {
  private static final Duration GONE_MAX = Duration.ofSeconds(30);

  @Test
  void afterStopNobodyAnswers() {
    WingMq mq = WingMq.start("orders");
    assertEquals(List.of(), mq.peek("orders"));
    mq.stop();
    mq.close();
    WingMqException lost = assertThrows(WingMqException.class, () -> mq.peek("orders"));
    assertEquals(0, lost.status());
    assertEquals(0, lost.statusCode());
    assertTrue(lost.reply().isNull());
    assertInstanceOf(ConnectException.class, lost.getCause());
    assertTrue(lost.getMessage().startsWith("no reply: "), lost.getMessage());
  }

  @Test
  void aBrokerThatRefusesItsOptionsSaysWhy() {
    Options wrong = WingMq.options().args("--lisen", "x");
    String told = assertThrows(IllegalStateException.class, wrong::start).getMessage();
    assertTrue(told.contains("`--lisen` is not an option; did you mean `--listen`"), told);
  }

  @Test
  void aBinaryThatIsNotThereIsNamed() {
    Options nowhere = WingMq.options().binary("/nowhere/wingmq");
    String told = assertThrows(IllegalStateException.class, nowhere::start).getMessage();
    assertEquals("/nowhere/wingmq cannot be started: set WINGMQ_BINARY, or put wingmq on the PATH", told);
  }

  @Test
  void aQueueMayBelongToAnotherKeyOrRegion() {
    String[] queues = {"mine?groups=g1", "theirs?project=bob", "far?region=moon"};
    try (WingMq mq = WingMq.options().queues(queues).key("alice", "wonder").start()) {
      Set<String> made = mq.admin("GET", "/queues").get("queues").items().stream()
          .map(each -> String.join(" ", each.get("name").text(), each.get("customer").text(), each.get("region").text()))
          .collect(Collectors.toSet());
      assertEquals(Set.of("mine alice cn-snxy1", "theirs bob cn-snxy1", "far alice moon"), made);
      assertEquals(1, mq.call("queryQueue", Map.of("regionId", "cn-snxy1")).get("total").number());
    }
    try (WingMq mq = WingMq.options().queues("orders?description=订单").region("moon").start()) {
      assertEquals("moon", mq.ids("orders").get("regionId"));
      assertEquals("订单", mq.admin("GET", "/queues/orders").get("description").text());
    }
  }

  @Test
  void peekGivesAllMessagesAlsoWhereTheyComeInPages() {
    try (WingMq mq = WingMq.start("orders")) {
      List<Map<String, Long>> sent = IntStream.range(0, 1001).mapToObj(number -> Map.of("body", (long) number)).toList();
      for (List<?> part : List.of(sent.subList(0, 600), sent.subList(600, 1001))) {
        mq.call("sendSpecifyQueueMessage", WingMq.with(mq.ids("orders"), "messages", part));
      }
      assertEquals(sent, mq.peek("orders").stream().map(each -> Map.of("body", each.get("body").number())).toList());
    }
  }

  @Test
  void aCallThatWaitsCanBeInterrupted() throws InterruptedException {
    try (WingMq mq = WingMq.options().queues("orders?groups=g1").manualClock().start()) {
      CompletableFuture<Object> outcome = new CompletableFuture<>();
      Thread waiting = new Thread(() -> {
        try {
          outcome.complete(mq.call("consumptionMessage", Map.of("consumerQueueInfo", mq.ids("orders", "g1"))));
        } catch (WingMqException lost) {
          outcome.complete(lost.getCause());
        }
      });
      waiting.start();
      mq.wait("orders", "g1", "parked==1");
      waiting.interrupt();
      assertInstanceOf(ClosedByInterruptException.class, outcome.join());
      mq.wait("orders", "g1", "parked==0");
    }
  }

  @Test
  void aReplyThatIsCutOffIsNone() {
    String line = "HTTP/1.1 200 OK\r\n";
    for (String reply : List.of("", line + "Content-", line + "Content-Length: 3\r\n\r\n{}", "mq\r\n\r\n")) {
      assertThrows(IOException.class, () -> Wire.answer(reply.getBytes(UTF_8)), reply);
    }
  }

  /** A JVM that starts a broker and says where. */
  private record Runner(Process process, String url, long pid) {
    static Runner start(String what) throws IOException {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      Process process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
          RunnerProgram.class.getName(), what).start();
      String[] said = process.inputReader(UTF_8).readLine().split(" ");
      return new Runner(process, said[0], Long.parseLong(said[1]));
    }

    int livez() {
      return Wire.request(url, "GET", "/livez", Map.of(), null).status();
    }

    void assertGone() throws InterruptedException {
      long end = System.nanoTime() + GONE_MAX.toNanos();
      while (runs() && System.nanoTime() < end) Thread.sleep(10);
      if (runs()) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        throw new AssertionError("process " + pid + " outlives the runner");
      }
      assertInstanceOf(ConnectException.class, assertThrows(WingMqException.class, this::livez).getCause());
    }

    /** A process that has ended, but that nobody asks about, has no program any more. */
    private boolean runs() {
      return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
    }
  }

  @Test
  void aKilledRunnerLeavesNoBrokerBehind() throws Exception {
    Runner runner = Runner.start("waits");
    assertTrue(runner.runs());
    assertEquals(200, runner.livez());
    assertEquals(128 + 9, runner.process().destroyForcibly().waitFor());
    runner.assertGone();
  }

  @Test
  void aRunnerThatForgetsToStopItEndsAndItsBrokerWithIt() throws Exception {
    Runner runner = Runner.start("forgets");
    assertTrue(runner.process().waitFor(GONE_MAX.toSeconds(), TimeUnit.SECONDS));
    assertEquals(0, runner.process().exitValue());
    runner.assertGone();
  }
}
