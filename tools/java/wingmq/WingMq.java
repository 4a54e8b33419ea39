package wingmq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A broker as one access key sees it: its own queues, its own faults. The clock is everybody's. Threads may share it.
 *
 * <p>Each method but {@link #stop} throws a {@link WingMqException} of status 0 where the broker does not reply.
 */
public class WingMq implements AutoCloseable {
  private static final String SERVICE_PATH = "/apiproxy/v3/queue/";
  private static final Set<String> OPERATIONS_OF_GET = Set.of("queryQueue", "querySpecifyQueue",
      "querySpecifyQueueAllConsumerGroup", "queryQuota", "consumptionMessage", "consumeDeadlettersMessage");
  private static final Map<String, String> OF_JSON = Map.of("Content-Type", "application/json");
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int PAGE = 1000;

  private final Server server;
  private final Options.Access access;
  private final Faults faults = new Faults(this);

  WingMq(Server server, Options.Access access) {
    this.server = server;
    this.access = access;
  }

  /**
   * Starts a broker with queues: {@code try (WingMq mq = WingMq.start("orders?groups=g1"))}.
   *
   * @param queues as {@code wingmq serve --queue} takes them; none is fine
   * @return the broker, ready, which ends with this process at the latest
   * @throws IllegalStateException the program is not there, or refuses a queue; the message says why
   */
  public static WingMq start(String... queues) {
    return options().queues(queues).start();
  }

  /**
   * Begins a start with more options.
   *
   * @return the options, for {@link Options#start}
   */
  public static Options options() {
    return new Options();
  }

  /**
   * Reads what a reply's envelope holds as JSON text.
   *
   * @param reply what {@link #call} returned
   * @return what is in the envelope, or the reply itself when it has none
   */
  public static Json unwrap(Json reply) {
    if (!reply.has("returnObj")) return reply;
    Json inner = reply.get("returnObj");
    return Json.read((inner.has("returnObj") ? inner.get("returnObj") : inner).text());
  }

  /**
   * Puts more beside what is given: {@code with(mq.ids("orders"), "messages", List.of(Map.of("body", "hello")))}.
   *
   * @param given names and values
   * @param more names and values by turns; a value may be null, and one whose name was given takes its place
   * @return all of them, in a map of its own
   * @throws IllegalArgumentException a value is missing, or a name is no string
   */
  public static Map<String, Object> with(Map<String, ?> given, Object... more) {
    if (more.length % 2 != 0) throw new IllegalArgumentException("a name without a value: " + more[more.length - 1]);
    Map<String, Object> all = new LinkedHashMap<>(given);
    for (int at = 0; at < more.length; at += 2) {
      if (!(more[at] instanceof String name)) throw new IllegalArgumentException("not a name: " + more[at]);
      all.put(name, more[at + 1]);
    }
    return all;
  }

  /**
   * Tells where the broker is.
   *
   * @return its address without a slash at the end: {@code http://127.0.0.1:34841}
   */
  public String url() {
    return server.url();
  }

  /**
   * Tells which process it is.
   *
   * @return the process's number
   */
  public long pid() {
    return server.pid();
  }

  /**
   * Tells who calls.
   *
   * @return the access key
   */
  public String accessKey() {
    return access.accessKey();
  }

  /**
   * Tells what calls are signed with.
   *
   * @return the secret key
   */
  public String secretKey() {
    return access.secretKey();
  }

  /**
   * Tells where queues by name are looked for.
   *
   * @return the region
   */
  public String regionId() {
    return access.regionId();
  }

  /**
   * Leads to the faults for calls of this access key.
   *
   * @return the faults
   */
  public Faults faults() {
    return faults;
  }

  /**
   * Gives another access key, and with it another customer, on the same broker: it sees nothing of others, its {@link #reset} and
   * {@link #stop} remove what is its own, and the broker goes on.
   *
   * @param queues what it has, as {@code wingmq serve --queue} takes them
   * @return the broker as that key sees it
   * @throws WingMqException the broker refuses a queue
   */
  public WingMq tenant(String... queues) {
    return tenantWithKey("tenant-" + UUID.randomUUID(), secretKey(), queues);
  }

  /**
   * As {@link #tenant}, with a given key: a broker that verifies signatures needs a credential for it.
   *
   * @param accessKey names the credential
   * @param secretKey its secret
   * @param queues what it has, as {@code wingmq serve --queue} takes them
   * @return the broker as that key sees it
   * @throws WingMqException the broker refuses a queue
   */
  public WingMq tenantWithKey(String accessKey, String secretKey, String... queues) {
    WingMq tenant = new Tenant(server, new Options.Access(accessKey, secretKey, regionId()));
    for (String queue : queues) tenant.declare(queue);
    return tenant;
  }

  /**
   * Calls an operation without parameters.
   *
   * @param operation such as {@code queryQueue}
   * @return the reply as it came
   * @throws WingMqException the call is refused
   */
  public Json call(String operation) {
    return call(operation, Map.of());
  }

  /**
   * Signs a call of an operation and sends it.
   *
   * @param operation such as {@code sendSpecifyQueueMessage}
   * @param params its parameters: maps, lists, strings, numbers, booleans, null and {@link Json}
   * @return the reply as it came; {@link #unwrap} reads what its envelope holds
   * @throws WingMqException the call is refused
   */
  public Json call(String operation, Map<String, ?> params) {
    String path = SERVICE_PATH + operation;
    Map<String, String> texts = new LinkedHashMap<>();
    params.forEach((name, value) -> texts.put(name, value instanceof String text ? text : JsonText.write(value)));
    Map<String, String> headers = Signing.sign(accessKey(), secretKey(), path, List.copyOf(texts.values()));
    headers.put("Accept-Language", "en");
    Wire.Answer answer;
    if (OPERATIONS_OF_GET.contains(operation)) {
      texts.forEach((name, text) -> headers.put(name, Texts.headerText(text)));
      answer = Wire.request(url(), "GET", path, headers, null);
    } else {
      headers.putAll(OF_JSON);
      answer = Wire.request(url(), "POST", path, headers, body(params, texts));
    }
    if (answer.body().has("statusCode") && answer.body().get("statusCode").number() == 800) return answer.body();
    throw WingMqException.refused(answer.status(), answer.body(), hint(answer));
  }

  /**
   * Calls the control plane with nothing to send.
   *
   * @param method {@code GET}, {@code POST} or {@code DELETE}
   * @param path without {@code /__admin}: {@code /queues/orders/balance}
   * @return the reply
   * @throws WingMqException the call is refused
   */
  public Json admin(String method, String path) {
    return checked(Wire.request(url(), method, "/__admin" + path, Map.of(), method.equals("POST") ? "" : null));
  }

  /**
   * Calls the control plane.
   *
   * @param method {@code POST}
   * @param path without {@code /__admin}: {@code /queues/orders/purge}
   * @param body what is sent as JSON
   * @return the reply
   * @throws WingMqException the call is refused
   */
  public Json admin(String method, String path, Map<String, ?> body) {
    return checked(Wire.request(url(), method, "/__admin" + path, OF_JSON, JsonText.write(body)));
  }

  /**
   * Makes a queue of this key; one that is there and the same is taken.
   *
   * @param queue as {@code wingmq serve --queue} takes it
   * @return the queue
   * @throws WingMqException the text is wrong (status 400), or there is another queue of this name (409)
   */
  public Json declare(String queue) {
    return admin("POST", "/queues", Map.of("queue", Texts.owned(queue, access), "if_missing", true));
  }

  /**
   * Finds what a call wants instead of a queue's name.
   *
   * @param queue its name
   * @return {@code regionId} and {@code queueId}, in a map of its own
   * @throws WingMqException there is no such queue (status 404)
   */
  public Map<String, Object> ids(String queue) {
    return ids(admin("GET", path(queue, "")));
  }

  /**
   * Finds what a call wants instead of the names of a queue and a group.
   *
   * @param queue the queue's name
   * @param group the group's name
   * @return {@code regionId}, {@code queueId} and {@code consumerGroupId}, in a map of its own
   * @throws WingMqException there is no such queue (status 404)
   * @throws IllegalArgumentException the queue has no such group
   */
  public Map<String, Object> ids(String queue, String group) {
    Json found = admin("GET", path(queue, ""));
    return found.get("groups").items().stream().filter(each -> each.get("name").text().equals(group)).findFirst()
        .map(each -> with(ids(found), "consumerGroupId", each.get("id").text()))
        .orElseThrow(() -> new IllegalArgumentException(queue + " has no group " + group));
  }

  private static Map<String, Object> ids(Json queue) {
    return with(Map.of(), "regionId", queue.get("region").text(), "queueId", queue.get("id").text());
  }

  /**
   * Moves the clock, for all keys: all that falls due happens before this returns.
   *
   * @param by how far, in whole milliseconds
   * @return {@code from}, {@code to} and what happened, {@code fired}
   * @throws WingMqException it would go backwards or too far
   */
  public Json advance(Duration by) {
    return admin("POST", "/clock/advance", Map.of("by", by.toMillis()));
  }

  /**
   * Moves the clock, for all keys: all that falls due happens before this returns.
   *
   * @param by how far, {@code "1h30m"} in units from {@code d} to {@code ms}, or {@code "next"} for the next thing that is due
   * @return {@code from}, {@code to} and what happened, {@code fired}
   * @throws WingMqException it is no span (status 400)
   */
  public Json advance(String by) {
    return admin("POST", "/clock/advance", Map.of(by.equals("next") ? "to" : "by", by));
  }

  /**
   * Waits until conditions hold together, for at most 10 seconds.
   *
   * @param queue its name
   * @param group the group whose counts are meant; null: the queue's own, {@code messages}
   * @param until {@code "drained"}, {@code "available>=3"} …
   * @return {@code met}, {@code waited_ms} and {@code counts}
   * @throws WingMqException the time is over (status 408; {@code holding} of the reply says what holds it up), there is no such
   *     queue or group (404), or a condition is wrong (400)
   */
  public Json wait(String queue, String group, String... until) {
    return wait(queue, group, WAIT, until);
  }

  /**
   * Waits until conditions hold together.
   *
   * @param queue its name
   * @param group the group whose counts are meant; null: the queue's own, {@code messages}
   * @param timeout for how long by the wall clock, in whole milliseconds, at most ten minutes
   * @param until {@code "drained"}, {@code "available>=3"} …
   * @return {@code met}, {@code waited_ms} and {@code counts}
   * @throws WingMqException the time is over (status 408; {@code holding} of the reply says what holds it up), there is no such
   *     queue or group (404), or a condition is wrong (400)
   */
  public Json wait(String queue, String group, Duration timeout, String... until) {
    Map<String, Object> asked = with(Map.of(), "queue", queue, "group", group, "timeout", timeout.toMillis() + "ms");
    return admin("GET", "/wait" + query(with(asked, "until", List.of(until))));
  }

  /**
   * Looks at all messages of a queue, and changes nothing.
   *
   * @param queue its name
   * @return the messages, in the order of the log
   * @throws WingMqException there is no such queue (status 404)
   */
  public List<Json> peek(String queue) {
    return peek(queue, null, null);
  }

  /**
   * Looks at all messages of a queue as a group sees them, and changes nothing.
   *
   * @param queue the queue's name
   * @param group the group's name
   * @return the messages, each with its {@code state} and {@code failed_count}
   * @throws WingMqException there is no such queue or group (status 404)
   */
  public List<Json> peek(String queue, String group) {
    return peek(queue, group, null);
  }

  /**
   * Looks at the messages that are in one state for a group, and changes nothing.
   *
   * @param queue the queue's name
   * @param group the group's name
   * @param state {@code available}, {@code in_flight}, {@code confirmed} or {@code dead}
   * @return the messages, each with its {@code state} and {@code failed_count}
   * @throws WingMqException there is no such queue or group (status 404) or state (400)
   */
  public List<Json> peek(String queue, String group, String state) {
    List<Json> messages = new ArrayList<>();
    Object after = null;
    do {
      Map<String, Object> page = with(Map.of(), "group", group, "state", state, "limit", PAGE, "after", after);
      Json found = admin("GET", path(queue, "/messages", page));
      messages.addAll(found.get("messages").items());
      after = found.get("next").value();
    } while (after != null);
    return messages;
  }

  /**
   * Makes all dead letters of a group available again.
   *
   * @param queue the queue's name
   * @param group the group's name
   * @return {@code moved}: how many
   * @throws WingMqException there is no such queue or group (status 404), or it has no dead letters (409)
   */
  public Json redrive(String queue, String group) {
    return admin("POST", redrivePath(queue, group), Map.of());
  }

  /**
   * Makes dead letters of a group available again.
   *
   * @param queue the queue's name
   * @param group the group's name
   * @param max at most so many
   * @return {@code moved}: how many
   * @throws WingMqException there is no such queue or group (status 404), or it has no dead letters (409)
   */
  public Json redrive(String queue, String group, int max) {
    return admin("POST", redrivePath(queue, group), Map.of("max", max));
  }

  /** Makes everything as it was after the start, for all keys; a {@link #tenant} concerns its own queues and faults alone. */
  public void reset() {
    admin("POST", "/reset");
  }

  /**
   * Describes all queues of this key, for a test that fails.
   *
   * @return lines about queues, groups and their first messages
   */
  public String describe() {
    return new Description(this).of(ownQueues());
  }

  /**
   * Describes a queue, for a test that fails.
   *
   * @param queue its name
   * @return lines about the queue, its groups and their first messages
   * @throws WingMqException there is no such queue (status 404)
   */
  public String describe(String queue) {
    return new Description(this).of(List.of(admin("GET", path(queue, ""))));
  }

  /** Ends the broker, and returns when it is gone; of a {@link #tenant}, removes what is its own. */
  public void stop() {
    server.stop();
  }

  /** Is {@link #stop}, for {@code try}. */
  @Override
  public void close() {
    stop();
  }

  List<Json> ownQueues() {
    return admin("GET", "/queues" + query(Map.of())).get("queues").items();
  }

  String path(String queue, String rest) {
    return path(queue, rest, Map.of());
  }

  String path(String queue, String rest, Map<String, ?> parameters) {
    return "/queues/" + Texts.quoted(queue) + rest + query(parameters);
  }

  private String redrivePath(String queue, String group) {
    return path(queue, "/groups/" + Texts.quoted(group) + "/redrive");
  }

  private String query(Map<String, ?> parameters) {
    Map<String, Object> all = with(Map.of(), "region", regionId(), "project", accessKey());
    all.putAll(parameters);
    return Texts.query(all);
  }

  /** What is signed is what is sent: each value is written once. */
  private static String body(Map<String, ?> params, Map<String, String> texts) {
    return params.entrySet().stream()
        .map(each -> JsonText.write(each.getKey()) + ":"
            + (each.getValue() instanceof String text ? JsonText.write(text) : texts.get(each.getKey())))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static Json checked(Wire.Answer answer) {
    if (answer.status() < 400) return answer.body();
    throw WingMqException.refused(answer.status(), answer.body(), null);
  }

  /** What the broker finds wrong with a signature says nothing about a call that was refused for something else. */
  private static String hint(Wire.Answer answer) {
    String hint = answer.headers().get("X-WingMQ-Hint");
    boolean wrongSignature = answer.body().has("errorCode") && answer.body().get("errorCode").text().equals("WMQ.SIGNATURE");
    return hint == null && wrongSignature ? answer.headers().get("X-WingMQ-Reason") : hint;
  }
}
