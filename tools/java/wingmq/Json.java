package wingmq;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * A JSON value that the broker sent: {@code reply.get("queues").get(0).get("name").text()}. It does not change, and may be a
 * part of the parameters of another call.
 */
public final class Json {
  private final Object value;

  Json(Object value) {
    this.value = value;
  }

  static Json read(String text) {
    return new Json(JsonText.read(text));
  }

  /**
   * Tells whether an object has a member; one that is {@code null} is there.
   *
   * @param name the member's name
   * @return whether this is an object that has it
   */
  public boolean has(String name) {
    return value instanceof Map<?, ?> members && members.containsKey(name);
  }

  /**
   * Reads a member of an object.
   *
   * @param name the member's name
   * @return its value
   * @throws NoSuchElementException this is no object, or has no such member
   */
  public Json get(String name) {
    if (!has(name)) throw new NoSuchElementException("there is no `" + name + "` in " + this);
    return new Json(((Map<?, ?>) value).get(name));
  }

  /**
   * Reads an item of a list.
   *
   * @param index its position, from 0 on
   * @return the item
   * @throws NoSuchElementException this is no list, or a shorter one
   */
  public Json get(int index) {
    if (!(value instanceof List<?> list) || index < 0 || index >= list.size()) {
      throw new NoSuchElementException("there is no item " + index + " in " + this);
    }
    return new Json(list.get(index));
  }

  /**
   * Reads a list.
   *
   * @return its items
   * @throws IllegalStateException this is no list
   */
  public List<Json> items() {
    List<?> list = as(List.class, "list");
    return list.stream().<Json>map(Json::new).toList();
  }

  /**
   * Reads a string.
   *
   * @return its characters
   * @throws IllegalStateException this is no string
   */
  public String text() {
    return as(String.class, "string");
  }

  /**
   * Reads a whole number.
   *
   * @return the number
   * @throws IllegalStateException this is no whole number that a long can hold
   */
  public long number() {
    return as(Long.class, "whole number");
  }

  /**
   * Reads {@code true} or {@code false}.
   *
   * @return which of them
   * @throws IllegalStateException this is neither
   */
  public boolean flag() {
    return as(Boolean.class, "true or false");
  }

  /**
   * Tells whether this is {@code null}.
   *
   * @return whether it is
   */
  public boolean isNull() {
    return value == null;
  }

  /**
   * Gives the value in Java's own types, for comparing and for other libraries.
   *
   * @return a Map with its members in their order, a List, a String, a Long (BigInteger where that is too small), a Double, a
   *     Boolean, or null; it cannot be changed
   */
  public Object value() {
    return value;
  }

  @SuppressWarnings("unchecked")
  private <T> T as(Class<?> type, String wanted) {
    if (!type.isInstance(value)) throw new IllegalStateException("not a " + wanted + ": " + this);
    return (T) value;
  }

  /**
   * Compares by value; members may come in any order.
   *
   * @param other anything
   * @return whether it is a Json and holds the same
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && Objects.equals(value, json.value);
  }

  /**
   * Hashes the value.
   *
   * @return the same for equal values
   */
  @Override
  public int hashCode() {
    return Objects.hashCode(value);
  }

  /**
   * Writes the value as JSON.
   *
   * @return the text, without white space
   */
  @Override
  public String toString() {
    return JsonText.write(value);
  }
}
