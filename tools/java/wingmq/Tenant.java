package wingmq;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One of several keys on a broker: what it ends and resets is its own. */
final class Tenant extends WingMq {
  private final Set<String> queues = Collections.synchronizedSet(new LinkedHashSet<>());

  Tenant(Server server, Options.Access access) {
    super(server, access);
  }

  @Override
  public Json declare(String queue) {
    Json made = super.declare(queue);
    queues.add(queue);
    return made;
  }

  @Override
  public void reset() {
    stop();
    for (String queue : List.copyOf(queues)) super.declare(queue);
  }

  @Override
  public void stop() {
    faults().clearAdded();
    for (Json queue : ownQueues()) admin("DELETE", path(queue.get("id").text(), ""));
  }
}
