package dev.freshet.materializer.sql;

import dev.freshet.materializer.plan.Node;
import java.util.List;

/**
 * An analysed query or table: what a FROM clause can hold.
 *
 * @param columns of the node, with what the analysis knows beyond its plan
 */
record Relation(Node node, List<Output> columns) {

  /**
   * A column of a result.
   *
   * @param typed its expression over the row below
   */
  record Output(String name, Typed typed, boolean nullable) {}
}
