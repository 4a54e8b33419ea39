package wingmq;

/** What the broker refused, or a call that got no reply. {@link #getMessage()} has the broker's text, its code and its hint. */
public final class WingMqException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient Json reply;
  private final String text;
  private final String hint;

  private WingMqException(int status, Json reply, String text, String hint, Throwable cause) {
    super(text + suffix(" (", string(reply, "errorCode"), ")") + suffix("; ", hint, ""), cause);
    this.status = status;
    this.reply = reply;
    this.text = text;
    this.hint = hint;
  }

  static WingMqException refused(int status, Json reply, String hint) {
    String text = string(reply, "message");
    if (text == null) text = string(reply, "error");
    if (text == null) text = "HTTP " + status + ": " + reply;
    String told = string(reply, "hint");
    return new WingMqException(status, reply, text, told == null ? hint : told, null);
  }

  static WingMqException noReply(Throwable cause) {
    return new WingMqException(0, new Json(null), "no reply: " + cause, null, cause);
  }

  /**
   * Tells HTTP's status.
   *
   * @return the status; 0 when there was no reply
   */
  public int status() {
    return status;
  }

  /**
   * Tells the API's own code of the outcome.
   *
   * @return 900 for what is refused, 400 for a bad call; 0 where the reply has none, as from the control plane
   */
  public int statusCode() {
    return reply.has("statusCode") ? (int) reply.get("statusCode").number() : 0;
  }

  /**
   * Tells what was wrong, for programs.
   *
   * @return a code such as {@code DMS.10240401}, or null where the reply has none
   */
  public String errorCode() {
    return string(reply, "errorCode");
  }

  /**
   * Tells what was wrong, for people: the broker's text alone.
   *
   * @return the text
   */
  public String message() {
    return text;
  }

  /**
   * Tells what may help.
   *
   * @return the broker's hint, or null
   */
  public String hint() {
    return hint;
  }

  /**
   * Gives the whole reply.
   *
   * @return the reply; {@link Json#isNull()} when there was none
   */
  public Json reply() {
    return reply;
  }

  private static String string(Json reply, String name) {
    return reply.has(name) && reply.get(name).value() instanceof String found ? found : null;
  }

  private static String suffix(String before, String text, String after) {
    return text == null ? "" : before + text + after;
  }
}
