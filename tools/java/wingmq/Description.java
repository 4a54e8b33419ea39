package wingmq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What to print when a test fails. */
final class Description {
  private static final int MESSAGES_MAX = 10;

  private final WingMq mq;
  private final long now;

  Description(WingMq mq) {
    this.mq = mq;
    now = mq.admin("GET", "/clock").get("now").number();
  }

  String of(List<Json> queues) {
    List<String> lines = new ArrayList<>();
    for (Json queue : queues) {
      lines.add("queue %s: %s, %d messages"
          .formatted(queue.get("name").text(), queue.get("mode").text(), queue.get("messages").number()));
      for (Json group : queue.get("groups").items()) {
        lines.add(ofGroup(group));
        Map<String, Object> first = Map.of("group", group.get("id").text(), "limit", MESSAGES_MAX);
        Json page = mq.admin("GET", mq.path(queue.get("id").text(), "/messages", first));
        for (Json message : page.get("messages").items()) lines.add("  " + ofMessage(message));
      }
    }
    return String.join("\n", lines);
  }

  private static String ofGroup(Json group) {
    return "group %s: %s consumed, %s available, %s of them in flight, %d dead, %s parked".formatted(group.get("name").text(),
        group.get("consumed"), group.get("available"), group.get("in_flight"),
        group.get("dead_available").number() + group.get("dead_in_flight").number(), group.get("parked"));
  }

  private String ofMessage(Json message) {
    boolean leased = message.has("lease_deadline") && !message.get("lease_deadline").isNull();
    String left = leased ? " for " + (message.get("lease_deadline").number() - now) + " ms more" : "";
    return "%s/%s %s%s, failed %s: %s".formatted(message.get("partition"), message.get("offset"), message.get("state").text(),
        left, message.get("failed_count"), message.get("body"));
  }
}
