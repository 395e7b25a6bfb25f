package dev.freshet.materializer.plan;

import dev.freshet.events.TableName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A compiled view.
 *
 * @param name what its topic and table are called
 * @param sql the SELECT it was compiled from, fit to be run in Postgres
 * @param root whose columns have unique names: the view's
 * @param key columns of the root that tell its rows apart: the group key, or the primary keys of
 *     the sources; empty when the view has always one row. A key column can be NULL
 * @param zone the session time zone in which the SQL is understood
 */
public record ViewPlan(String name, String sql, Node root, List<Integer> key, ZoneId zone) {

  /** Bytes of the id, as hex digits twice as many. */
  private static final int ID_BYTES = 8;

  public ViewPlan {
    key = List.copyOf(key);
  }

  public List<Column> columns() {
    return root.columns();
  }

  /** The tables it reads, each once. */
  public Set<TableName> tables() {
    Set<TableName> tables = new TreeSet<>();
    collect(root, tables);
    return tables;
  }

  private static void collect(Node node, Set<TableName> tables) {
    if (node instanceof Source source) {
      tables.add(source.table());
    }
    node.inputs().forEach(input -> collect(input, tables));
  }

  /**
   * 16 hex digits that change when the view could hold other rows or look different: normalised
   * plan with its expressions, types of the columns used, result names, key, zone. Text order is
   * always by code point (collation C). Comments, white space and aliases below the result do not
   * matter, nor does the view's name.
   */
  public String id() {
    StringBuilder text = new StringBuilder("2 C " + zone + " " + key + " " + columns() + "\n");
    print(root, 0, text);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void print(Node node, int depth, StringBuilder text) {
    text.append("  ".repeat(depth)).append(node.describe()).append('\n');
    node.inputs().forEach(input -> print(input, depth + 1, text));
  }

  /** The tree, one node per line, inputs indented below the node that reads them. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    print(root, 0, text);
    return text.toString();
  }
}
