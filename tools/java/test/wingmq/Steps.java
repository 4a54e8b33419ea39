package wingmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** Runs the steps of a scenario: tests/harness/README.md describes them. */
final class Steps {
  private final WingMq mq;
  private final Map<String, Object> values = new HashMap<>();
  private final Map<String, CompletableFuture<Outcome>> pending = new HashMap<>();

  /** What a step gave; one of them is null. */
  private record Outcome(Object value, WingMqException error) {}

  Steps(WingMq mq) {
    this.mq = mq;
  }

  void run(List<Json> steps) {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int number = 1; number <= steps.size(); ++number) run(steps.get(number - 1), number, threads);
    } finally {
      threads.shutdownNow();
    }
  }

  private void run(Json step, int number, ExecutorService threads) {
    if (step.has("join")) {
      check(step, pending.get(step.get("join").text()).join(), "step " + number + ": join");
      return;
    }
    String method = step.get("do").text();
    List<?> arguments = step.has("with") ? (List<?>) filled(step.get("with").value()) : List.of();
    if (step.has("later")) {
      pending.put(step.get("later").text(), CompletableFuture.supplyAsync(() -> settled(method, arguments), threads));
    } else {
      check(step, settled(method, arguments), "step " + number + ": " + method);
    }
  }

  private Outcome settled(String method, List<?> arguments) {
    try {
      Object value = invoke(method, new Arguments(arguments));
      return new Outcome(value instanceof Json json ? json.value() : value, null);
    } catch (WingMqException error) {
      return new Outcome(null, error);
    }
  }

  /** A step's arguments; what is left out is null. */
  private record Arguments(List<?> all) {
    Object any(int at) {
      return at < all.size() ? all.get(at) : null;
    }

    String text(int at) {
      return (String) any(at);
    }

    @SuppressWarnings("unchecked")
    Map<String, ?> map(int at) {
      return (Map<String, ?>) any(at);
    }
  }

  private Object invoke(String method, Arguments with) {
    return switch (method) {
      case "call" -> WingMq.unwrap(with.map(1) == null ? mq.call(with.text(0)) : mq.call(with.text(0), with.map(1)));
      case "ids" -> with.any(1) == null ? mq.ids(with.text(0)) : mq.ids(with.text(0), with.text(1));
      case "declare" -> mq.declare(with.text(0));
      case "describe" -> with.any(0) == null ? mq.describe() : mq.describe(with.text(0));
      case "advance" -> with.any(0) instanceof Long millis ? mq.advance(Duration.ofMillis(millis)) : mq.advance(with.text(0));
      case "peek" -> plain(peek(with));
      case "redrive" -> with.any(2) instanceof Long max ? mq.redrive(with.text(0), with.text(1), max.intValue())
          : mq.redrive(with.text(0), with.text(1));
      case "wait" -> wait(with);
      case "reset" -> {
        mq.reset();
        yield null;
      }
      case "faults.add" -> mq.faults().add(with.map(0));
      case "faults.list" -> plain(mq.faults().list());
      case "faults.remove" -> mq.faults().remove(with.text(0));
      case "faults.clear" -> {
        mq.faults().clear();
        yield null;
      }
      default -> throw new AssertionError("the harness has no " + method);
    };
  }

  private List<Json> peek(Arguments with) {
    if (with.any(2) != null) return mq.peek(with.text(0), with.text(1), with.text(2));
    return with.any(1) == null ? mq.peek(with.text(0)) : mq.peek(with.text(0), with.text(1));
  }

  private Json wait(Arguments with) {
    String[] until = with.any(2) instanceof List<?> several ? several.toArray(String[]::new) : new String[] {with.text(2)};
    if (with.any(3) == null) return mq.wait(with.text(0), with.text(1), until);
    return mq.wait(with.text(0), with.text(1), span(with.text(3)), until);
  }

  private static Duration span(String text) {
    return Duration.parse(text.endsWith("ms") ? "PT0." + "0".repeat(5 - text.length()) + text.replace("ms", "S") : "PT" + text);
  }

  private static List<Object> plain(List<Json> items) {
    return items.stream().map(Json::value).collect(Collectors.toList());
  }

  private void check(Json step, Outcome outcome, String place) {
    if (step.has("refused")) {
      assertNotNull(outcome.error(), place + ": not refused");
      match(members(outcome.error()), filled(step.get("refused").value()), place);
    } else if (outcome.error() != null) {
      throw new AssertionError(place, outcome.error());
    } else if (step.has("returns")) {
      match(outcome.value(), filled(step.get("returns").value()), place);
    }
    if (!step.has("save")) return;
    ((Map<?, ?>) step.get("save").value()).forEach((name, path) -> values.put((String) name, at(outcome.value(), (String) path)));
  }

  private static Map<String, Object> members(WingMqException error) {
    return WingMq.with(Map.of("status", (long) error.status(), "statusCode", (long) error.statusCode()),
        "message", error.message(), "errorCode", error.errorCode(), "hint", error.hint(), "reply", error.reply().value());
  }

  private static Object at(Object value, String path) {
    Object found = value;
    for (String key : path.split("\\.")) {
      found = found instanceof List<?> list ? list.get(Integer.parseInt(key)) : ((Map<?, ?>) found).get(key);
      assertNotNull(found, path);
    }
    return found;
  }

  private Object filled(Object pattern) {
    if (pattern instanceof Map<?, ?> members) {
      Map<String, Object> all = new HashMap<>();
      members.forEach((name, value) -> all.put((String) name, filled(value)));
      return all;
    }
    if (pattern instanceof List<?> items) return items.stream().map(this::filled).collect(Collectors.toList());
    return pattern instanceof String text && text.startsWith("$") ? values.get(text.substring(1)) : pattern;
  }

  private static void match(Object actual, Object expected, String place) {
    if ("*".equals(expected)) {
      assertNotNull(actual, place);
    } else if (expected instanceof Map<?, ?> members) {
      Map<?, ?> found = assertInstanceOf(Map.class, actual, place);
      members.forEach((name, each) -> match(found.get(name), each, place + "." + name));
    } else if (expected instanceof List<?> items) {
      List<?> found = assertInstanceOf(List.class, actual, place);
      assertEquals(items.size(), found.size(), () -> place + ": " + found);
      for (int at = 0; at < items.size(); ++at) match(found.get(at), items.get(at), place + "." + at);
    } else {
      assertEquals(expected, actual, place);
    }
  }
}
