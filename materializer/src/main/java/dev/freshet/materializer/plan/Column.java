package dev.freshet.materializer.plan;

/**
 * A column of a node's rows.
 *
 * @param name as the SQL calls it; not unique below the root of a plan
 * @param nullable whether NULL can occur; {@code false} is certain
 */
public record Column(String name, PgType type, boolean nullable) {

  @Override
  public String toString() {
    return name + " " + type + (nullable ? "" : " not null");
  }
}
