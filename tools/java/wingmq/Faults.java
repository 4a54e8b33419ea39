package wingmq;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Faults for the calls of one access key: they are delayed, refused, cut off or lose their reply. */
public final class Faults {
  private final WingMq mq;
  private volatile boolean added;

  Faults(WingMq mq) {
    this.mq = mq;
  }

  /**
   * Adds a rule, for the calls of this access key unless its {@code match} names another.
   *
   * @param rule as {@code POST /__admin/faults} takes it: {@code Map.of("match", Map.of("operation", "consumptionMessage"),
   *     "when", Map.of("times", 1), "do", Map.of("type", "lose_reply"))}
   * @return the rule as it is in force, with its {@code id}, {@code seen} and {@code hits}
   * @throws WingMqException the rule is wrong (status 400), or its id is taken (409)
   */
  public Json add(Map<String, ?> rule) {
    added = true;
    Map<String, Object> match = new HashMap<>(Map.of("access_key", mq.accessKey()));
    if (rule.get("match") instanceof Map<?, ?> given) given.forEach((name, value) -> match.put(String.valueOf(name), value));
    Map<String, Object> sent = new LinkedHashMap<>(rule);
    sent.put("match", match);
    return mq.admin("POST", "/faults", sent);
  }

  /**
   * Lists the rules for this access key.
   *
   * @return the rules, each with how many calls it has seen and hit
   */
  public List<Json> list() {
    return mq.admin("GET", "/faults").get("faults").items().stream().filter(this::isOwn).toList();
  }

  /**
   * Removes a rule.
   *
   * @param id of the rule
   * @return {@code {"removed":…}}
   * @throws WingMqException there is no such rule (status 404)
   */
  public Json remove(String id) {
    return mq.admin("DELETE", "/faults/" + Texts.quoted(id));
  }

  /** Removes all rules for this access key. */
  public void clear() {
    for (Json each : list()) remove(each.get("id").text());
  }

  void clearAdded() {
    if (added) clear();
  }

  private boolean isOwn(Json rule) {
    return rule.has("match") && rule.get("match").has("access_key")
        && rule.get("match").get("access_key").text().equals(mq.accessKey());
  }
}
